"""Digest, nothing new, welcome, confirmation and alarm: what is told becomes a `Message` in every form a channel may need."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cgtwatch.compose.alarms import alarm
from cgtwatch.compose.assemble import Story, sections, still_open, stories
from cgtwatch.compose.calendar import Shape, calendar
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.subject import digest_subject, nothing_subject
from cgtwatch.compose.told import story_record
from cgtwatch.compose.view import (
    LARGEST_HTML,
    MOST_FULL_CARDS,
    PAGE,
    ROOMS,
    alone,
    frame,
    heading,
    left_out,
    open_views,
    section_views,
)
from cgtwatch.compose.whole import whole_link
from cgtwatch.compose.why import page_of, why_subscription
from cgtwatch.compose.words import Words
from cgtwatch.model.delivery import Message
from cgtwatch.model.event import Announcement, PolicyEvent
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Every, Subscription

_MOST_WELCOME = 30

__all__ = ["MOST_FULL_CARDS", "DigestContext", "alarm", "confirm", "digest", "welcome"]


def digest(subscription: Subscription, announcements: Sequence[Announcement], context: DigestContext, now: datetime) -> Message:
    """What the subscription is told of `announcements`, all of which it wants; its kind is `event.alert` for the cadence `now`.

    Without any it says that there is nothing new. Holds nothing of the recipient but what it asked for and how it wants to be
    told, so that equal ones may share it. Raises ComposeError.
    """
    announcements = list(announcements)
    if not announcements:
        return _nothing(subscription, context, now)
    said, today = context.templates.words(subscription.language), _today(subscription, now)
    told = stories(announcements)
    parts = sections(told, today, said.place_rank)
    shown = {story.event.id: card(story, context, said, today) for part in parts for story in part.stories}
    others = still_open(context.open_consultations, told, today)
    why = _why(subscription, context, said) if not context.unlimited else page_of(subscription, said, *_names(context))
    whole = "" if context.unlimited else whole_link(context, subscription, announcements)
    values = {
        **frame(context, said, today, why),
        **open_views(others, context, said, today),
        "intro": _intro(subscription, told, said),
    }
    for room in (PAGE,) if context.unlimited else ROOMS:
        views = section_views(parts, shown, room, subscription.options.most, whole, said)
        html, text = context.templates.render("digest", said, {**values, **_told(views, whole, said, values["intro"])})
        if len(html.encode()) <= LARGEST_HTML:
            break
    data = {
        "language": said.language,
        "why_subscribed": why,
        "intro": values["intro"],
        "count": len(told),
        "sections": [{"key": part.key or "other", "title": heading(part.key, said)} for part in parts],
        "events": [_record(story, part.key, shown[story.event.id], context) for part in parts for story in part.stories],
        **({"whole": whole} if whole else {}),
    }
    kind = "event.alert" if subscription.cadence.every is Every.NOW else "digest.created"
    dates = _calendar(subscription, [*(story.event for story in told), *others], context, said, today)
    return Message(kind, digest_subject(parts, context, said, today), text, html, data, said.language, now, why, dates)


def _told(views: list[dict[str, Any]], whole: str, said: Words, intro: str) -> dict[str, Any]:
    """The sections, and where that stands which they leave out."""
    left = left_out(views, said)
    return {
        "sections": views,
        "preview": " ".join([intro, *(f"{view['title']} {view['count']}" for view in views)]),
        "count": sum(view["count"] for view in views),
        "left_out": left,
        "whole": whole if left else "",
    }


def _nothing(subscription: Subscription, context: DigestContext, now: datetime) -> Message:
    """What is watched, how many sources answered and what is still open, where nothing is new."""
    said, today = context.templates.words(subscription.language), _today(subscription, now)
    others, why = still_open(context.open_consultations, (), today), _why(subscription, context, said)
    counts = {"sources_watched": context.sources_watched, "open_consultations": len(others)}
    figures = [(context.sources_watched, said.count("nothing_watched", context.sources_watched))]
    if context.sources_answered is not None:
        counts["sources_answered"] = context.sources_answered
        figures.append((context.sources_answered, said.count("nothing_answered", context.sources_answered)))
    figures.append((len(others), said.count("nothing_open", len(others))))
    values = {
        **frame(context, said, today, why),
        **open_views(others, context, said, today),
        "preview": said.say("nothing_intro"),
        "figures": figures,
    }
    html, text = context.templates.render("nothing", said, values)
    data = {
        "language": said.language, "why_subscribed": why, "intro": said.say("nothing_intro"), "count": 0, "nothing_new": counts,
        "sections": [], "events": [],
    }  # fmt: skip
    dates = _calendar(subscription, others, context, said, today)
    return Message("digest.created", nothing_subject(len(others), said), text, html, data, said.language, now, why, dates)


def welcome(subscription: Subscription, context: DigestContext, now: datetime) -> Message:
    """The first message of a subscription: what is watched, what is stored, what is open for comment. Raises ComposeError."""
    said, today = context.templates.words(subscription.language), _today(subscription, now)
    events, why = still_open(context.open_consultations, (), today), _why(subscription, context, said)
    counts = {"sources_watched": context.sources_watched, "stored": context.stored, "open_consultations": len(events)}
    labels = ("welcome_sources", "welcome_stored", "welcome_open")
    values = {
        **frame(context, said, today, why),
        **open_views(events, context, said, today, _MOST_WELCOME),
        "preview": said.say("welcome_intro"),
        "figures": [(n, said.count(label, n)) for n, label in zip(counts.values(), labels, strict=True)],
    }
    html, text = context.templates.render("welcome", said, values)
    found = [alone(event) for event in events]
    headings = [{"key": "consultations", "title": said.say("section_consultations")}] if found else []
    data = {
        "language": said.language, "why_subscribed": why, "intro": said.say("welcome_intro"), "count": len(found), "welcome": counts,
        "sections": headings, "events": [_record(one, "consultations", card(one, context, said, today), context) for one in found],
    }  # fmt: skip
    dates = _calendar(subscription, events, context, said, today)
    subject = said.count("welcome_subject", len(found))
    return Message("digest.created", subject, text, html, data, said.language, now, why, dates)


def confirm(
    subscription: Subscription, link: str, context: DigestContext, now: datetime, until: datetime | None = None
) -> Message:
    """Asks whoever owns the address whether the subscription is theirs; `link` confirms it and works `until` then.

    Raises ComposeError.
    """
    said, zone = context.templates.words(subscription.language), ZoneInfo(subscription.timezone)
    ends = until.astimezone(zone) if until else None
    values = {
        **frame(context, said, _today(subscription, now), said.say("confirm_why")),
        "asked": _why(subscription, context, said),
        "link": safe_link(link),
        "until": f"{said.day(ends.date())} {ends:%H:%M}" if ends else "",
    }
    html, text = context.templates.render("confirm", said, values)
    data = {
        "language": said.language,
        "why_subscribed": values["why"],
        "intro": said.say("confirm_intro"),
        "link": safe_link(link),
    }
    subject = said.say("confirm_subject")
    return Message("subscription.confirm", subject, text, html, data, said.language, now, said.say("confirm_why"))


def _today(subscription: Subscription, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subscription.timezone)).date()


def _why(subscription: Subscription, context: DigestContext, said: Words) -> str:
    return why_subscription(subscription, said, *_names(context))


def _names(context: DigestContext) -> tuple[Mapping[str, Names], Mapping[str, Names]]:
    return context.issuer_names, context.topic_names


def _intro(subscription: Subscription, told: Sequence[Story], said: Words) -> str:
    """How much is told, since the last digest or, in a first one that tells the past, since the day that was asked for."""
    news = sum(story.news for story in told)
    near = len(told) - news
    reminders = said.count("intro_reminders", near) if near else ""
    if not news:
        return reminders
    since = subscription.options.backlog if not subscription.welcomed else ""
    intro = said.count("intro_backlog", news, date=said.day(date.fromisoformat(since))) if since else said.count("intro", news)
    return said.say("intro_both", news=intro, reminders=reminders) if reminders else intro


def _record(story: Story, section: str, shown: Card, context: DigestContext) -> Mapping[str, Any]:
    record = story_record(story, section, shown, context.steps.get(story.event.id, ()))
    return {**record, "why": list(context.why.get(story.event.id, ()))}


def _calendar(
    subscription: Subscription, events: Sequence[PolicyEvent], context: DigestContext, said: Words, today: date
) -> bytes:
    """The deadlines of `events` that are still to come, where the reader wants them and there are any."""
    if not subscription.options.calendar:
        return b""
    coming = [event for event in events if (event.labels.comment_deadline or date.min) >= today]
    return calendar(coming, said, context.issuer_names, Shape(bell=True)) if coming else b""
