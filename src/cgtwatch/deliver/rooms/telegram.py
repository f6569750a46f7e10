"""Telegram's Bot API: `sendMessage` with HTML.

Documented: 1 to 4,096 characters after entities parsing (UTF-16 code units, as entities are counted); one message a second to a
chat and 20 a minute to a group; a refusal for rate says `parameters.retry_after`. Beyond 100 entities formatting is ignored
(measured by python-telegram-bot), and a long text with much markup is refused ("entities too long"), so neither is reached. The
chat is part of the target, and put into the frozen message when it is sent: a group that became a supergroup has a new number.
"""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.deliver.channel import Door
from cgtwatch.deliver.post import outcome, post
from cgtwatch.deliver.rooms.address import address, looked_up
from cgtwatch.deliver.rooms.answers import (
    Answer,
    Verdict,
    attempt,
    by_status,
    gone,
    json_object,
    later,
    seconds,
    told,
    unreadable,
    wrong,
)
from cgtwatch.deliver.rooms.dealing import Marks, Page, json_bytes, paragraphs
from cgtwatch.deliver.rooms.fitting import each_of, fitted, link_target, units
from cgtwatch.deliver.rooms.notice import Item
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Payload, SendOutcome, SendResult

_REST = 3.2  # seconds between messages; at most 19 a minute, since most chats are groups
API = "https://api.telegram.org"
_UNITS, _ENTITIES, _MARKUP = 4096, 90, 12_000
_SUBJECT, _LEAD, _TITLE, _FACT, _LINK, _FOOT = 300, 600, 500, 240, 900, 400
_TAG = re.compile(r"<[^>]*>")

# Descriptions in answers (TelegramBotAPI/errors). What is not here goes by its status: 401 and 404 are a wrong token.
_WORDS = (
    ("chat not found", gone("the bot does not know that chat: add it, or write to it first, and look at the chat's number")),
    ("group is deactivated", gone("the group was deleted")),
    ("chat_write_forbidden", wrong("the bot may not write there; make it an administrator")),
    ("not enough rights", wrong("the bot may not write there; make it an administrator")),
    ("no rights to send", wrong("the bot may not write there; make it an administrator")),
    ("message thread not found", gone("that topic was deleted")),
)


def _sent(net: Door | None, url: str, where: dict[str, Any], body: bytes, now: datetime) -> SendOutcome:
    if net is None:
        return attempt(net, url, body, now, _meaning, _REST)
    answer = post(net, url, _addressed(where, body), {})
    moved = json_object(answer.body).get("parameters", {})
    new = moved.get("migrate_to_chat_id") if isinstance(moved, dict) else None
    if answer.status == 400 and isinstance(new, int):
        answer = post(net, url, _addressed({"chat_id": new}, body), {})
    return replace(_meaning(answer, now), rest=timedelta(seconds=_REST))


def _addressed(where: dict[str, Any], body: bytes) -> bytes:
    return json_bytes(where)[:-1] + b"," + body[1:]


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    if answer.status is None:
        return outcome(answer, now)
    said = json_object(answer.body)
    if not isinstance(said.get("ok"), bool):
        return unreadable(answer, "ok") if 200 <= answer.status <= 299 else _by_status(answer, now)
    if said["ok"]:
        return SendOutcome(SendResult.SENT, f"{answer.status} ok")  # what follows repeats the message and names its chat
    return told(answer, _verdict(answer, said), now, str(said.get("description", "")))


def _by_status(answer: Answer, now: datetime) -> SendOutcome:
    """Not the API's own word: a server of one's own may stand behind something that has its moods."""
    return outcome(answer, now) if answer.status == 404 else by_status(answer, now)


def _verdict(answer: Answer, said: Any) -> Verdict:  # noqa: ANN401 - the JSON border
    code = said.get("error_code", answer.status)
    word = str(said.get("description", "")).lower()
    if code in {409, 429} or (isinstance(code, int) and code >= 500):
        hints = said.get("parameters")
        return later(seconds(hints.get("retry_after")) if isinstance(hints, dict) else None)
    if code in {401, 404}:
        return gone("the bot's token is not valid any more")
    known = next((verdict for part, verdict in _WORDS if part in word), None)
    if known:
        return known
    return gone("the bot was removed or blocked there") if code == 403 else wrong("Telegram does not take this message")


def _shown(text: str, most: int) -> str:
    return fitted(text, most, _escaped, _taken)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _length(markup: str) -> int:
    """What Telegram counts: UTF-16 units without tags and with references resolved."""
    return units(html.unescape(_TAG.sub("", markup)))


def _taken(markup: str) -> int:
    """As `_length`, or a third of the raw text where that is more: 600 `&` are 3,000 characters to send."""
    return max(_length(markup), -(-len(markup) // 3))


def _entry(item: Item) -> str:
    title = _shown(item.title, _TITLE)
    link = link_target(item.link, _LINK)
    name = f'<a href="{html.escape(link)}">{title}</a>' if link else f"<b>{title}</b>"
    deadline = [f"<b>{_shown(item.deadline, _FACT)}</b>"] if item.deadline else []
    return "\n".join([name, *(_shown(line, each_of(item.lines, _FACT)) for line in item.lines), *deadline])


def _post(page: Page[str]) -> dict[str, Any]:
    text = "\n\n".join([f"<b>{_shown(page.notice.subject, _SUBJECT)}{page.part}</b>", *paragraphs(page, _MARKS)])
    return {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


_MARKS = Marks(
    lead=lambda text: _shown(text, _LEAD),
    heading=lambda text: f"<b><u>{_shown(text, _FACT)}</u></b>",
    why=lambda text: f"<i>{_shown(text, _FOOT)}</i>",
    target=lambda link: link_target(link, _LINK),
    link=lambda words, target: f'<a href="{html.escape(target)}">{words}</a>',
)


def _fits(made: dict[str, Any]) -> bool:
    text = made["text"]
    return _length(text) <= _UNITS and text.count("</") <= _ENTITIES and len(text) <= _MARKUP


class Telegram(Room):
    """Messages to a person, group or channel, frozen without their chat. A target is `TOKEN@CHAT` (`#api=`: a server of one's own)."""

    vendor = Vendor(_entry, _post, _fits, _meaning, _REST)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """One message; where the group has moved, it follows within the attempt, because nothing was taken before."""
        try:
            there = address(target, self._secret)
            token, _, chat = there.url.partition("@")
            url = f"{there.settings.get('api', API).rstrip('/')}/bot{looked_up(token, self._secret)}/sendMessage"
        except ConfigError as error:
            return SendOutcome(SendResult.RETRY, str(error))
        topic = there.settings.get("topic")
        where = {"chat_id": chat, **({"message_thread_id": int(topic)} if topic else {})}
        return _sent(self._net, url, where, payload.body, now)
