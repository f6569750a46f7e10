"""Trouble, told to the operator: one message for all that began and ended."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cgtwatch.compose.records import instant
from cgtwatch.compose.render import SHIPPED, Renders
from cgtwatch.compose.words import Words
from cgtwatch.model.delivery import Message
from cgtwatch.model.health import Alarm
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

_MOST_ALARMS = 50
_ALL_OF_THEM = frozenset({"bounces", "mailbox"})  # troubles of no single one, whose keys name nothing that a reader knows


def alarm(
    opened: Sequence[Alarm], closed: Sequence[Alarm], language: str, now: datetime, templates: Renders = SHIPPED
) -> Message:
    """One message for all trouble that began and ended, to the operator. Times are UTC. Raises ComposeError."""
    said = templates.words(language)
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
    html, text = templates.render("alarm", said, values)
    data = {
        "language": said.language,
        "why_subscribed": values["why"],
        "opened": [_alarm_record(each, said) for each in opened],
        "closed": [_alarm_record(each, said) for each in closed],
    }
    subject = _alarm_subject(opened, closed, said)
    return Message("source.alarm", subject, text, html, data, said.language, now, why=said.say("alarm_why"))


def trouble(each: Alarm, said: Words) -> str:
    """What is wrong with what, in the reader's language where its kind has words there."""
    called = said.name("troubles", each.kind)
    if called == each.kind:
        return one_line(each.subject)
    what = "" if each.kind in _ALL_OF_THEM else each.key.partition(":")[2]
    return said.say("colon", a=what, b=called) if what else called


def _alarm_words(each: Alarm, said: Words) -> Mapping[str, str]:
    began, ended = _clock(each.opened_at), _clock(each.closed_at)
    span = said.say("alarm_span", **{"from": began, "to": ended}) if ended else said.say("alarm_since", at=began)
    return {
        "subject": cut(trouble(each, said), 200),
        "detail": cut(one_line(each.detail), 500),
        "hint": "" if ended else cut(one_line(each.hint), 300),
        "span": span,
    }


def _clock(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""


def _alarm_record(each: Alarm, said: Words) -> dict[str, Any]:
    """The alarm as it is stored, and `words`: what its reader is shown of it."""
    return {
        "key": each.key,
        "kind": each.kind,
        "subject": each.subject,
        "detail": each.detail,
        "hint": each.hint,
        "opened_at": instant(each.opened_at),
        "closed_at": instant(each.closed_at),
        "words": dict(_alarm_words(each, said)),
    }


def _alarm_subject(opened: Sequence[Alarm], closed: Sequence[Alarm], said: Words) -> str:
    if opened and closed:
        return said.say("alarm_both_subject", n=len(opened), m=len(closed))
    which = opened or closed
    first = cut(trouble(which[0], said), 80) if which else ""
    return said.count("alarm_opened_subject" if opened else "alarm_closed_subject", len(which), first=first)
