"""The keys by which the few events are found that one can have to do with, so that no other is ever compared with it.

Whatever judge of `relation` finds something between two events, one of them is found under a key that the other asks for.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from cgtwatch.link.glossary import UNIQUE
from cgtwatch.link.products import decision
from cgtwatch.link.relation import UNQUOTED, address, subject_words
from cgtwatch.link.side import Side
from cgtwatch.link.step import Step, step
from cgtwatch.link.twofold import subject
from cgtwatch.link.wording import skeleton
from cgtwatch.text.similarity import smallest

_NAMED, _CITED = 16, 16  # other acts and numbers of a document that are asked for
_TOPICS = 5  # ideas of a title whose pairs are keys
_SAMPLE = 5  # runs of characters of an opening; two that share half of them have two of these in common, 9 times of 10
_WINDOW = 45  # days within which copies appear and one act is told in two languages; a bucket of time is twice that
_MADE = 4  # days within which one decision is told
_TITLES = 3  # names of a document that are looked for among titles
_RUNS = 24  # places of a title at which a name may begin


# Kinds of keys, those first that say most; `title` finds what was stored before there were the others.
_ORDER = ("number", "proposal", "page", "name", "title", "named", "cited", "made", "copy", "start", "word", "topic")
_PLAIN = frozenset({"number", "title"})  # the store has its own form of these


_WORDS = re.compile(r"^|(?<=[\s(\"'/-])(?=[a-z0-9])")
_LEADING = re.compile(r"^|关于|发布|印发|出台|公布|公开|征求|制定|修订|通过|落实|按照|根据|依据|对|就|《|「|[\s:,。;!|\"-]")


@dataclass(frozen=True, slots=True)
class Keys:
    """`own`: under these an event is found; `asked`: under these others are looked up for it, those that say most first.

    Each is `kind:value`.
    """

    own: frozenset[str]
    asked: tuple[str, ...]


def keys_of(side: Side) -> Keys:
    """The keys of an event."""
    own: set[str] = set()
    asked: set[str] = set()
    names = {skeleton(name) for name in (*side.names, *side.amending)}
    named = set(sorted({skeleton(name) for name in side.named} - names)[:_NAMED])
    cited = set(sorted(side.all_numbers - side.numbers)[:_CITED])
    own |= _each("name", names) | _each("named", named)
    asked |= _each("name", names | named) | _each("named", names)
    own |= _each("number", side.numbers) | _each("cited", cited) | _each("proposal", side.proposals)
    asked |= _each("number", side.numbers | cited) | _each("cited", side.numbers) | _each("proposal", side.proposals)
    size = UNQUOTED[side.script == "latin"]
    own |= _each("start", {name[:size] for name in side.names if len(name) >= size})
    asked |= _each("start", _runs(side, size) | {part[:size] for part in side.replaced})
    consulted, answered = _consultation(side)
    own |= consulted
    asked |= answered
    page = _each("page", [address(side.url)] if side.url else [])
    copied, alike = _copies(side)
    timed, around = _timed(side)
    asked |= _each("title", side.names[:_TITLES]) | page | alike | around
    ordered = sorted(asked, key=lambda key: (_ORDER.index(key.partition(":")[0]), key))
    return Keys(frozenset(own | page | copied | timed), tuple(ordered))


def _each(kind: str, values: Iterable[str]) -> set[str]:
    return {f"{kind}:{value if kind in _PLAIN else _short(value)}" for value in values if value}


def _short(value: str) -> str:
    return value if len(value) <= 20 else hashlib.blake2b(value.encode(), digest_size=8).hexdigest()


def _consultation(side: Side) -> tuple[set[str], set[str]]:
    """An English answer names the subject of its consultation in words, not in quotes."""
    if side.script != "latin":
        return set(), set()
    if step(side) is Step.REPLY:
        return set(), {f"word:{family} {word}" for family in side.families for word in subject_words(side.head) if len(word) > 5}
    longest = max(subject_words(side.folded_title), key=lambda word: (len(word), word), default="")
    return {f"word:{family} {longest}" for family in side.families if step(side) is not Step.FINAL}, set()


def _runs(side: Side, size: int) -> set[str]:
    """Where in the title a name may begin that stands there without quotes: at a word, or in Chinese after one that leads to a name."""
    starts = (_WORDS if side.script == "latin" else _LEADING).finditer(side.folded_title)
    rests = ("".join(filter(str.isalnum, side.folded_title[match.end() : match.end() + 2 * size])) for match in starts)
    return {rest[:size] for rest in list(rests)[:_RUNS] if len(rest) >= size}


def _timed(side: Side) -> tuple[set[str], set[str]]:
    """Keys that hold for some days only: a decision of an authority, and what an act is about, told in another script."""
    if side.day is None:
        return set(), set()
    own: set[str] = set()
    asked: set[str] = set()
    kind = decision(side)
    if kind:
        for family in side.families:
            own.add(f"made:{family} {kind} {side.day.toordinal()}")
            asked |= {f"made:{family} {kind} {side.day.toordinal() + apart}" for apart in range(-_MADE, _MADE + 1)}
    mine, others = ("latin", "east") if side.script == "latin" else ("east", "latin")
    near = _near(side.day)
    for family in side.families:
        for topic in _topics(side):
            own.add(f"topic:{mine} {family} {topic} {_bucket(side.day)}")
            asked |= {f"topic:{others} {family} {topic} {bucket}" for bucket in near}
    return own, asked


def _copies(side: Side) -> tuple[set[str], set[str]]:
    """Pairs of runs of its opening, in its days: set phrases let many share one run, hardly ever two."""
    if side.day is None or not side.text:
        return set(), set()
    pairs = [f"{first:x}{second:x}" for first, second in combinations(smallest(side.opening, _SAMPLE), 2)]
    return _each("copy", (f"{_bucket(side.day)} {pair}" for pair in pairs)), _each(
        "copy", (f"{bucket} {pair}" for bucket in _near(side.day) for pair in pairs)
    )


def _near(day: date) -> set[int]:
    return {_bucket(day + timedelta(days=apart)) for apart in (-_WINDOW, _WINDOW)}


def _bucket(day: date) -> int:
    return day.toordinal() // (2 * _WINDOW)


def _topics(side: Side) -> Iterator[str]:
    ideas = sorted(subject(side).ideas.items(), key=lambda each: (-each[1], each[0]))[:_TOPICS]
    yield from (idea for idea, weight in ideas if weight == UNIQUE)
    yield from (f"{first} {second}" for (first, _), (second, _) in combinations(sorted(ideas), 2))
