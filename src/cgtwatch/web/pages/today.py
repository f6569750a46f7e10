"""What the first page shows, gathered from the store."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.assemble import Story, stories
from cgtwatch.compose.card import card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.why import why_subscription
from cgtwatch.compose.words import Words
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Every, Subscription
from cgtwatch.ops.sources import health_rows
from cgtwatch.store.records import EventQuery
from cgtwatch.web.pages.mailbox import letters
from cgtwatch.web.pages.sources import pulse, source_lines, troubles

NEWEST = 40  # stories
_LOOKED_AT = 200  # announcements and events that the newest are taken from
_BEFORE = 30
_OPEN = 8
_SENT = 8
_STUCK = frozenset({DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.RETRY})


def home(app: App, said: Words) -> dict[str, Any]:
    """Everything at a glance, for the template of that name."""
    store, now = app.store, app.clock()
    rows, context, today = list(health_rows(app, stored=True)), context_of(app, said), now.astimezone().date()
    told = _told(app)
    known = {event.id for story in told for event in (story.event, *story.reports)}
    before = _before(app, known)
    return {
        "pulse": pulse(rows, now),
        "troubles": troubles(store.open_alarms(), rows, said),
        "sources": source_lines(rows, said),
        "news": [card(story, context, said, today) for story in told],
        "before": [card(_alone(event), context, said, today) for event in before[:_BEFORE]],
        "before_count": len(before),
        "open": [card(_alone(event), context, said, today) for event in store.open_consultations(today)[:_OPEN]],
        "letters": letters(app.settings.data_dir / "mailbox"),
        "readers": [_reader(one, said, now) for one in store.subscriptions()],
        "deliveries": _deliveries(store.deliveries(limit=_LOOKED_AT)),
        "counts": store.counts(),
        "signup": app.settings.signup,
    }


def context_of(app: App, said: Words) -> DigestContext:
    """The names that cards mention, and what machines have said of foreign titles."""
    names = {source.id: source.name for source in app.sources}
    return DigestContext(app.issuer_names(), names, topic_names=app.topic_names(), translated=app.translated(said.language))


def _alone(event: PolicyEvent) -> Story:
    return Story(event, (), (), event.seq)


def _told(app: App) -> list[Story]:
    """What was announced last, latest first, each act once with its reports; not what a person has said is not relevant."""
    last = app.store.last_seq()
    told = (one for one in app.store.announcements(max(0, last - _LOOKED_AT)) if one.event.labels.relevant)
    return sorted(stories(told), key=lambda story: -story.seq)[:NEWEST]


def _before(app: App, known: Iterable[str]) -> list[PolicyEvent]:
    """What no announcement ever told, latest day first."""
    seen = frozenset(known)
    events = app.store.events(EventQuery(relevant=True, limit=_LOOKED_AT))
    quiet = [event for event in events if not event.seq and event.main and event.id not in seen]
    return sorted(quiet, key=lambda event: event.on or date.min, reverse=True)


def _reader(one: Subscription, said: Words, now: datetime) -> dict[str, Any]:
    """A subscription without its target: the page may be read by others."""
    due = one.next_due if one.cadence.every is not Every.NOW else None
    return {
        "name": one.name,
        "channel": said.name("channels", one.channel),
        "status": said.name("statuses", one.status),
        "asks": why_subscription(one, said, {}),
        "next": due if due is None or due > now else now,
    }


def _deliveries(ledger: Sequence[Delivery]) -> list[Delivery]:
    """The latest of the ledger; what got stuck stands before what went well."""
    stuck = [one for one in ledger if one.state in _STUCK]
    return [*stuck, *(one for one in ledger if one.state not in _STUCK)][:_SENT]
