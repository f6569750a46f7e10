"""Plain text set in columns, where a Chinese character takes two."""

from collections.abc import Iterator
from functools import lru_cache

from cgtwatch.text.graphemes import cluster_width, graphemes, width

COLUMNS = 72
_NOT_FIRST = set("，。、；：！？）》」』】〕〉”’…—·％,.;:!?)]}%")  # may not begin a line
_NOT_LAST = set("（《「『【〔〈“‘([{")  # may not end one


@lru_cache(maxsize=4096)  # a hundred filters tell the same acts in the same words
def wrap(text: str, first: str = "", rest: str = "", columns: int = COLUMNS) -> str:
    """`text` in lines of at most `columns`, the first one after `first`, the others after `rest`.

    Chinese breaks between any two characters but not before closing or after opening punctuation (GB/T 15834); other words stay
    whole unless longer than a line.
    """
    lines: list[str] = []
    line, used, margin = first, width(first), len(first)
    for word, gap in _words(text, columns - max(width(first), width(rest))):
        space = " " if gap and len(line) > margin else ""
        if used + len(space) + width(word) > columns and len(line) > margin:
            lines.append(line.rstrip())
            line, used, margin, space = rest, width(rest), len(rest), ""
        line += space + word
        used += len(space) + width(word)
    return "\n".join([*lines, line.rstrip()])


def _words(text: str, longest: int) -> Iterator[tuple[str, bool]]:
    """What must stay together, each with whether a space stands before it."""
    for chunk in text.split():
        gap = True
        for word in _glued(chunk, longest):
            yield word, gap
            gap = False


def _glued(chunk: str, longest: int) -> Iterator[str]:
    word, used, wide_end = "", 0, False
    for cluster in graphemes(chunk):
        wide = cluster_width(cluster) == 2
        may_break = (wide or wide_end) and cluster not in _NOT_FIRST and word[-1:] not in _NOT_LAST
        if word and (may_break or used + cluster_width(cluster) > longest):
            yield word
            word, used = "", 0
        word += cluster
        used += cluster_width(cluster)
        wide_end = wide
    if word:
        yield word
