"""Every word that the rules know, in one automaton: where in a text each of them stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from cgtwatch.understand.compounds import Compounds
from cgtwatch.understand.fold import fold, fold_all, is_word

_LEAST_PLURAL = 5  # letters of a word that may take an s


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


# A word as it is compared: its case where that counts, whether it may go on to the left and to the right, its meaning.
_Needle = tuple[str | None, bool, bool, Any]


class Lexicon:
    """The automaton over the folded forms of all patterns, and over the names of places that bodies are called by."""

    def __init__(self, patterns: Iterable[Pattern], table: Mapping[int, str], compounds: Compounds | None = None) -> None:
        self._table = table
        self._compounds = compounds
        known = list(patterns)
        exact = [pattern.text[1:].strip("*") if pattern.text.startswith("=") else None for pattern in known]
        bare = [(case or pattern.text).strip("*") for pattern, case in zip(known, exact, strict=True)]
        needles: dict[str, list[_Needle]] = {}
        for pattern, case, folded in zip(known, exact, fold_all(bare, table), strict=True):
            needle = (case, pattern.text.startswith("*"), pattern.text.endswith("*"), pattern.meaning)
            same = needles.setdefault(folded, [])
            if not any(other[3] is pattern.meaning and other[0] == case for other in same):
                same.append(needle)
        stems = frozenset(compounds.stems) if compounds else frozenset()
        for stem in stems:
            needles.setdefault(stem, [])
        self._needles = tuple(map(tuple, needles.values()))
        self._is_stem = tuple(word in stems for word in needles)
        self._automaton = AhoCorasick(list(needles), matchkind=MatchKind.Standard)

    def __len__(self) -> int:
        return len(self._needles)

    def fold(self, text: str) -> str:
        """`text` as the automaton reads it, of the same length."""
        return fold(text, self._table)

    def find(self, text: str, folded: str | None = None) -> list[Hit]:
        """All words in `text`, overlapping ones too, and after them all names of bodies that are put together.

        `folded` is what `fold` gives for `text`, where that is known.
        """
        folded = self.fold(text) if folded is None else folded
        hits: list[Hit] = []
        stems: list[tuple[int, int]] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for case, open_left, open_right, meaning in self._needles[index]:
                stop = _end(folded, start, end, open_left, open_right, case is None)
                if stop and (case is None or text[start:end] == case):
                    hits.append(Hit(start, stop, meaning))
            if self._is_stem[index]:
                stems.append((start, end))
        return hits + self._compound(folded, stems) if stems else hits

    def _compound(self, folded: str, stems: Iterable[tuple[int, int]]) -> list[Hit]:
        """The names of bodies around the `stems`, those of one stretch in the order of the register."""
        assert self._compounds is not None
        found: dict[tuple[int, int, int], Hit] = {}
        for start, end in stems:
            for begin, reach, rank, body in self._compounds.around(folded, start, end):
                stop = _end(folded, begin, reach, False, False, True)
                if stop:
                    found[reach, begin, rank] = Hit(begin, stop, body)
        return [found[key] for key in sorted(found)]


def _end(text: str, start: int, end: int, open_left: bool, open_right: bool, any_case: bool) -> int:
    """Where the word at `text[start:end]` ends, or 0 where it is only a part of another word."""
    if not open_left and start > 0 and is_word(text[start - 1]) and is_word(text[start]):
        return 0
    if open_right or end == len(text) or not is_word(text[end]):
        return end
    last = text[end - 1]
    if not is_word(last):
        return end
    plural = any_case and end - start >= _LEAST_PLURAL and last != "s" and last.isascii() and last.isalpha()
    return end + 1 if plural and text[end] == "s" and (end + 1 == len(text) or not is_word(text[end + 1])) else 0
