"""The glossary: what a title is about, in words of no language, and how much of it no row of the glossary explains."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from cgtwatch.link.wording import fold

SPECIFIC, UNIQUE = 2, 3  # weights: tells acts apart; names one product
KIND = "k_"  # how ideas begin that are kinds of papers
_LAW = re.compile(r"(?<![疗方办])法(?:[》」(]|草案|$)")  # a law's name ends so; many other words do, too
_ENDINGS = ("", "s", "es")


@dataclass(frozen=True, slots=True)
class Told:
    """The ideas of a text with their weights, those with what they tell by it too, its kinds of papers, and the share of its
    words (characters) that no row explains.
    """

    ideas: dict[str, int]
    covered: frozenset[str]
    kinds: frozenset[str]
    unknown: float


@dataclass(frozen=True, slots=True)
class _Word:
    idea: str
    weight: int
    open_ended: bool
    covers: tuple[str, ...]


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, _Word], dict[str, tuple[int, ...]]]:
    """Every word with its idea, and by the first two letters of words how long they are, longest first."""
    words: dict[str, _Word] = {}
    lengths: dict[str, set[int]] = {}
    for line in (files("cgtwatch.link") / "data" / "glossary.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#") or len(cells) != 4 or cells[0] == "idea":
            continue
        for written in cells[3].split(" | "):
            word = fold(written.removesuffix("*"))
            words.setdefault(word, _Word(cells[0], int(cells[1]), written.endswith("*"), tuple(cells[2].split())))
            lengths.setdefault(word[:2], set()).add(len(word))
    return words, {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def told(folded: str) -> Told:
    """What a folded text tells of; where words overlap the longest that begins first counts."""
    ideas: dict[str, int] = {}
    covered: set[str] = set()
    known = unknown = 0
    for size, word in _parts(folded):
        if word is None:
            unknown += size
        else:
            known += size
            if word.weight:
                ideas[word.idea] = word.weight
                covered.update((word.idea, *word.covers))
    if _LAW.search(folded):
        ideas[f"{KIND}rules"] = 1
    kinds = frozenset(idea for idea in ideas if idea.startswith(KIND))
    topics = {idea: weight for idea, weight in ideas.items() if idea not in kinds}
    return Told(topics, frozenset(covered), kinds, unknown / max(1, known + unknown))


def _parts(text: str) -> Iterator[tuple[int, _Word | None]]:
    """The text cut into known words and what lies between: sizes in characters, but one for a Latin word."""
    position = 0
    while position < len(text):
        if not text[position].isalnum():
            position += 1
            continue
        end, word = _at(text, position)
        latin = text[position] < "\u0250"
        if word is None:
            end = _word_end(text, position) if latin else position + 1
            counts = not (text[position].isdigit() or (latin and end - position < 3))
            yield int(counts), None
        else:
            yield 1 if latin else end - position, word
        position = end


def _at(text: str, start: int) -> tuple[int, _Word | None]:
    words, lengths = _words()
    for size in lengths.get(text[start : start + 2], ()):
        written = text[start : start + size]
        word = words.get(written)
        if word is not None and len(written) == size:
            end = _ending(text, start + size, word)
            if end is not None:
                return end, word
    return start, None


def _ending(text: str, end: int, word: _Word) -> int | None:
    """Where a word that stands in the text up to `end` ends; None where it is only the beginning of another."""
    if not _is_latin(text[end - 1]):
        return end
    if word.open_ended:
        return _word_end(text, end)
    return next(
        (end + len(more) for more in _ENDINGS if _word_end(text, end) == end + len(more) and text.startswith(more, end)), None
    )


def _word_end(text: str, position: int) -> int:
    while position < len(text) and _is_latin(text[position]):
        position += 1
    return position


def _is_latin(letter: str) -> bool:
    return letter.isalnum() and letter < "\u0250"
