"""Comment deadlines as a calendar that any calendar program reads (RFC 5545)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from cgtwatch.compose.card import title
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Names
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

_PRODUCT = "-//cgtwatch//deadlines//EN"
_LONGEST_SUMMARY = 500
_SEQUENCE_FROM = datetime(2020, 1, 1, tzinfo=UTC)  # minutes since then stay below 2^31 until the year 6000


def calendar(events: Sequence[PolicyEvent], words: Words, issuer_names: Mapping[str, Names], *, bell: bool = False) -> bytes:
    """A calendar with a whole-day entry on the comment deadline of each of `events`; those without one are left out.

    Ids and stamps come from the events, so that the same events give the same bytes and a moved deadline moves its entry: an act
    has one id whichever report of it tells, and a SEQUENCE that rises with every change. `bell`: a display alarm a week before.
    """
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")  # RFC 5546 3.2.1: told, nobody is to answer
    found.add("x-wr-calname", words.say("deadlines"))
    acts = {event.cluster or event.id: event for event in reversed(events) if event.labels.comment_deadline is not None}
    for uid, event in reversed(acts.items()):
        entry = _entry(event, uid, words, issuer_names)
        if bell:
            entry.add_component(_bell(event, words))
        found.add_component(entry)
    return bytes(found.to_ical())


def _bell(event: PolicyEvent, words: Words) -> Alarm:
    """Seven days before at nine in the morning: a whole-day entry begins at midnight."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.say("deadline_of", title=title(event)))
    alarm.add("trigger", timedelta(days=-7, hours=9))
    return alarm


def _entry(event: PolicyEvent, uid: str, words: Words, issuer_names: Mapping[str, Names]) -> Event:
    labels, entry = event.labels, Event()
    assert labels.comment_deadline is not None
    who = words.issuers(labels.issuers, issuer_names)
    entry.add("uid", f"{uid}@cgtwatch")
    entry.add("dtstamp", event.last_changed)
    entry.add("last-modified", event.last_changed)
    entry.add("sequence", max(0, int((event.last_changed - _SEQUENCE_FROM).total_seconds()) // 60))
    entry.add("dtstart", labels.comment_deadline)
    entry.add("dtend", labels.comment_deadline + timedelta(days=1))  # the day after, by RFC 5545
    entry.add("summary", words.say("deadline_of", title=title(event)))
    link = safe_link(event.url)
    lines = (who, one_line(labels.document_number or ""), cut(one_line(event.summary), _LONGEST_SUMMARY), link)
    entry.add("description", "\n".join(line for line in lines if line))
    entry.add("transp", "TRANSPARENT")  # a deadline makes nobody busy
    if link:
        entry.add("url", link)
    return entry
