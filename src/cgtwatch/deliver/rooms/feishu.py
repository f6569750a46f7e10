"""Feishu's and Lark's custom bots: an interactive card (JSON 1.0), signed where the bot asks for it.

Documented ("Custom bot usage guide"): a request's body is at most 20 KB; 100 requests a minute and 5 a second; better not on the
hour or half past (code 11232). The signature, an HMAC-SHA256 of nothing with `timestamp\\nsecret` as its key, stands in the JSON
body: the card is what is frozen, and each attempt puts a fresh timestamp and signature before it. Special characters of its
Markdown are written as numeric references.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.deliver.rooms.address import address
from cgtwatch.deliver.rooms.answers import MINUTE, UNHEARD_OF, Answer, Verdict, by_code, gone, later, wrong
from cgtwatch.deliver.rooms.dealing import Page, json_bytes
from cgtwatch.deliver.rooms.fitting import each_of, entities, fitted, json_octets, link_target
from cgtwatch.deliver.rooms.notice import Item, Tone
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import SendOutcome

_REST = 0.7  # seconds between posts
_MOST_BYTES = 19_500  # the signature takes some 100 more; KB may mean 1,000
_TITLE, _FACT, _LINK, _FOOT = 3000, 900, 900, 1500
_TEMPLATES = {Tone.TROUBLE: "red", Tone.OVER: "green"}

# 9499, 11232, 19021, 19022, 19024: the guide. 19001: answers seen in public code. 99991400: "Rate limits".
_CODES = {
    9499: wrong("Feishu does not take the form of this card"),
    11232: later(MINUTE),
    19001: gone("the bot was removed or its address is wrong; add a bot and use its address"),
    19002: wrong("Feishu does not take the form of this card"),
    19021: wrong("the signature is refused: is the secret behind #secret= the bot's, and is this machine's clock right?"),
    19022: wrong("the bot's list of addresses does not hold this machine's"),
    19024: wrong("the bot asks for a key word that the card does not hold; ask for a signature instead"),
    99991400: later(MINUTE),
}


def signed(body: bytes, secret: str, now: datetime) -> bytes:
    """The JSON object `body` with `timestamp` (seconds) and `sign` put before what it holds."""
    timestamp = str(int(now.timestamp()))
    mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    proof = json_bytes({"timestamp": timestamp, "sign": base64.b64encode(mac.digest()).decode()})
    return proof[:-1] + b"," + body[1:]


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    def verdict(code: int, _reason: str) -> Verdict:
        known = _CODES.get(code, UNHEARD_OF)
        reset = answer.headers.get("x-ogw-ratelimit-reset", "")
        return later(timedelta(seconds=int(reset))) if code == 99991400 and reset.isdigit() and len(reset) < 6 else known

    return by_code(answer, now, "code", verdict, "msg")


def _shown(text: str, most: int) -> str:
    return fitted(text, most, entities, json_octets)


def _element(item: Item) -> dict[str, Any]:
    title = _shown(item.title, _TITLE)
    link = link_target(item.link, _LINK, json_octets)
    name = f"**[{title}]({link})**" if link else f"**{title}**"
    deadline = [f"<font color='red'>{_shown(item.deadline, _FACT)}</font>"] if item.deadline else []
    return _markdown("\n".join([name, *(_shown(line, each_of(item.lines, _FACT)) for line in item.lines), *deadline]))


def _markdown(text: str) -> dict[str, Any]:
    return {"tag": "div", "text": {"tag": "lark_md", "content": text}}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"tag": "plain_text", "content": fitted(text, most, measure=json_octets)}


def _post(page: Page[dict[str, Any]]) -> dict[str, Any]:
    title = _plain(page.notice.subject, 1200)
    title["content"] += page.part
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": title, "template": _TEMPLATES.get(page.notice.tone, "blue")},
        "elements": list(_elements(page)),
    }
    return {"msg_type": "interactive", "card": card}


def _elements(page: Page[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if page.lead:
        yield {"tag": "div", "text": _plain(page.lead, 3000)}
    for number, (heading, drawn) in enumerate(page.sections()):
        if number:
            yield {"tag": "hr"}
        if heading:
            yield _markdown(f"<font color='grey'>{_shown(heading, _FACT)}</font>")
        yield from (one.body for one in drawn)
    if page.left_out:
        yield {"tag": "div", "text": _plain(page.left_out, _FACT)}
    if whole := link_target(page.whole, _LINK):
        text = {"tag": "plain_text", "content": say(page.notice.language, "whole")}
        yield {"tag": "action", "actions": [{"tag": "button", "text": text, "url": whole, "type": "default"}]}
    if page.why:
        yield {"tag": "note", "elements": [_plain(page.why, _FOOT)]}


def _fits(post: dict[str, Any]) -> bool:
    return len(json_bytes(post)) <= _MOST_BYTES


class Feishu(Room):
    """Cards for a group; they are frozen without a signature, and signed for the moment at which they are sent."""

    vendor = Vendor(_element, _post, _fits, _meaning, _REST)

    def request(self, target: str, body: bytes, now: datetime) -> tuple[str, bytes]:
        """The signature stands in the body."""
        there = address(target, self._secret)
        secret = there.settings.get("secret")
        return there.url, signed(body, secret, now) if secret else body
