"""WeCom's group robots: Markdown of at most 4,096 bytes.

Documented (path/91770, path/90455): `markdown.content` holds at most 4,096 bytes of UTF-8; 20 messages a minute; the codes below.
How to escape its Markdown is not said, so marks are replaced with full-width ones; `<@userid>` can then name nobody.
"""

from datetime import datetime
from typing import Any

from cgtwatch.deliver.rooms.answers import MINUTE, UNHEARD_OF, Answer, Verdict, by_code, gone, later, wrong
from cgtwatch.deliver.rooms.dealing import Marks, Page, paragraphs
from cgtwatch.deliver.rooms.fitting import each_of, fitted, link_target, look_alike, octets
from cgtwatch.deliver.rooms.notice import Item
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.model.delivery import SendOutcome

_REST = 3.2  # seconds between posts; at most 19 a minute
_MOST_BYTES = 4096
# Bytes. The longest item, under its heading and with the reason and the link, stays below.
_SUBJECT, _LEAD, _HEADING, _TITLE, _FACT, _DEADLINE, _LINK, _FOOT = 300, 300, 120, 600, 180, 150, 450, 300

_CODES = {
    -1: later(MINUTE),
    40008: wrong("WeCom does not take the form of this post"),
    40033: wrong("WeCom does not take the form of this post"),
    40035: wrong("WeCom does not take the form of this post"),
    40058: wrong("WeCom does not take the form of this post"),
    44004: wrong("WeCom does not take the form of this post"),
    45009: later(MINUTE),
    45033: later(MINUTE),
    93004: wrong("the robot is switched off; its group's owner can switch it on"),
    93008: gone("the robot is not in the group any more"),
}


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    return by_code(answer, now, "errcode", _verdict)


def _verdict(code: int, reason: str) -> Verdict:
    if code == 93000:  # seen for two things: "invalid webhook url", and "content exceed max length"
        if "exceed" in reason:
            return wrong("WeCom does not take the form of this post")
        return gone("the robot was removed or its address is wrong")
    return _CODES.get(code, UNHEARD_OF)


def _shown(text: str, most: int) -> str:
    return fitted(text, most, look_alike, octets)


def _entry(item: Item) -> str:
    title = _shown(item.title, _TITLE)
    link = link_target(item.link, _LINK, octets)
    name = f"[{title}]({link})" if link else f"**{title}**"
    lines = [f'> <font color="comment">{_shown(line, each_of(item.lines, _FACT))}</font>' for line in item.lines]
    deadline = [f'> <font color="warning">{_shown(item.deadline, _DEADLINE)}</font>'] if item.deadline else []
    return "\n".join([name, *lines, *deadline])


def _post(page: Page[str]) -> dict[str, Any]:
    text = "\n\n".join([f"### {_shown(page.notice.subject, _SUBJECT)}{page.part}", *paragraphs(page, _MARKS)])
    return {"msgtype": "markdown", "markdown": {"content": text}}


_MARKS = Marks(
    lead=lambda text: _shown(text, _LEAD),
    heading=lambda text: f"**{_shown(text, _HEADING)}**",
    why=lambda text: f'<font color="comment">{_shown(text, _FOOT)}</font>',
    target=lambda link: link_target(link, _LINK, octets),
    link=lambda words, target: f"[{words}]({target})",
)


def _fits(post: dict[str, Any]) -> bool:
    return octets(post["markdown"]["content"]) <= _MOST_BYTES


class WeCom(Room):
    """Markdown for a group."""

    vendor = Vendor(_entry, _post, _fits, _meaning, _REST)
