"""Microsoft Teams by a Workflows webhook ("Post to a channel when a webhook request is received"): an Adaptive Card.

Documented: about 28 KB a message, with everything that Teams adds to it; others measured refusals from 20,811 characters on
(go-teams-notify#59), so less is sent. Four requests a second. A flow answers 202 and posts afterwards: what happens then is seen
in its run history only. The connectors that Workflows replaced answer 200 with `1`, or with an error in words. Names of the
flow's own errors are from memory.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cgtwatch.deliver.channel import masked
from cgtwatch.deliver.post import outcome
from cgtwatch.deliver.rooms.answers import MINUTE, Answer, Verdict, by_status, gone, later, told, unreadable, wrong
from cgtwatch.deliver.rooms.dealing import Page, json_bytes
from cgtwatch.deliver.rooms.fitting import each_of, fitted, json_octets, link_target
from cgtwatch.deliver.rooms.notice import Item, Tone
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import SendOutcome
from cgtwatch.net.request import NetAnswer

_REST = 0.5  # seconds between posts
_MOST_BYTES = 18_000
_TITLE, _FACT, _LINK, _FOOT = 1500, 600, 900, 1200
_COLORS = {Tone.TROUBLE: "Attention", Tone.OVER: "Good"}
_FAILED = re.compile(r"HTTP error (\d{3})")  # "Webhook message delivery failed with error: Microsoft Teams endpoint returned …"


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    if answer.status != 200 or not isinstance(answer, NetAnswer):
        return by_status(answer, now) if answer.status != 200 else unreadable(answer, "1")
    word = masked(answer.body)
    if word == "1":
        return outcome(answer, now)
    failed = _FAILED.search(word)
    return told(answer, _verdict(int(failed[1])), now) if failed else unreadable(answer, "1")


def _verdict(status: int) -> Verdict:
    """What the status means that a connector repeats in its 200."""
    if status in {403, 404, 410}:
        return gone("the connector is gone; make a Workflows webhook")
    if status == 429 or status >= 500:
        return later(MINUTE)
    return wrong("Teams does not take this card")


def _run(text: str, **style: Any) -> dict[str, Any]:  # noqa: ANN401 - the JSON border
    """A line of its own; unlike a TextBlock's, the text of a run is not read as Markdown."""
    return {"type": "RichTextBlock", "spacing": "None", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _container(item: Item) -> dict[str, Any]:
    link = link_target(item.link, _LINK, json_octets)
    act = {"selectAction": {"type": "Action.OpenUrl", "url": link}} if link else {}
    lines = [_run(_shown(line, each_of(item.lines, _FACT)), size="Small", isSubtle=True) for line in item.lines]
    color = {"color": _COLORS[item.tone]} if item.tone in _COLORS else {}
    title = _run(_shown(item.title, _TITLE), weight="Bolder", **color, **act)
    deadline = [_run(_shown(item.deadline, _FACT), size="Small", weight="Bolder", color="Warning")] if item.deadline else []
    return {"type": "Container", "spacing": "Medium", "items": [title, *lines, *deadline]}


def _shown(text: str, most: int) -> str:
    return fitted(text, most, measure=json_octets)


def _post(page: Page[dict[str, Any]]) -> dict[str, Any]:
    head = _shown(page.notice.subject, 1200) + page.part
    whole = link_target(page.whole, _LINK)
    open_whole = {"type": "Action.OpenUrl", "title": say(page.notice.language, "whole"), "url": whole}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": page.notice.language,
        "fallbackText": head,
        "msteams": {"width": "Full"},
        "body": [_run(head, size="Large", weight="Bolder"), *_body(page)],
        **({"actions": [open_whole]} if whole else {}),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _body(page: Page[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if page.lead:
        yield _run(_shown(page.lead, 3000))
    for heading, drawn in page.sections():
        if heading:
            yield {**_run(_shown(heading, _FACT), weight="Bolder", color="Accent"), "spacing": "Large", "separator": True}
        yield from (one.body for one in drawn)
    if page.left_out:
        yield {**_run(page.left_out, size="Small"), "spacing": "Medium"}
    if page.why:
        yield {**_run(_shown(page.why, _FOOT), size="Small", isSubtle=True), "spacing": "Large", "separator": True}


def _fits(post: dict[str, Any]) -> bool:
    return len(json_bytes(post)) <= _MOST_BYTES


class Teams(Room):
    """Cards for a channel or chat."""

    vendor = Vendor(_container, _post, _fits, _meaning, _REST)
