"""Thousands of authorities by whatever they are called: looked up in one index that is made once, and the nearest to a slip of the pen."""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import pairwise

from cgtwatch.model.source import Names

Parts = tuple[str, ...]
_BITS = 509  # of the mark of a name; prime, so that pairs of letters spread over it
_ALIKE = 0.4  # of the pairs of letters of a word that a name shares with it at least, to be looked at closely
_LOOKED_AT = 400  # names that are compared letter by letter; more would take longer than a reader waits


class Authorities:
    """The names of a register, ready to be asked for. Made by `authorities_of`, which keeps the last one."""

    def __init__(self, names: Mapping[str, Names]) -> None:
        self.names = names

    @cached_property
    def called(self) -> Mapping[Parts, tuple[str, ...]]:
        """What can be written for an authority → the ids it means; an id means itself, whoever bears it as a name."""
        found: dict[Parts, list[str]] = {}
        for one, own in self.names.items():
            for parts in {parts_of(own.zh), parts_of(own.en)} - {()}:
                found.setdefault(parts, []).append(one)
        return {**{parts: tuple(ids) for parts, ids in found.items()}, **{parts_of(one): (one,) for one in self.names}}

    @cached_property
    def longest(self) -> int:
        """How many parts with commas between them a name has at most."""
        return max(map(len, self.called), default=1)

    def nearest(self, word: str) -> str | None:
        """The name or id that is nearest to `word`; None where none is near. Case does not count."""
        folded = word.casefold()
        mark = _mark(folded)
        least = max(1, round(mark.bit_count() * _ALIKE))
        likely = sorted(
            ((shared, name) for name, other in self._marks.items() if (shared := (mark & other).bit_count()) >= least),
            key=lambda one: (-one[0], abs(len(one[1]) - len(folded)), one[1]),
        )
        near = get_close_matches(folded, [name for _, name in likely[:_LOOKED_AT]], n=1, cutoff=0.6)
        return self._written[near[0]] if near else None

    @cached_property
    def _written(self) -> Mapping[str, str]:
        """Folded → as it is written."""
        every = (name for one, own in self.names.items() for name in (one, own.zh, own.en) if name)
        return {name.casefold(): name for name in every}

    @cached_property
    def _marks(self) -> Mapping[str, int]:
        return {name: _mark(name) for name in self._written}


class _Same:
    """A mapping as itself: equal to no other, however alike."""

    def __init__(self, names: Mapping[str, Names]) -> None:
        self.names = names

    def __hash__(self) -> int:
        return id(self.names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.names is self.names


@lru_cache(maxsize=4)
def _kept(same: _Same) -> Authorities:
    return Authorities(same.names)


def authorities_of(names: Mapping[str, Names]) -> Authorities:
    """The index of `names`; the same mapping is not looked through again (all 16,000 take a tenth of a second)."""
    return _kept(_Same(names))


def written(text: str, between: Iterable[str]) -> list[str]:
    """The parts of a list, without blanks around them; `between` are the characters that part them."""
    plain = text.translate({ord(sign): "," for sign in between})
    return [part.strip() for part in plain.split(",") if part.strip()]


BETWEEN = ",;\n\uff0c\u3001\uff1b"  # commas and semicolons, of Chinese too


def parts_of(name: str) -> Parts:
    """A name as it is compared: its parts between commas, without what differs between ways to write them."""
    return tuple(map(folded, written(name, BETWEEN)))


def folded(text: str) -> str:
    """Without case, width and the number of blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _mark(text: str) -> int:
    """Which pairs of letters stand in a text, a bit each; different ones may share a bit."""
    mark = 0
    for first, second in pairwise(text):
        mark |= 1 << ((ord(first) * 31 + ord(second)) % _BITS)
    return mark
