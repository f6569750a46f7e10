"""A subscription read as a feed: what is told stands in the ledger, and whoever knows the feed's address fetches it from there."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.model.delivery import Delivery, Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

_LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed. `id` never changes; `link` is http(s) or empty; `lines` are plain text."""

    id: str
    title: str
    link: str
    lines: tuple[str, ...]
    summary: str
    tags: tuple[str, ...]
    at: datetime
    language: str
    began_at: datetime | None = None  # where it may change: when it first stood here

    @property
    def html(self) -> str:
        """The lines as paragraphs."""
        return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in self.lines) or f"<p>{html.escape(self.title)}</p>"


class Feed:
    """Puts messages where the feed is read from."""

    def __init__(self, parts: ChannelParts) -> None:
        """Nothing is needed: no connection is ever made."""

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:  # noqa: ARG002 - the channel's shape
        """What stands in the feed, event by event."""
        body = {
            "language": message.language,
            "at": message.created_at.isoformat(),
            "subject": message.subject,
            "intro": str(message.data.get("intro") or ""),
            "events": [entry_of(event) for event in message.data.get("events", ())],
        }
        return (Payload(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), "application/json"),)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """It stands there already."""
        return SendOutcome(SendResult.SENT, "stands in the feed")


def items(delivery: Delivery) -> tuple[Item, ...]:
    """The entries of one delivery of a feed, in the order of its digest; one for the message itself where it tells no event."""
    found = json.loads(delivery.payload.filled)
    at = datetime.fromisoformat(found["at"])
    if not found["events"]:
        intro = tuple(filter(None, [found["intro"]]))
        return (Item(f"urn:cgtwatch:{delivery.key}", found["subject"], "", intro, found["intro"], (), at, found["language"]),)
    return tuple(
        Item(
            f"urn:cgtwatch:{each['id']}:{each['mark']}", each["title"], each["link"], tuple(each["lines"]), each["summary"],
            tuple(each["tags"]), at, found["language"],
        )
        for each in found["events"]
    )  # fmt: skip


def entry_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event's record as one entry. The same event told again, because it was revised or its deadline nears, is another entry."""
    said = event["words"]
    changes, title = list(event["changes"]), str(said["title"])
    facts = [said["facts"], said["deadline"]]  # no days left: an entry is read for months
    lines = [said["meta"], " · ".join(filter(None, facts)), *changes, event["summary"]]
    badges = " · ".join(said["badges"])
    tags = dict.fromkeys(filter(None, [said["doc_type"], said["stage"], said["place"], *event["modalities"], *event["topics"]]))
    return {
        "id": event["id"],
        "mark": event["seq"] or "open",  # which announcement it is; what a welcome lists may never have been announced
        "title": cut(one_line(f"[{badges}] {title}" if badges else title), _LONGEST_TITLE),
        "link": said["link"],
        "summary": event["summary"],
        "lines": [one_line(line) for line in lines if line],
        "tags": [one_line(tag, 60) for tag in tags],
    }
