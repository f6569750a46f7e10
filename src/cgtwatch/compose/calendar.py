"""Comment deadlines as a calendar that any calendar program reads (RFC 5545)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from icalendar import Calendar, Event

from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Names

_PRODUCT = "-//cgtwatch//deadlines//EN"


def calendar(events: Sequence[PolicyEvent], words: Words, issuer_names: Mapping[str, Names]) -> bytes:
    """A calendar with a whole-day entry on the comment deadline of each of `events`; those without one are left out.

    Ids and stamps come from the events, so that the same events give the same bytes and a moved deadline moves its entry.
    """
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("x-wr-calname", words.say("deadlines"))
    for event in events:
        if event.labels.comment_deadline is not None:
            found.add_component(_entry(event, words, issuer_names))
    return bytes(found.to_ical())


def _entry(event: PolicyEvent, words: Words, issuer_names: Mapping[str, Names]) -> Event:
    labels, entry = event.labels, Event()
    assert labels.comment_deadline is not None
    who = words.issuers(labels.issuers, issuer_names)
    entry.add("uid", f"{event.id}@cgtwatch")
    entry.add("dtstamp", event.last_changed)
    entry.add("dtstart", labels.comment_deadline)
    entry.add("dtend", labels.comment_deadline + timedelta(days=1))  # the day after, by RFC 5545
    entry.add("summary", words.say("deadline_of", title=event.title))
    entry.add("description", "\n".join(line for line in (who, labels.document_number or "", event.summary, event.url) if line))
    entry.add("transp", "TRANSPARENT")  # a deadline makes nobody busy
    if event.url:
        entry.add("url", event.url)
    return entry
