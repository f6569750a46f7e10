"""Comment deadlines, and days on which acts come into force, as a calendar that any calendar program reads (RFC 5545)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Shape:
    """What a calendar holds beside the deadlines of its events. `bell`: a display alarm a week before each day.

    `deadlines`, `effective`: which days of an event have an entry. `name` is what programs call it; `again` is how often they shall
    ask for it, where they subscribe (RFC 7986 5.7).
    """

    bell: bool = False
    deadlines: bool = True
    effective: bool = False
    name: str = ""
    again: timedelta | None = None


_PLAIN = Shape()


def calendar(
    events: Sequence[PolicyEvent],
    words: Words,
    issuer_names: Mapping[str, Names],
    shape: Shape = _PLAIN,
) -> bytes:
    """A calendar with a whole-day entry on the comment deadline of each of `events`, and on other days as `shape` says.

    Ids and stamps come from the events, so that the same events give the same bytes and a moved deadline moves its entry: an act
    has one id whichever report of it tells, and a SEQUENCE that rises with every change.
    """
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")  # RFC 5546 3.2.1: told, nobody is to answer
    found.add("x-wr-calname", shape.name or words.say("deadlines"))
    if shape.again is not None:
        found.add("refresh-interval", shape.again, parameters={"VALUE": "DURATION"})
        found.add("x-published-ttl", shape.again)
    for phrase, name, mark in _days(shape):
        days = [(event, day) for event in reversed(events) if (day := getattr(event.labels, name)) is not None]
        acts = {event.cluster or event.id: (event, day) for event, day in days}
        for uid, (event, day) in reversed(acts.items()):
            entry = _entry(event, day, f"{uid}{mark}@cgtwatch", words, issuer_names)
            entry.add("summary", words.say(phrase, title=title(event)))
            if shape.bell:
                entry.add_component(_bell(event, phrase, words))
            found.add_component(entry)
    return bytes(found.to_ical())


def _days(shape: Shape) -> Iterator[tuple[str, str, str]]:
    """The phrase for a day, the label that it is, and what tells its id from that of the act's other day."""
    if shape.deadlines:
        yield "deadline_of", "comment_deadline", ""
    if shape.effective:
        yield "effective_of", "effective_date", "-effective"


def _bell(event: PolicyEvent, phrase: str, words: Words) -> Alarm:
    """Seven days before at nine in the morning: a whole-day entry begins at midnight."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.say(phrase, title=title(event)))
    alarm.add("trigger", timedelta(days=-7, hours=9))
    return alarm


def _entry(event: PolicyEvent, day: date, uid: str, words: Words, issuer_names: Mapping[str, Names]) -> Event:
    labels, entry = event.labels, Event()
    who = words.issuers(labels.issuers, issuer_names)
    entry.add("uid", uid)
    entry.add("dtstamp", event.last_changed)
    entry.add("last-modified", event.last_changed)
    entry.add("sequence", max(0, int((event.last_changed - _SEQUENCE_FROM).total_seconds()) // 60))
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))  # the day after, by RFC 5545
    link = safe_link(event.url)
    lines = (who, one_line(labels.document_number or ""), cut(one_line(event.summary), _LONGEST_SUMMARY), link)
    entry.add("description", "\n".join(line for line in lines if line))
    entry.add("transp", "TRANSPARENT")  # a deadline makes nobody busy
    if link:
        entry.add("url", link)
    return entry
