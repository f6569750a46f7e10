"""Which stretches of two sequences are equal, in bounded time: what occurs once on both sides holds the rest in place."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_EXACT = 250_000  # pairs of elements up to which a stretch is compared exactly


class Block(NamedTuple):
    """`a[a0:a1]` stands where `b[b0:b1]` does."""

    a0: int
    a1: int
    b0: int
    b1: int
    equal: bool


def blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[Block]:
    """Equal and differing stretches in order; together they cover both sides.

    Small inputs are compared exactly. In large ones elements that occur once on both sides are anchors (their longest rising
    run), and only what lies between two of them is compared exactly, as far as it is small.
    """
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    if head:
        yield Block(0, head, 0, head, True)
    x, y = head, head
    for next_x, next_y in [*_anchors(a, b, head, tail), (len(a) - tail, len(b) - tail)]:
        yield from _between(a, b, Block(x, next_x, y, next_y, False))
        x, y = next_x, next_y
        if x < len(a) - tail and y < len(b) - tail:
            yield Block(x, x + 1, y, y + 1, True)
            x, y = x + 1, y + 1
    if tail:
        yield Block(len(a) - tail, len(a), len(b) - tail, len(b), True)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    return next((n for n, (one, two) in enumerate(zip(a, b, strict=False)) if one != two), min(len(a), len(b)))


def _between(a: Sequence[str], b: Sequence[str], gap: Block) -> Iterator[Block]:
    x, x1, y, y1, _ = gap
    if x == x1 and y == y1:
        return
    if x == x1 or y == y1 or (x1 - x) * (y1 - y) > _EXACT:
        yield gap
        return
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, a[x:x1], b[y:y1], autojunk=False).get_opcodes():
        yield Block(x + i0, x + i1, y + j0, y + j1, tag == "equal")


def _anchors(a: Sequence[str], b: Sequence[str], head: int, tail: int) -> list[tuple[int, int]]:
    """Places of elements that occur once on either side between the common ends, rising on both; none where that is small."""
    here, there = range(head, len(a) - tail), range(head, len(b) - tail)
    if len(here) * len(there) <= _EXACT:
        return []
    once_a, once_b = Counter(a[n] for n in here), Counter(b[n] for n in there)
    place = {b[n]: n for n in there if once_b[b[n]] == 1}
    pairs = [(n, place[a[n]]) for n in here if once_a[a[n]] == 1 and a[n] in place]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises in its second numbers."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_, y) in enumerate(pairs):
        at = bisect_left(ends, y)
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(y)
            last.append(n)
        else:
            ends[at], last[at] = y, n
    run = []
    n = last[-1] if last else -1
    while n >= 0:
        run.append(pairs[n])
        n = before[n]
    return run[::-1]
