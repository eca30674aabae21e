"""The screens, one for each module."""
