"""Benchmarks: cost as ratios to named yardsticks."""
