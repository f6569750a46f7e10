"""Two texts side by side: what changed stands opposite each other, what did not is one stretch that a page can fold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

from cgtwatch.diff.compare import Line, Part, sentences


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence before and after; no parts where it did not stand there."""

    old: tuple[Part, ...] = ()
    new: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences in a row that changed, or, in `same`, those that did not."""

    pairs: tuple[Pair, ...] = ()
    same: tuple[str, ...] = ()


def sides(old: str, new: str) -> tuple[Stretch, ...]:
    """Both texts whole, in turns of what changed and what did not. Bounded in time as `readable` is."""
    return tuple(_stretch(changed, group) for changed, group in groupby(sentences(old, new), key=lambda line: line.sign != " "))


def _stretch(changed: bool, lines: Iterable[Line]) -> Stretch:
    if changed:
        return Stretch(pairs=tuple(_pairs(list(lines))))
    return Stretch(same=tuple("".join(part.text for part in line.parts) for line in lines))


def _pairs(lines: list[Line]) -> Iterator[Pair]:
    gone, come = ([line.parts for line in lines if line.sign == sign] for sign in "-+")
    yield from (Pair(old, new) for old, new in zip_longest(gone, come, fillvalue=()))
