"""The command line: reads arguments, asks the running service or works itself, and shows rows to people or programs."""
