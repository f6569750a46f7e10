"""Slack's incoming webhooks: a Block Kit card, in as many posts as Slack's limits ask for, cut between events."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cgtwatch.deliver.channel import ChannelParts, masked
from cgtwatch.deliver.post import outcome, post
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription
from cgtwatch.net.request import NetAnswer, NetFailure
from cgtwatch.text.graphemes import cut_to_length, graphemes

# Slack documents 150 characters for a header, 3,000 for a section, 50 blocks a message. It also refuses long sums without saying
# where: bolt-js#2867 measured 15,561 characters of blocks as accepted and 17,694 as refused.
_HEADER, _MOST_BLOCKS, _MOST_LETTERS = 150, 45, 10_000
_LONGEST_TITLE, _LONGEST_FACT, _LONGEST_LINK = 500, 300, 900  # after escaping; together under a section's 3,000

# "Handling errors" of https://api.slack.com/messaging/webhooks: words that say the hook will never work again.
_GONE = {
    "no_service",
    "no_service_id",
    "no_team",
    "team_disabled",
    "no_active_hooks",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "token_revoked",
    "account_inactive",
    "user_not_found",
}
_LATER = {408, 425, 429}


class Slack:
    """Cards for a channel. Its posts have no ids, so "never twice" is its default promise."""

    def __init__(self, parts: ChannelParts) -> None:
        self._net = parts.net
        self._public_url = (parts.public_url or "").rstrip("/")

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:  # noqa: ARG002 - the channel's shape
        """The posts as JSON."""
        posts = _posts(message, list(_blocks(message)))
        lines = (json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") for each in posts)
        return tuple(Payload(line, "application/json") for line in lines)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """One post."""
        if self._net is None:
            return SendOutcome(SendResult.RETRY, "no network session is open")
        return _meaning(post(self._net, target, payload.body, {}), now)


def escaped(text: str) -> str:
    """Text that Slack shows as it is: without `<` and `>` there is no mention, link or date to be made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _meaning(answer: NetAnswer | NetFailure, now: datetime) -> SendOutcome:
    if answer.status is None:
        return outcome(answer, now)
    word = masked(answer.body)
    if answer.status == 200 and isinstance(answer, NetAnswer) and word not in {"ok", ""}:
        return SendOutcome(SendResult.UNKNOWN, f"200 without ok: {word}")
    if word in _GONE or answer.status in {404, 410}:
        return SendOutcome(SendResult.GONE, f"{answer.status} {word}")
    if 400 <= answer.status <= 499 and answer.status not in _LATER:
        return SendOutcome(SendResult.PERMANENT, f"{answer.status} {word}")
    return outcome(answer, now)


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    """Section headings and a block an event, in the message's order; alarms as they come."""
    headings = {each["key"]: each["title"] for each in message.data.get("sections", [])}
    current = None
    for event in message.data.get("events", []):
        if event["section"] != current:
            current = event["section"]
            yield _section(f"*{_fitted(headings.get(current, current), 300)}*")
        yield _section(_event(event))
    for mark, alarms in (("▲", message.data.get("opened", [])), ("✓", message.data.get("closed", []))):
        for each in alarms:
            hint = "" if each["closed_at"] else each["hint"]
            lines = [f"{mark} *{_fitted(each['subject'], 300)}*", _fitted(each["detail"], 1500), _fitted(hint, 600)]
            yield _section("\n".join(filter(None, lines)))


def _event(event: Mapping[str, Any]) -> str:
    said = event["words"]
    title = _fitted(said["title"], _LONGEST_TITLE)
    linked = f"<{said['link']}|{title}>" if said["link"] and len(said["link"]) <= _LONGEST_LINK else title
    facts = [" · ".join([*said["badges"], said["meta"]]), *event["changes"][:2], said["facts"]]
    deadline = _fitted(" · ".join(filter(None, [said["deadline"], said["days_left"]])), _LONGEST_FACT)
    lines = [linked, *(_fitted(fact, _LONGEST_FACT) for fact in facts), f"*{deadline}*" if deadline else ""]
    return "\n".join(filter(None, lines))


def _fitted(text: str, most: int) -> str:
    """Escaped, and cut between characters where that would be longer than `most`."""
    kept = ""
    for cluster in graphemes(text):
        if len(kept) + len(escaped(cluster)) > most - 1:
            return kept + "…"
        kept += escaped(cluster)
    return kept


def _section(text: str) -> dict[str, Any]:
    """`verbatim` keeps Slack from making links and mentions of bare words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _posts(message: Message, blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks dealt out over posts; each post has the subject as its header and as the text that notifications show."""
    dealt: list[list[dict[str, Any]]] = [[]]
    letters = 0
    for block in blocks:
        size = len(json.dumps(block, ensure_ascii=False))
        if dealt[-1] and (len(dealt[-1]) >= _MOST_BLOCKS or letters + size > _MOST_LETTERS):
            dealt.append([])
            letters = 0
        dealt[-1].append(block)
        letters += size
    return [_post(message, part, number, len(dealt)) for number, part in enumerate(dealt, 1)]


def _post(message: Message, blocks: list[dict[str, Any]], number: int, of: int) -> dict[str, Any]:
    count = say(message.language, "part", n=number, of=of) if of > 1 else ""
    shown = cut_to_length(message.subject, _HEADER - len(count)).replace("<", "‹").replace(">", "›") + count
    header = {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}
    return {"text": escaped(shown), "blocks": [header, *blocks]}
