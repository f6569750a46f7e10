"""`python -m cgtwatch` is the command `cgtwatch`."""

from cgtwatch.cli.main import main

main()
