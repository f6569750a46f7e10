"""What a reader takes for one character, how wide it stands in a terminal, and cutting between two of them."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_JOINER = "\u200d"
_MOST_MARKS = 4  # Vietnamese and Tibetan need three; more is a title that stacks thousands to break the page


def graphemes(text: str) -> Iterator[str]:
    """The characters of `text` as a reader counts them; marks beyond four on one character are dropped.

    The rules of UAX #29 that matter in titles: combining marks, joined emoji, skin tones, variation selectors, flags. Hangul is
    taken as composed (NFC).
    """
    cluster = ""
    marks = 0
    for char in text:
        if cluster and _extends(cluster, char):
            marks += char != _JOINER
            if marks <= _MOST_MARKS or cluster.endswith(_JOINER):
                cluster += char
            continue
        if cluster:
            yield cluster
        cluster, marks = char, 0
    if cluster:
        yield cluster


def _extends(cluster: str, char: str) -> bool:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Mc"}:
        return True
    if char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return cluster != "\n"
    if cluster.endswith(_JOINER):
        return unicodedata.category(char) == "So"
    return len(cluster) == 1 and _is_flag_half(cluster) and _is_flag_half(char)


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def width(text: str) -> int:
    """Columns that `text` takes in a terminal: two for Chinese and emoji, none for marks and joiners (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(cluster_width(cluster) for cluster in graphemes(text))


def cluster_width(cluster: str) -> int:
    """Columns of one character as `graphemes` gives them."""
    if unicodedata.east_asian_width(cluster[0]) in {"W", "F"} or "\ufe0f" in cluster or _is_flag_half(cluster[0]):
        return 2
    return 0 if unicodedata.category(cluster[0]) in {"Mn", "Me", "Cf"} else 1


@lru_cache(maxsize=4096)  # one title stands in the messages of a hundred filters
def cut(text: str, most: int) -> str:
    """`text` with at most `most` characters as a reader counts them, the last one an ellipsis where something was left out."""
    if len(text) <= most and text.isascii():
        return text
    kept: list[str] = []
    for cluster in graphemes(text):
        if len(kept) == most:
            return "".join(kept[: most - 1]).rstrip() + "…"
        kept.append(cluster)
    return "".join(kept)


def cut_to_width(text: str, columns: int) -> str:
    """As `cut`, by columns."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for cluster in graphemes(text):
        used += cluster_width(cluster)
        if used > columns - 1:
            break
        kept += cluster
    return kept.rstrip() + "…"


def cut_to_length(text: str, most: int) -> str:
    """As `cut`, by code points, for receivers that count those."""
    if len(text) <= most:
        return text
    kept = ""
    for cluster in graphemes(text):
        if len(kept) + len(cluster) > most - 1:
            break
        kept += cluster
    return kept.rstrip() + "…"
