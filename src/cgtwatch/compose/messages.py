"""Digest, welcome and alarm: what is told becomes a `Message` in every form a channel may need."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cgtwatch.compose.assemble import Section, Story, sections, still_open, stories
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.records import event_record, instant
from cgtwatch.compose.render import render
from cgtwatch.compose.subject import digest_subject
from cgtwatch.compose.why import why_subscription
from cgtwatch.compose.words import Words, words
from cgtwatch.model.delivery import Message
from cgtwatch.model.event import Announcement, PolicyEvent
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Every, Subscription
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

# Gmail hides what is behind the first 102 KB of a mail's HTML; a full card takes up to 3 KB, a short one 0.8 KB.
MOST_FULL_CARDS = 16
_MOST_STILL_OPEN = 10
_MOST_WELCOME = 30
_MOST_ALARMS = 50

__all__ = ["DigestContext", "alarm", "digest", "welcome"]


def digest(subscription: Subscription, announcements: Sequence[Announcement], context: DigestContext, now: datetime) -> Message:
    """What the subscription is told of `announcements`, all of which it wants; its kind is `event.alert` for the cadence `now`.

    Holds nothing of the recipient but what it asked for, so that equal filters may share it. Raises ComposeError.
    """
    said, today = words(subscription.language), _today(subscription, now)
    told = stories(announcements)
    parts = sections(told, today, said.place_rank)
    shown = _cards(parts, context, said, today)
    others = still_open(context.open_consultations, told, today)[:_MOST_STILL_OPEN]
    html, text = render(
        "digest",
        said,
        {
            **_frame(context, said, today, why_subscription(subscription, said, context.issuer_names, context.topic_names)),
            "intro": said.count("intro", len(told)),
            "sections": [(_heading(part.key, said), [shown[story.event.id] for story in part.stories]) for part in parts],
            "full": {entry.id for entry in list(shown.values())[:MOST_FULL_CARDS]},
            "others": [card(_alone(event), context, said, today) for event in others],
        },
    )
    records = [_record(story, part.key, shown[story.event.id]) for part in parts for story in part.stories]
    data = {
        "language": said.language,
        "count": len(told),
        "sections": [{"key": part.key or "other", "title": _heading(part.key, said)} for part in parts],
        "events": [{**record, "why": list(context.why.get(record["id"], ()))} for record in records],
    }
    kind = "event.alert" if subscription.cadence.every is Every.NOW else "digest.created"
    return Message(kind, digest_subject(parts, context, said), text, html, data, said.language, now)


def welcome(subscription: Subscription, context: DigestContext, now: datetime) -> Message:
    """The first message of a subscription: what is watched, what is stored, what is open for comment. Raises ComposeError."""
    said, today = words(subscription.language), _today(subscription, now)
    found = [_alone(event) for event in still_open(context.open_consultations, (), today)]
    entries = [card(story, context, said, today) for story in found]
    counts = {"sources_watched": context.sources_watched, "stored": context.stored, "open_consultations": len(found)}
    html, text = render(
        "welcome",
        said,
        {
            **_frame(context, said, today, why_subscription(subscription, said, context.issuer_names, context.topic_names)),
            "counts": counts,
            "entries": entries[:_MOST_WELCOME],
            "left_out": max(len(entries) - _MOST_WELCOME, 0),
        },
    )
    records = [_record(story, "consultations", entry) for story, entry in zip(found, entries, strict=True)]
    headings = [{"key": "consultations", "title": said.say("section_consultations")}] if found else []
    data = {"language": said.language, "count": len(found), "welcome": counts, "sections": headings, "events": records}
    return Message("digest.created", said.count("welcome_subject", len(found)), text, html, data, said.language, now)


def alarm(opened: Sequence[Alarm], closed: Sequence[Alarm], language: str, now: datetime) -> Message:
    """One message for all trouble that began and ended, to the operator. Times are UTC. Raises ComposeError."""
    said = words(language)
    values = {
        "brand": said.say("brand"),
        "today": said.day(now.astimezone(UTC).date()),
        "home": "",
        "why": said.say("alarm_why"),
        "opened": [_alarm_words(each, said) for each in opened[:_MOST_ALARMS]],
        "closed": [_alarm_words(each, said) for each in closed[:_MOST_ALARMS]],
        "more_opened": max(len(opened) - _MOST_ALARMS, 0),
        "more_closed": max(len(closed) - _MOST_ALARMS, 0),
    }
    html, text = render("alarm", said, values)
    data = {"opened": [_alarm_record(each) for each in opened], "closed": [_alarm_record(each) for each in closed]}
    return Message(
        "source.alarm", _alarm_subject(opened, closed, said), text, html, {"language": said.language, **data}, said.language, now
    )


def _today(subscription: Subscription, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subscription.timezone)).date()


def _alone(event: PolicyEvent) -> Story:
    return Story(event, (), (), event.seq)


def _cards(parts: Sequence[Section], context: DigestContext, said: Words, today: date) -> dict[str, Card]:
    return {story.event.id: card(story, context, said, today) for part in parts for story in part.stories}


def _heading(key: str, said: Words) -> str:
    if key in {"consultations", "high"}:
        return said.say(f"section_{key}")
    return said.place(key) or said.say("elsewhere")


def _frame(context: DigestContext, said: Words, today: date, why: str) -> dict[str, str]:
    home = safe_link(context.public_url) if context.public_url else ""
    return {"brand": said.say("brand"), "today": said.day(today), "home": home, "why": why}


def _record(story: Story, section: str, shown: Card) -> dict[str, Any]:
    """The event's record with what the digest says of it; `words` are the strings a chat card shows."""
    return {
        **event_record(story.event),
        "seq": story.seq,
        "section": section or "other",
        "kinds": [str(kind) for kind in story.kinds],
        "changes": list(shown.changes),
        "reports": [{"id": each.id, "source": each.source, "title": each.title, "url": each.url} for each in story.reports],
        **({"translation": _translation(shown)} if shown.translated else {}),
        "words": {
            "title": shown.title,
            "link": shown.link or shown.stored,
            "meta": shown.meta,
            "issuers": shown.issuers,
            "stage": shown.stage,
            "doc_type": shown.doc_type,
            "place": shown.place,
            "facts": shown.facts,
            "deadline": shown.deadline,
            "days_left": shown.days_left,
            "badges": list(shown.badges),
        },
    }


def _translation(shown: Card) -> dict[str, str]:
    """What a machine made of it; never in the place of what the document says."""
    return {"by": "machine", "title": shown.translated, "summary": shown.translated_summary}


def _trouble(each: Alarm, said: Words) -> str:
    """What is wrong with what, in the reader's language where its kind has words there."""
    called = said.name("troubles", each.kind)
    if called == each.kind:
        return one_line(each.subject)
    what = each.key.partition(":")[2]
    return said.say("colon", a=what, b=called) if what else called


def _alarm_words(each: Alarm, said: Words) -> Mapping[str, str]:
    began, ended = _clock(each.opened_at), _clock(each.closed_at)
    span = said.say("alarm_span", **{"from": began, "to": ended}) if ended else said.say("alarm_since", at=began)
    return {
        "subject": cut(_trouble(each, said), 200),
        "detail": cut(one_line(each.detail), 500),
        "hint": "" if ended else cut(one_line(each.hint), 300),
        "span": span,
    }


def _clock(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""


def _alarm_record(each: Alarm) -> dict[str, Any]:
    return {
        "key": each.key,
        "kind": each.kind,
        "subject": each.subject,
        "detail": each.detail,
        "hint": each.hint,
        "opened_at": instant(each.opened_at),
        "closed_at": instant(each.closed_at),
    }


def _alarm_subject(opened: Sequence[Alarm], closed: Sequence[Alarm], said: Words) -> str:
    if opened and closed:
        return said.say("alarm_both_subject", n=len(opened), m=len(closed))
    which = opened or closed
    first = cut(_trouble(which[0], said), 80) if which else ""
    return said.count("alarm_opened_subject" if opened else "alarm_closed_subject", len(which), first=first)
