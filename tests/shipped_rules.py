"""The shipped rules, loaded once in a run: a frozen value that takes a third of a second to make."""

from functools import cache

from cgtwatch.understand.rules import Rules, load


@cache
def shipped_rules() -> Rules:
    """What `load()` gives; tests of the loading itself call that."""
    return load()
