"""Which words a reader asks for: `--query` read, and looked for in a text."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_TOKEN = re.compile(r'(-?)"([^"]*)"|([^\s|]+)|(\|)')
_QUOTES = str.maketrans("“”„‟«»「」『』", '""""""""""')
_MEND = 'write words that must all occur, -word for one that must not, a OR b for either, "…" for a phrase'


class Word(NamedTuple):
    """A word or phrase, folded; `absent`: it must not occur."""

    text: str
    absent: bool

    def met(self, folded: str) -> bool:
        """Whether the folded text is as the word wants it."""
        return (self.text in folded) is not self.absent

    @property
    def shown(self) -> str:
        """As somebody would write it."""
        return f"{'-' if self.absent else ''}{self.text}"


Either = tuple[Word, ...]  # one of them is enough


@lru_cache(maxsize=512)  # an event is looked at for thousands of readers
def fold(text: str) -> str:
    """`text` so that width, case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=1024)
def read_query(query: str) -> tuple[Either, ...]:
    """What must all be met: each a word, or several of which one is enough (`a OR b`, `a | b`); `-word` must not occur.

    What cannot be meant (a quote left open, an OR at the edge) is read as far as it goes; see `query_problem`.
    """
    groups: list[list[Word]] = []
    joined = False
    for minus, phrase, word, bar in _TOKEN.findall(_plain(query)):
        if bar or word == "OR":
            joined = bool(groups)
            continue
        found = Word(fold(phrase), bool(minus)) if not word else _word(word)
        if not found.text:
            continue
        if joined:
            groups[-1].append(found)
        else:
            groups.append([found])
        joined = False
    return tuple(tuple(group) for group in groups)


def query_problem(query: str) -> str | None:
    """What is wrong with a query, and the mend; None where it is sound. An empty one asks for nothing."""
    plain = _plain(query).strip()
    tokens = _TOKEN.findall(plain)
    bars = [bool(bar) or word == "OR" for _, _, word, bar in tokens]
    if plain.count('"') % 2:
        return f"a quote is left open; {_MEND}"
    if bars and (bars[0] or bars[-1] or any(a and b for a, b in pairwise(bars))):
        return f"OR stands between two words; {_MEND}"
    if tokens and not read_query(query):
        return f"holds no word; {_MEND}"
    return None


def _plain(query: str) -> str:
    return unicodedata.normalize("NFKC", query.translate(_QUOTES))


def _word(word: str) -> Word:
    absent = word.startswith("-") and word != "-"
    return Word(fold(word[1:] if absent else word).replace('"', ""), absent)
