"""Mattermost's incoming webhooks: a message attachment for each section.

Documented: 16,383 characters of text. Attachments are kept apart from it; servers before 5.0 refuse more than 7,900 characters of
them ("Maximum attachments length is 7900 characters", gitlab-foss#37555), so less is sent to any. Names of errors are those of
the server's source (`server/channels/app/webhook.go`). It knows no limit of rate but the server's own, told with 429.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cgtwatch.deliver.post import outcome
from cgtwatch.deliver.rooms.answers import Answer, by_status, gone, json_object, later, told, unreadable, wrong
from cgtwatch.deliver.rooms.dealing import Page
from cgtwatch.deliver.rooms.fitting import each_of, fitted, json_letters, link_target, slashed
from cgtwatch.deliver.rooms.notice import Item, Tone
from cgtwatch.deliver.rooms.room import Room, Vendor
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import SendOutcome

_MOST_LETTERS = 7_500  # of the attachments as JSON
_TITLE, _FACT, _LINK, _FOOT = 1000, 400, 900, 300  # in JSON; one item with everything around it stays far under that
_COLORS = {Tone.OPEN: "#d98e04", Tone.HIGH: "#b4232a", Tone.PLAIN: "#5b6b7b", Tone.TROUBLE: "#b4232a", Tone.OVER: "#2e7d4f"}

_CODES = {
    "web.incoming_webhook.invalid.app_error": gone("the webhook was deleted; make a new one"),
    "app.channel.get.existing.app_error": gone("the webhook's channel was deleted"),
    "web.incoming_webhook.channel.app_error": gone("the webhook's channel was deleted"),
    "web.incoming_webhook.user.app_error": gone("whoever made the webhook is gone; make a new one"),
    "web.incoming_webhook.disabled.app_error": later(mend="incoming webhooks are switched off on that server"),
    "web.incoming_webhook.permissions.app_error": wrong("whoever made the webhook may not post in its channel"),
    "web.incoming_webhook.channel_locked.app_error": wrong("the webhook is locked to another channel"),
}


def _meaning(answer: Answer, now: datetime) -> SendOutcome:
    if answer.status is None:
        return outcome(answer, now)
    if 200 <= answer.status <= 299:
        return outcome(answer, now) if answer.body.strip() == b"ok" else unreadable(answer, "ok")
    said = json_object(answer.body)
    name = said.get("id")
    if isinstance(name, str) and (verdict := _CODES.get(name)):
        return told(answer, verdict, now, f"{name}: {said.get('message', '')}")
    # Somebody runs that server: a 404 that is not its own word comes from what stands before it, and passes.
    return outcome(answer, now) if answer.status == 404 and not said else by_status(answer, now)


def _escaped(text: str) -> str:
    """Without `$`, which begins a formula where the server renders them; `<!channel>` has no `<` before `!` any more (`still`)."""
    return slashed(text).replace("$", "＄")


def _shown(text: str, most: int) -> str:
    return fitted(text, most, _escaped, json_letters)


def _entry(item: Item) -> str:
    title = _shown(item.title, _TITLE)
    link = link_target(item.link, _LINK)
    name = f"**[{title}]({link})**" if link else f"**{title}**"
    deadline = _shown(item.deadline, _FACT)
    return "\n".join(
        [name, *(_shown(line, each_of(item.lines, _FACT)) for line in item.lines), *([f"**{deadline}**"] if deadline else [])]
    )


def _post(page: Page[str]) -> dict[str, Any]:
    head = f"#### {_shown(page.notice.subject, 600)}{page.part}"
    lead = f"\n{_shown(page.lead, 2000)}" if page.lead else ""
    return {"text": head + lead, "attachments": list(_attachments(page))}


def _attachments(page: Page[str]) -> Iterator[dict[str, Any]]:
    fallback = _shown(page.notice.subject, 200)
    for heading, drawn in page.sections():
        title = f"##### {_shown(heading, 300)}\n" if heading else ""
        text = title + "\n\n".join(one.body for one in drawn)
        yield {"fallback": fallback, "color": _COLORS[drawn[0].tone], "text": text}
    whole = link_target(page.whole, _LINK)
    link = f"[{say(page.notice.language, 'whole')}]({whole})" if whole else ""
    more = " · ".join(filter(None, [page.left_out, link]))
    if more or page.why:
        yield {"fallback": fallback, "text": more, "footer": fitted(page.why, _FOOT)}


def _fits(post: dict[str, Any]) -> bool:
    return len(json.dumps(post["attachments"], ensure_ascii=False)) <= _MOST_LETTERS


class Mattermost(Room):
    """Attachments for a channel of any server."""

    vendor = Vendor(_entry, _post, _fits, _meaning)
