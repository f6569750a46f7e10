"""What a text must hold for a regular expression to fit anywhere in it: most expressions need not be tried, nor even compiled."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

_TOKEN = re.compile(
    r"(?P<look>\(\?(?:<?[=!]))"
    r"|(?P<open>\((?:\?:|\?P<\w+>|(?!\?)))"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<times>(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?)"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<any>[.^$]|\\[dDsSwWbBAZntr]|\(\?P=\w+\))"
    r"|(?P<sign>\\\W)"
    r"|(?P<run>[^\\()\[\]|*+?{.^$]+|\])",
    re.DOTALL,
)
_SET = re.compile(r"\[[^\\^\[\]-]{1,6}\]")  # a few characters, each itself
_ONCE = re.compile(r"\+|\{[1-9]")
_COMMON = frozenset("0123456789 .-,")
_MOST = 150  # strings of one expression
# What `re.IGNORECASE` takes for i and s, and lower() does not.
_EXTRA = (("\u0131", "i"), ("\u017f", "s"), ("\u0130", "i"))

_Tokens = Sequence[tuple[str, str]]


class _OddSyntaxError(Exception):
    """Something in a pattern that is not understood here."""


@lru_cache(maxsize=2048)
def needed(pattern: str) -> frozenset[str] | None:
    """Strings of which at least one stands in every text that `pattern` fits; None where nothing can be said.

    For patterns that compile without flags; where case is ignored see `small`. Not for verbose patterns.
    """
    try:
        tokens = tuple(_tokens(pattern))
        found, at = _alternatives(tokens, 0)
    except _OddSyntaxError:
        return None
    return found if at == len(tokens) else None


def small(text: str) -> str:
    """`text` in the letters in which ASCII ones are compared when case is ignored; its length may differ."""
    if not text.isascii():
        for char, letter in _EXTRA:
            text = text.replace(char, letter)
    return text.lower()


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression that is compiled when it is first asked for."""

    pattern: str
    ignoring_case: bool = False
    multiline: bool = False

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression. Raises re.error where it is wrong."""
        return _compiled(self.pattern, self.ignoring_case, self.multiline)

    @property
    def needed(self) -> frozenset[str] | None:
        """What a text must hold one of; where case is ignored, in its `small` form."""
        return _needed_small(self.pattern) if self.ignoring_case else needed(self.pattern)


class Screen:
    """Says of many expressions, all ignoring case or none, which can fit a text at all; built at its first use."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = expressions
        self._automaton: AhoCorasick | None = None
        self._always: frozenset[int] = frozenset()
        self._wanted_by: tuple[tuple[int, ...], ...] = ()

    def fitting(self, text: str) -> list[int]:
        """The places of the expressions that may fit `text`, in order; `text` is `small` where case is ignored."""
        if self._automaton is None:
            self._build()
        assert self._automaton is not None
        found = set(self._always)
        seen = {index for index, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        for index in seen:
            found.update(self._wanted_by[index])
        return sorted(found)

    def _build(self) -> None:
        wanted_by: dict[str, list[int]] = {}
        always = []
        for place, expression in enumerate(self._expressions):
            strings = expression.needed
            if strings is None:
                always.append(place)
            for string in strings or ():
                wanted_by.setdefault(string, []).append(place)
        self._always, self._wanted_by = frozenset(always), tuple(map(tuple, wanted_by.values()))
        self._automaton = AhoCorasick(list(wanted_by))


@lru_cache(maxsize=2048)
def _needed_small(pattern: str) -> frozenset[str] | None:
    found = needed(pattern)
    return None if found is None else frozenset(map(small, found))


@lru_cache(maxsize=2048)
def _compiled(pattern: str, ignoring_case: bool, multiline: bool) -> re.Pattern[str]:
    return re.compile(pattern, (re.IGNORECASE if ignoring_case else 0) | (re.MULTILINE if multiline else 0))


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None or token.lastgroup is None:
            raise _OddSyntaxError
        yield token.lastgroup, token.group()
        at = token.end()


def _alternatives(tokens: _Tokens, at: int) -> tuple[frozenset[str] | None, int]:
    """What one of the alternatives that begin at a token needs, and where they end."""
    union: frozenset[str] | None = frozenset()
    while True:
        found, at = _sequence(tokens, at)
        union = None if union is None or found is None or len(union | found) > _MOST else union | found
        if at == len(tokens) or tokens[at][0] != "bar":
            return union, at
        at += 1


def _sequence(tokens: _Tokens, at: int) -> tuple[frozenset[str] | None, int]:
    """The most telling of what the parts of one alternative need."""
    asked: list[frozenset[str]] = []
    run = ""
    while at < len(tokens) and tokens[at][0] not in ("bar", "close"):
        kind, value = tokens[at]
        inner: frozenset[str] | None = None
        at += 1
        if kind in ("look", "open"):
            inner, at = _group(tokens, at)
            inner = inner if kind == "open" else None
        elif kind == "set" and _SET.fullmatch(value):
            inner = frozenset(value[1:-1])
        elif kind in ("run", "sign"):
            inner = frozenset(value[-1])
            run += value[:-1] if kind == "run" else ""
        elif kind == "times":
            raise _OddSyntaxError
        times = tokens[at][1] if at < len(tokens) and tokens[at][0] == "times" else None
        at += times is not None
        if kind in ("run", "sign") and times is None:
            run += value[-1]
            continue
        if run:
            asked.append(frozenset({run}))
            run = ""
        if inner and (times is None or _ONCE.match(times)):
            asked.append(inner)
    if run:
        asked.append(frozenset({run}))
    return (max(asked, key=_telling) if asked else None), at


def _group(tokens: _Tokens, at: int) -> tuple[frozenset[str] | None, int]:
    found, at = _alternatives(tokens, at)
    if at == len(tokens) or tokens[at][0] != "close":
        raise _OddSyntaxError
    return found, at + 1


def _telling(strings: frozenset[str]) -> tuple[int, int]:
    """Long strings say more than short ones, few more than many, and figures, blanks and full stops, which stand everywhere, little."""
    return min(sum(1 if char in _COMMON else 2 if char < "\x80" else 4 for char in one) for one in strings), -len(strings)
