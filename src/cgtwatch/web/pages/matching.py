"""How much a filter would have brought: a number that a person can judge it by before asking for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Subscription
from cgtwatch.select import wanted
from cgtwatch.store.records import EventQuery

SPAN = timedelta(days=90)
MOST = 2000  # events that are judged; more would take longer than a person waits
TITLES = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """How many events the filter wants, and the newest of them; `whole` False: there are more than were looked at."""

    wanted: int
    newest: tuple[PolicyEvent, ...]
    whole: bool
    days: int = SPAN.days


def tried(asked: Subscription, app: App, now: datetime) -> Tried:
    """The filter of `asked` on the events of the last 90 days, judged as a digest judges them; the store narrows them before."""
    wish = asked.filter
    query = EventQuery(
        topics=tuple(map(str, wish.topics)), jurisdictions=wish.jurisdictions, levels=wish.levels, issuers=wish.issuers,
        doc_types=wish.doc_types, stages=wish.stages, importance=wish.importance, first=(now - SPAN).date(), relevant=True,
        limit=MOST,
    )  # fmt: skip
    found = app.store.events(query)
    fits = [event for event in found if wanted(asked, event).wanted]
    return Tried(len(fits), tuple(fits[:TITLES]), len(found) < MOST)
