"""Texts of sources made fit for a chat: nothing in them is live, and they are cut between characters in the receiver's own unit."""

import json
import re
from collections.abc import Callable

from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import graphemes

MOST_LINES = 5  # of an item, under its title: translation, issuer and stage, two changes, number and date

# An invisible, breakable nothing (U+200B). Sources' texts are cleaned of it, so where one stands, it is ours.
_GAP = "\u200b"
# Clients make mentions, links, tags, commands, emoji and formulas of bare words, and most have no way to escape them.
_LIVE = re.compile(
    r"(?<=[@＠<])(?=\S)"  # @channel, @all, a@b.example, <!here>, <at id=all>
    r"|(?<=:)(?=//|[a-z0-9_+\-]+:)"  # https://…, :emoji:
    r"|(?<=\w\.)(?=[A-Za-z]{2}|\d{1,3}\.\d{1,3})"  # www.host.example, 10.0.0.1
    r"|(?<=[#~])(?=\w)"  # #tag, ~channel
    r"|(?<=/)(?<![A-Za-z0-9_/]/)(?=[A-Za-z])"  # /command
    r"|(?<=[$+{])(?=\S)"  # $TAG, formulas, telephone numbers, {{DATE(…)}}
    r"|^(?=[-+*>#=~]|\d+[.)])"  # a list, a quotation, a heading
)
# Look-alikes for markdown dialects whose escapes are not documented.
_LOOK_ALIKE = str.maketrans({
    "[": "［", "]": "］", "*": "＊", "_": "＿", "`": "｀", "<": "＜", ">": "＞", "#": "＃", "|": "｜", "~": "～", "\\": "＼", "!": "！",
})  # fmt: skip
# What is markup inside a line; where a line begins, `still` has been before. Without brackets, parentheses are only that.
_PUNCTUATION = re.compile(r"([\\`*_\[\]|~<>])")
_ENTITIES = re.compile(r"[&<>*_~`\[\]\\$]")
# What could end a link or a piece of markup around it.
_LOOSE = re.compile(r"[\s()<>\[\]\"'\\`^{}|*]")


def still(text: str) -> str:
    """`text` on one line, with nothing in it of which a chat client would make a mention, a link or a command."""
    return _LIVE.sub(_GAP, one_line(text))


def fitted(text: str, most: int, escape: Callable[[str], str] = str, measure: Callable[[str], int] = len) -> str:
    """`text` escaped, and cut between characters where that would measure more than `most`; then it ends in `…`.

    `escape` must treat each character alone.
    """
    if measure(whole := escape(text)) <= most:
        return whole
    room, kept = most - measure("…"), []
    for cluster in graphemes(text):
        piece = escape(cluster)
        room -= measure(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def each_of(lines: tuple[str, ...], most: int) -> int:
    """How much each of an item's lines may take, where `most` is what each of the most possible lines may: fewer may be longer."""
    return most * MOST_LINES // max(len(lines), 1)


def link_target(link: str, most: int, measure: Callable[[str], int] = len) -> str:
    """An http(s) address that no markup around it can be ended with; empty where it is none or too long: half a link is none."""
    if not link.lower().startswith(("http://", "https://")):
        return ""
    safe = _LOOSE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), link)
    return safe if measure(safe) <= most else ""


def octets(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def json_letters(text: str) -> int:
    """Characters that it takes inside JSON."""
    return len(json.dumps(text, ensure_ascii=False)) - 2


def json_octets(text: str) -> int:
    """Bytes that it takes inside JSON in UTF-8."""
    return octets(json.dumps(text, ensure_ascii=False)) - 2


def units(text: str) -> int:
    """Code units in UTF-16."""
    return len(text.encode("utf-16-le", "replace")) // 2


def slashed(text: str) -> str:
    """Escaped with backslashes, as CommonMark has it (2.4)."""
    return _PUNCTUATION.sub(r"\\\1", text)


def entities(text: str) -> str:
    """Escaped with numeric character references."""
    return _ENTITIES.sub(lambda found: f"&#{ord(found[0])};", text)


def look_alike(text: str) -> str:
    """Characters that could be markup replaced with full-width ones, which are none anywhere."""
    return text.translate(_LOOK_ALIKE)
