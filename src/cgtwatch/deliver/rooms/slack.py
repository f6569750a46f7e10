"""Slack's incoming webhooks: Block Kit cards.

Documented: 150 characters for a header, 3,000 for a section, 2,000 for a piece of context, 50 blocks a message, one message a
second. Slack also refuses long sums without saying where: bolt-js#2867 measured 15,561 characters of blocks as accepted and
17,694 as refused.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cgtwatch.deliver.channel import masked
from cgtwatch.deliver.post import outcome
from cgtwatch.deliver.rooms.answers import Answer, by_status, told, unreadable, wrong
from cgtwatch.deliver.rooms.answers import gone as gone_for_good
from cgtwatch.deliver.rooms.dealing import Page
from cgtwatch.deliver.rooms.fitting import each_of, fitted, link_target
from cgtwatch.deliver.rooms.notice import Item
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import SendOutcome
from cgtwatch.text.graphemes import cut_to_length

_REST = 1.1  # seconds between posts
_HEADER, _MOST_BLOCKS, _MOST_LETTERS = 150, 48, 12_000
_TITLE, _FACT, _LINK, _CONTEXT = 500, 250, 900, 1000  # after escaping; an item's lines together stay under a section's 3,000

# "Handling errors" of https://api.slack.com/messaging/webhooks: words that say the hook will never work again.
_GONE = {
    "no_service", "no_service_id", "no_team", "team_disabled", "no_active_hooks", "channel_is_archived", "channel_not_found",
    "invalid_token", "token_revoked", "account_inactive", "user_not_found",
}  # fmt: skip


def escaped(text: str) -> str:
    """Text that Slack shows as it is: without `<` and `>` there is no mention, link or date to be made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    if answer.status is None:
        return outcome(answer, now)
    word = masked(answer.body)
    if 200 <= answer.status <= 299 and word != "ok":
        return unreadable(answer, "ok")
    if word in _GONE:
        return told(answer, gone_for_good("the hook or its channel is gone; make a new one"), now)
    if answer.status == 403 and word == "action_prohibited":
        return told(answer, wrong("an administrator of the workspace forbids it"), now)
    return by_status(answer, now)


def _section(item: Item) -> dict[str, Any]:
    title = fitted(item.title, _TITLE, escaped)
    link = _link(item.link)
    name = f"<{link}|{title}>" if link else f"*{title}*"
    deadline = fitted(item.deadline, _FACT, escaped)
    lines = [
        name,
        *(fitted(line, each_of(item.lines, _FACT), escaped) for line in item.lines),
        f"*{deadline}*" if deadline else "",
    ]
    return _text("\n".join(filter(None, lines)))


def _link(link: str) -> str:
    return escaped(link_target(link, _LINK, lambda whole: len(escaped(whole))))


def _text(text: str) -> dict[str, Any]:
    """`verbatim` keeps Slack from making links and mentions of bare words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _post(page: Page[dict[str, Any]]) -> dict[str, Any]:
    """The subject is the header and the text that notifications show."""
    shown = cut_to_length(page.notice.subject, _HEADER - len(page.part)).replace("<", "‹").replace(">", "›") + page.part
    header = {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}
    return {"text": escaped(shown), "blocks": [header, *_blocks(page)]}


def _blocks(page: Page[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if page.lead:
        yield _text(fitted(page.lead, _CONTEXT, escaped))
    for heading, drawn in page.sections():
        if heading:
            yield _text(f"*{fitted(heading, 300, escaped)}*")
        yield from (one.body for one in drawn)
    whole = _link(page.whole)
    link = f"<{whole}|{escaped(say(page.notice.language, 'whole'))}>" if whole else ""
    if foot := " · ".join(filter(None, [page.left_out, link, fitted(page.why, _CONTEXT, escaped)])):
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": foot, "verbatim": True}]}


def _fits(post: dict[str, Any]) -> bool:
    return len(post["blocks"]) <= _MOST_BLOCKS and len(json.dumps(post["blocks"], ensure_ascii=False)) <= _MOST_LETTERS


class Slack(Room):
    """Cards for a channel."""

    vendor = Vendor(_section, _post, _fits, _meaning, _REST)
