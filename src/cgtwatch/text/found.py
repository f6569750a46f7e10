"""Where the words of a query stand in a text, found by the rules of the index, so that a page can mark them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining

from cgtwatch.text.bigrams import LONGEST, tokens
from cgtwatch.text.words import read_query

_MOST_WORDS = 24
_BREAK = "|"  # between two runs of characters: no word reaches over it unless the query writes a blank there


class Piece(NamedTuple):
    """A stretch of a text; `hit`: the query asks for it."""

    text: str
    hit: bool = False


class _Unit(NamedTuple):
    """What is compared: a word in its singular, or a character of a script without blanks, and where it stands."""

    text: str
    start: int
    end: int


def marked(text: str, query: str) -> tuple[Piece, ...]:
    """`text` in pieces, which joined give it again; what the query looks for is marked, what it excludes is not. Never raises."""
    hits = _merged(sorted(_hits(list(_units(text)), wanted(query))))
    pieces, done = [], 0
    for start, end in hits:
        pieces += [Piece(text[done:start]), Piece(text[start:end], hit=True)]
        done = end
    return tuple(piece for piece in (*pieces, Piece(text[done:])) if piece.text)


def wanted(query: str) -> tuple[str, ...]:
    """The words and phrases that a query looks for, folded; at most two dozen."""
    groups = read_query(query[:LONGEST]) if query.strip() else ()
    words = dict.fromkeys(word.text for group in groups for word in group if not word.absent)
    return tuple(words)[:_MOST_WORDS]


def snippet(text: str, query: str, length: int = 160) -> tuple[Piece, ...]:
    """About `length` characters of `text` around the first word that is found, marked; `…` where it was cut. Empty where none is."""
    pieces = marked(text, query)
    if not any(piece.hit for piece in pieces):
        return ()
    at = 0
    for piece in pieces:
        if piece.hit:
            break
        at += len(piece.text)
    start = max(0, min(at - length // 3, len(text) - length))
    cut = marked(text[start : start + length], query)
    before, after = (Piece("…"),) if start else (), (Piece("…"),) if start + length < len(text) else ()
    return (*before, *cut, *after)


def _hits(units: Sequence[_Unit], words: Sequence[str]) -> Iterator[tuple[int, int]]:
    texts = [unit.text for unit in units]
    for word in words:
        sought = [unit.text for unit in _units(word)]
        for at in range(len(texts) - len(sought) + 1 if sought else 0):
            if texts[at] == sought[0] and texts[at : at + len(sought)] == sought:
                yield units[at].start, units[at + len(sought) - 1].end


def _merged(hits: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in hits:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _units(text: str) -> Iterator[_Unit]:
    """Words as the index keeps them, and single characters where no blanks stand."""
    word, start, after_run, gap = "", 0, False, False
    for at, char in enumerate(text):
        folded, run = _form(char)
        if folded and not run:
            word, start = word + folded, start if word else at
            continue
        if not folded and combining(char):
            continue  # an accent of the letter before it
        if word:
            yield from _word(word, start, at)
            word, after_run = "", False
        if run:
            if after_run and gap:
                yield _Unit(_BREAK, at, at)
            yield from (_Unit(each, at, at + 1) for each in folded)
        after_run, gap = after_run or run, not run
    if word:
        yield from _word(word, start, len(text))


def _word(word: str, start: int, end: int) -> Iterator[_Unit]:
    yield from (_Unit(token, start, end) for token in tokens(word))


@lru_cache(maxsize=8192)
def _form(char: str) -> tuple[str, bool]:
    """A character as the index folds it (empty: it parts words), and whether it stands in a script without blanks."""
    alone = tokens(char)
    return "".join(token[0] for token in alone) if _is_run(char) else "".join(alone), _is_run(char)


def _is_run(char: str) -> bool:
    return len(tokens(f"a{char}")) > 1  # beside a letter it begins something new
