"""Discord's webhooks: one embed for each section.

Documented (Message resource, "Embed Limits"): content 2,000 characters, 10 embeds, title 256, description 4,096, footer 2,048,
6,000 over all embeds of a message. Characters are code points (a maintainer in discord-api-docs#1315). Limits of rate are told
by each answer; 5 requests in 2 seconds were seen. A hook that answers 404 must not be asked again ("Rate Limits").
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from cgtwatch.deliver.post import outcome
from cgtwatch.deliver.rooms.answers import Answer, by_status, gone, json_object, later, seconds, told, unreadable, wrong
from cgtwatch.deliver.rooms.dealing import Page
from cgtwatch.deliver.rooms.fitting import each_of, fitted, link_target, slashed
from cgtwatch.deliver.rooms.notice import Item, Tone
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import SendOutcome, SendResult

_REST = 0.5  # seconds between posts
_CONTENT, _MOST_EMBEDS, _HEADING, _DESCRIPTION, _ALL = 2000, 10, 256, 4096, 6000
_TITLE, _FACT, _LINK, _FOOT = 600, 300, 900, 600
_COLORS = {Tone.OPEN: 0xD98E04, Tone.HIGH: 0xB4232A, Tone.PLAIN: 0x5B6B7B, Tone.TROUBLE: 0xB4232A, Tone.OVER: 0x2E7D4F}

# "JSON Error Codes" (topics/opcodes-and-status-codes).
_CODES = {
    10003: gone("the channel was deleted"),
    10015: gone("the webhook was deleted; make a new one"),
    50027: gone("the webhook's token is not valid; copy its address anew"),
    50013: wrong("the webhook may not post there"),
    50035: wrong("Discord does not take the form of this post"),
}


def confirmed(url: str) -> str:
    """The hook's address with `wait=true`: without it "a message that is not saved does not return an error"."""
    parts = urlsplit(url)
    if "wait" in parse_qs(parts.query):
        return url
    return urlunsplit(parts._replace(query=f"{parts.query}&wait=true".lstrip("&")))


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    if answer.status is None:
        return outcome(answer, now)
    said = json_object(answer.body)
    if answer.status == 200:  # with what was made of the post; that need not stand in the ledger
        return SendOutcome(SendResult.SENT, "200 ok") if "id" in said else unreadable(answer, "the message that was made")
    if answer.status == 429:
        return told(answer, later(seconds(said.get("retry_after"))), now)
    verdict = _CODES.get(said["code"]) if 400 <= answer.status <= 499 and isinstance(said.get("code"), int) else None
    return told(answer, verdict, now) if verdict else by_status(answer, now)


def _entry(item: Item) -> str:
    title = fitted(item.title, _TITLE, slashed)
    link = link_target(item.link, _LINK)
    name = f"**[{title}]({link})**" if link else f"**{title}**"
    deadline = fitted(item.deadline, _FACT, slashed)
    return "\n".join(
        [
            name,
            *(fitted(line, each_of(item.lines, _FACT), slashed) for line in item.lines),
            *([f"**{deadline}**"] if deadline else []),
        ]
    )


def _post(page: Page[str]) -> dict[str, Any]:
    head = f"**{fitted(page.notice.subject, 600, slashed)}{page.part}**"
    lead = f"\n{fitted(page.lead, 1200, slashed)}" if page.lead else ""
    return {"content": head + lead, "embeds": list(_embeds(page)), "allowed_mentions": {"parse": []}}


def _embeds(page: Page[str]) -> Iterator[dict[str, Any]]:
    for heading, drawn in page.sections():
        told_of = "\n\n".join(one.body for one in drawn)
        title = {"title": fitted(heading, _HEADING, slashed)} if heading else {}
        yield {**title, "description": told_of, "color": _COLORS[drawn[0].tone]}
    foot: dict[str, Any] = {"footer": {"text": fitted(page.why, _FOOT)}} if page.why else {}
    whole = link_target(page.whole, _LINK)
    link = f"[{say(page.notice.language, 'whole')}]({whole})" if whole else ""
    if more := " · ".join(filter(None, [page.left_out, link])):
        foot["description"] = more
    if foot:
        yield foot


def _fits(post: dict[str, Any]) -> bool:
    embeds = post["embeds"]
    texts = [[one.get("title", ""), one.get("description", ""), one.get("footer", {}).get("text", "")] for one in embeds]
    return (
        len(post["content"]) <= _CONTENT
        and len(embeds) <= _MOST_EMBEDS
        and all(len(description) <= _DESCRIPTION for _, description, _ in texts)
        and sum(len(text) for three in texts for text in three) <= _ALL
    )


class Discord(Room):
    """Embeds for a channel; nobody can be mentioned by them (`allowed_mentions`)."""

    vendor = Vendor(_entry, _post, _fits, _meaning, _REST)

    def request(self, target: str, body: bytes, now: datetime) -> tuple[str, bytes]:  # noqa: ARG002 - nothing is signed
        """The bare post, to an address that waits for its end."""
        return confirmed(target), body
