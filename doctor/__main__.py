"""`python -m doctor`: the command line."""

from doctor.cli.main import run

run()
