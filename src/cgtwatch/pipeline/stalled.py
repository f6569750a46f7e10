"""Drafts that have waited far longer than is usual with their authority, told once each."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cgtwatch.link.waiting import Outlook, Wait, outlook
from cgtwatch.model.event import AnnouncementKind, PolicyEvent
from cgtwatch.store import Store
from cgtwatch.store.records import ToAnnounce

CAUSE = "stalled"


def tell_stalled(store: Store, now: datetime, timezone: str = "Asia/Shanghai") -> tuple[PolicyEvent, ...]:
    """Announce every draft that became stalled while it was watched; those told now. `now` is aware UTC.

    What was late when it was first seen is history of the place and no news. A final form, a repeal or a new draft ends the wait.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    drafts = store.waiting_drafts()
    past = waits(store.finalised()) if drafts else ()
    late: dict[str, tuple[PolicyEvent, Outlook]] = {}
    for draft in drafts:
        assert draft.on is not None
        expected = outlook(draft.on, draft.labels.issuers, draft.labels.doc_type, past)
        if draft.first_seen.date() < expected.stalled_since <= today:
            late[draft.id] = (draft, expected)
    told = store.announce([_told(draft, expected) for draft, expected in late.values()], now) if late else ()
    return tuple(late[name][0] for name in told)


def waits(finalised: Sequence[tuple[PolicyEvent, PolicyEvent]]) -> tuple[Wait, ...]:
    """How long drafts waited; where either day is not known, or the days contradict, nothing is learned. One act counts once."""
    found: dict[str, Wait] = {}
    for draft, final in finalised:
        if draft.on is not None and final.on is not None and final.on > draft.on:
            found.setdefault(draft.cluster, Wait(draft.labels.issuers, draft.labels.doc_type, (final.on - draft.on).days))
    return tuple(found.values())


def _told(draft: PolicyEvent, expected: Outlook) -> ToAnnounce:
    """The reason in the form that the composition says in the reader's words."""
    change = f"stalled: {expected.expected_by} → {expected.stalled_since} ({expected.usual_days}, {expected.known})"
    return ToAnnounce(AnnouncementKind.REMINDER, draft.id, CAUSE, change)
