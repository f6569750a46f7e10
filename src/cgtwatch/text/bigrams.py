"""What of a text the full-text index keeps, and what a query asks of it: pairs of characters where no blanks stand, else words.

Chinese, Japanese, Korean, Thai and their like write no blanks, or none that part words: a run of them is kept as its overlapping
pairs and its last character, so that any stretch of it is found as a phrase of pairs, and one character as the beginning of a pair.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cgtwatch.text.script import simplified
from cgtwatch.text.words import Word, read_query

LONGEST = 1000  # characters of a query that are looked at
BORDER = "\ue000"  # stands before each field: no phrase reaches over it, and every entry has one (private use: no text does)
_NOWHERE = "\ue001"  # stands in no entry
_RUN = (
    "\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, kana
    "\u1100-\u11ff\u3131-\u318e\uac00-\ud7ff"  # Hangul
    "\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17dd"  # Thai, Lao, Burmese, Khmer
)
_TOKENS = re.compile(f"([{_RUN}]+)|[^\\W_{_RUN}]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_FORM = "1"  # changes with what is kept, so that older entries are known as such
_SHORTEST_PLURAL = 4


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand one after the other; of the last one only the beginning, where `open`."""

    tokens: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query wants: of each of `wanted` one phrase; and of no pair in `unwanted` all of the first without any of the second."""

    wanted: tuple[tuple[Phrase, ...], ...] = ()
    unwanted: tuple[tuple[tuple[Phrase, ...], tuple[Phrase, ...]], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to look for: a query without a letter or digit, which finds nothing."""
        return not self.wanted and not self.unwanted


def tokens(text: str) -> list[str]:
    """The tokens of a text in their order, folded: width, case, accents, traditional characters and the plural's s do not matter."""
    found: list[str] = []
    for part in _parts(text):
        found += part
    return found


def indexed(*short: str, text: str) -> str:
    """What the index keeps of one entry: tokens with blanks between (for FTS5's tokeniser `ascii`), each short field first that
    does not stand in the text anyway.
    """
    fields = (*(field for field in short if field not in text), text)
    return " ".join(token for field in fields for token in (BORDER, *tokens(field)))


def fingerprint(words: str, changed: str) -> str:
    """Tells whether an entry still says the same of an event that was last changed then: 16 hexadecimal digits."""
    return hashlib.blake2b(f"{_FORM}\n{changed}\n{words}".encode(), digest_size=8).hexdigest()


def asked(query: str) -> Asked | None:
    """What a query (read as `words.read_query` does) asks; None where it is empty.

    A word without a letter or digit is left out; where no other stands, nothing is found.
    """
    if not query.strip():
        return None
    wanted, unwanted = [], []
    for group in read_query(query[:LONGEST]):
        present, absent = _phrases(group, absent=False), _phrases(group, absent=True)
        if absent:  # "a OR not b" excludes what has b and has not a
            unwanted.append((absent, present))
        elif present:
            wanted.append(present)
    return Asked(tuple(wanted), tuple(unwanted))


def expression(query: str) -> str:
    """The same in the language of FTS5, never a syntax error; empty where nothing is asked."""
    meant = asked(query)
    if meant is None:
        return ""
    if meant.nothing:
        return f'"{_NOWHERE}"'
    found = " AND ".join(f"({_fts5(' OR ', group)})" for group in meant.wanted) or f'"{BORDER}"'
    excluded = [
        f"(({_fts5(' AND ', absent)}) NOT ({_fts5(' OR ', present)}))" if present else f"({_fts5(' AND ', absent)})"
        for absent, present in meant.unwanted
    ]
    return f"({found}) NOT ({' OR '.join(excluded)})" if excluded else found


def _parts(text: str) -> Iterator[list[str]]:
    """The tokens of each run and each word."""
    for found in _TOKENS.finditer(_folded(text)):
        run = found[1]
        yield [run[at : at + 2] for at in range(len(run))] if run else [_singular(found[0])]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        return plain
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", bare).translate(_TABLE)


def _singular(word: str) -> str:
    """An English word without the s of its plural (after Harman, "How effective is suffixing?", 1991)."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes", "ruses")):
        return word[:-2]
    return word if word.endswith(("us", "ss")) else word[:-1]


def _fts5(joint: str, phrases: Iterable[Phrase]) -> str:
    return joint.join(f'"{" ".join(one.tokens)}"{"*" if one.open else ""}' for one in phrases)


def _phrases(group: Iterable[Word], *, absent: bool) -> tuple[Phrase, ...]:
    return tuple(phrase for word in group if word.absent is absent and (phrase := _phrase(word.text)))


def _phrase(text: str) -> Phrase | None:
    """The tokens of a word one after the other; its last character may be followed by others in a text."""
    parts = list(_parts(text))
    if not parts:
        return None
    last, before = parts[-1], [token for part in parts[:-1] for token in part]
    alone = len(last) == 1 and bool(re.match(f"[{_RUN}]", last[0]))
    return Phrase((*before, *(last[:-1] or last)), alone)


_TABLE = str.maketrans(dict(simplified()))
