"""What a message mentions beside what it tells: the steps before and after its acts, and how many sources answered."""

from collections.abc import Collection, Iterable, Mapping

from cgtwatch.compose.thread import Step, around, steps
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Source
from cgtwatch.store import Store


def steps_of(store: Store, events: Collection[str]) -> Mapping[str, tuple[Step, ...]]:
    """The steps around each event of these ids, in a handful of queries for all; events without any are left out."""
    if not events:
        return {}
    told = store.events_named(events)
    reports: dict[str, list[PolicyEvent]] = {}
    for one in store.of_clusters({event.cluster for event in told}):
        reports.setdefault(one.cluster, []).append(one)
    ids = {one.id for members in reports.values() for one in members}
    links = store.links_of(ids)
    linked = {end for link in links for end in (link.event, link.other)} - ids
    others = (*store.events_named(linked), *store.of_threads({event.thread for event in told}))
    known = around((*others, *(one for members in reports.values() for one in members)), links)
    found = {event.id: steps(reports.get(event.cluster, [event]), event, known) for event in told}
    return {name: each for name, each in found.items() if each}


def answered(store: Store, sources: Iterable[Source]) -> int:
    """How many of the sources that are switched on answered when they were last visited."""
    well = {name for name, state in store.states().items() if state.error is None and state.last_ok is not None}
    return sum(source.enabled and source.id in well for source in sources)
