"""Every word that the rules know, in one automaton: where in a text each of them stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from cgtwatch.understand.fold import fold, is_word


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word as a table spells it: `=` before it asks for the case as written, `*` at an end lets the word go on there."""

    text: str
    meaning: Any  # a row of one of the tables, as rules.py defines them


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found: half-open, in characters of the searched text."""

    start: int
    end: int
    meaning: Any


@dataclass(frozen=True, slots=True)
class _Needle:
    exact: str | None
    open_left: bool
    open_right: bool
    plural: bool
    meaning: Any


class Lexicon:
    """The automaton over the folded forms of all patterns."""

    def __init__(self, patterns: Iterable[Pattern], table: Mapping[int, str]) -> None:
        self._table = table
        self._needles: dict[str, list[_Needle]] = {}
        for pattern in patterns:
            self._add(pattern)
        self._folded: Sequence[str] = tuple(self._needles)
        self._by_index = tuple(tuple(self._needles[text]) for text in self._folded)
        self._automaton = AhoCorasick(self._folded, matchkind=MatchKind.Standard)

    def __len__(self) -> int:
        return len(self._folded)

    def _add(self, pattern: Pattern) -> None:
        text = pattern.text
        exact = text[1:] if text.startswith("=") else None
        bare = (exact or text).strip("*")
        folded = fold(bare, self._table)
        needle = _Needle(
            exact=exact,
            open_left=text.startswith("*") or not is_word(folded[:1]),
            open_right=text.endswith("*") or not is_word(folded[-1:]),
            plural=exact is None and len(folded) > 4 and folded[-1:].isascii() and folded[-1:].isalpha() and folded[-1:] != "s",
            meaning=pattern.meaning,
        )
        known = self._needles.setdefault(folded, [])
        if not any(n.meaning is needle.meaning and n.exact == needle.exact for n in known):
            known.append(needle)

    def fold(self, text: str) -> str:
        """`text` as the automaton reads it, of the same length."""
        return fold(text, self._table)

    def find(self, text: str) -> list[Hit]:
        """All words in `text`, overlapping ones too, in the order of their ends."""
        folded = fold(text, self._table)
        hits: list[Hit] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for needle in self._by_index[index]:
                stop = _end(needle, folded, start, end)
                if stop and (needle.exact is None or text[start:end] == needle.exact):
                    hits.append(Hit(start, stop, needle.meaning))
        return hits


def _end(needle: _Needle, text: str, start: int, end: int) -> int:
    """Where the word ends, or 0 where it is only a part of another word."""
    if not needle.open_left and start > 0 and is_word(text[start - 1]):
        return 0
    if needle.open_right or end == len(text) or not is_word(text[end]):
        return end
    plural = needle.plural and text[end] == "s" and (end + 1 == len(text) or not is_word(text[end + 1]))
    return end + 1 if plural else 0
