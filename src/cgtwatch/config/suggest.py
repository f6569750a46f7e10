"""Which known word somebody meant who wrote an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest of `known`, or an empty text where none is near. Case does not count."""
    near = nearest(word, known)
    return f" (did you mean {str(near)!r}?)" if near is not None else ""  # a word of an enum reads as itself


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The nearest of `known`; None where none is near. Case does not count."""
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def shown(value: str, longest: int = 60) -> str:
    """`value` quoted for a message: one line, printable, cut where it is long."""
    return repr(value if len(value) <= longest else value[: longest - 1] + "…")
