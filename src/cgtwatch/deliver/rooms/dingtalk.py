"""DingTalk's custom robots: Markdown, signed where the robot asks for it.

Documented: 20 messages a minute; who sends more is kept out for ten minutes. The signature is the HMAC-SHA256 of
`timestamp\\nsecret` (milliseconds) with the secret as its key, beside the timestamp in the address, and holds for an hour. Its
limit of length (20,000 bytes of body) was not seen in a document of the vendor's. How to escape its Markdown is not said
either, so marks are replaced with full-width ones.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from cgtwatch.deliver.rooms.address import address
from cgtwatch.deliver.rooms.answers import MINUTE, UNHEARD_OF, Answer, Verdict, by_code, gone, later, wrong
from cgtwatch.deliver.rooms.dealing import Marks, Page, json_bytes, paragraphs
from cgtwatch.deliver.rooms.fitting import each_of, fitted, json_octets, link_target, look_alike
from cgtwatch.deliver.rooms.notice import Item
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.model.delivery import SendOutcome

_REST = 3.2  # seconds between posts; at most 19 a minute
_MOST_BYTES = 18_000
_TITLE, _FACT, _LINK, _FOOT = 1500, 900, 900, 1500
_PENALTY = timedelta(minutes=10)
_END = "  \n"  # a line end inside a paragraph

# "Custom robots send group messages", error codes, as public code repeats them; 130101, 300001, 300005 and 90030 as seen in answers.
_CODES = {
    -1: later(MINUTE),
    88: wrong("the address holds no access_token"),
    404: wrong("the address is not a robot's"),
    40035: wrong("DingTalk does not take the form of this post"),
    43004: wrong("DingTalk does not take the form of this post"),
    90030: later(timedelta(hours=1), "the robot's quota is used up"),
    130101: later(_PENALTY),
    300001: gone("the robot was removed or its address is wrong"),
    300005: gone("the robot was removed or its address is wrong"),
    400013: gone("the group was disbanded"),
    400101: gone("the robot was removed or its address is wrong"),
    400102: wrong("the robot is switched off; its group's owner can switch it on"),
    400105: wrong("DingTalk does not take the form of this post"),
    400106: gone("the robot is not in the group any more"),
    410100: later(_PENALTY),
    430101: wrong("DingTalk holds a link in it for unsafe"),
    430102: wrong("DingTalk's censorship refuses its text"),
    430103: wrong("DingTalk's censorship refuses a picture"),
    430104: wrong("DingTalk's censorship refuses its content"),
    660026: later(_PENALTY),
}
# 310000 is one code for three checks of the robot's security settings.
_REFUSED = (
    ("keyword", "the robot asks for a key word that the post does not hold; ask for a signature instead"),
    ("whitelist", "the robot's list of addresses does not hold this machine's"),
    ("", "the signature is refused: is the secret behind #secret= the robot's, and is this machine's clock right?"),
)


def signature(secret: str, now: datetime) -> str:
    """What is put behind the robot's address: `&timestamp=…&sign=…`."""
    timestamp = str(int(now.timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return f"&timestamp={timestamp}&sign={quote_plus(base64.b64encode(mac.digest()))}"


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    return by_code(answer, now, "errcode", _verdict)


def _verdict(code: int, reason: str) -> Verdict:
    if code == 310000:
        return wrong(next(mend for word, mend in _REFUSED if word in reason.lower()))
    return _CODES.get(code, UNHEARD_OF)


def _shown(text: str, most: int) -> str:
    return fitted(text, most, look_alike, json_octets)


def _entry(item: Item) -> str:
    title = _shown(item.title, _TITLE)
    link = link_target(item.link, _LINK, json_octets)
    name = f"**[{title}]({link})**" if link else f"**{title}**"
    deadline = [f"**{_shown(item.deadline, _FACT)}**"] if item.deadline else []
    return _END.join([name, *(_shown(line, each_of(item.lines, _FACT)) for line in item.lines), *deadline])


def _post(page: Page[str]) -> dict[str, Any]:
    subject = _shown(page.notice.subject, 1200)
    text = "\n\n".join([f"### {subject}{page.part}", *paragraphs(page, _MARKS)])
    return {"msgtype": "markdown", "markdown": {"title": subject + page.part, "text": text}}


_MARKS = Marks(
    lead=lambda text: _shown(text, 3000),
    heading=lambda text: f"#### {_shown(text, _FACT)}",
    why=lambda text: f"> {_shown(text, _FOOT)}",
    target=lambda link: link_target(link, _LINK),
    link=lambda words, target: f"[{words}]({target})",
)


def _fits(post: dict[str, Any]) -> bool:
    return len(json_bytes(post)) <= _MOST_BYTES


class DingTalk(Room):
    """Markdown for a group, signed for the moment at which it is sent."""

    vendor = Vendor(_entry, _post, _fits, _meaning, _REST)

    def request(self, target: str, body: bytes, now: datetime) -> tuple[str, bytes]:
        """The signature stands in the address."""
        there = address(target, self._secret)
        secret = there.settings.get("secret")
        return there.url + signature(secret, now) if secret else there.url, body
