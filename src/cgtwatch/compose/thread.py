"""How one act stands to others: the steps before and after it, from the links and threads around it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cgtwatch.compose.assemble import standing
from cgtwatch.model.event import Link, PolicyEvent, Relation


@dataclass(frozen=True, slots=True)
class Step:
    """How another act stands to one: `relation` as of `Relation`, ending in `_by` where the other acts on this one; else `earlier`
    or `later` in the same thread.
    """

    relation: str
    event: PolicyEvent


@dataclass(frozen=True, slots=True)
class Around:
    """Events and links by what they are asked for, so that thousands of acts are composed in one pass."""

    events: Mapping[str, PolicyEvent]
    threads: Mapping[str, Sequence[PolicyEvent]]
    links: Mapping[str, Sequence[Link]]  # by either end


def around(events: Iterable[PolicyEvent], links: Iterable[Link]) -> Around:
    """What is known around some acts: their reports and the events that these are linked to or share a thread with."""
    by_id = {event.id: event for event in events}
    threads: dict[str, list[PolicyEvent]] = {}
    for event in sorted(by_id.values(), key=standing):
        threads.setdefault(event.thread, []).append(event)
    ends: dict[str, list[Link]] = {}
    for link in links:
        if link.relation not in (Relation.SAME_ACT, Relation.NONE):
            ends.setdefault(link.event, []).append(link)
            ends.setdefault(link.other, []).append(link)
    return Around(by_id, threads, ends)


def steps(reports: Sequence[PolicyEvent], best: PolicyEvent, known: Around) -> tuple[Step, ...]:
    """The other acts that this one has to do with, each once, by day."""
    own = {event.id for event in reports}
    found: dict[str, Step] = {}
    for link in (link for event in reports for link in known.links.get(event.id, ())):
        other = known.events.get(link.other if link.event in own else link.event)
        if other is not None and other.cluster != best.cluster:
            relation = link.relation.value if link.event in own else f"{link.relation.value}_by"
            found.setdefault(other.cluster, Step(relation, other))
    for other in known.threads.get(best.thread, ()):
        if other.cluster != best.cluster:
            found.setdefault(other.cluster, Step("earlier" if day_of(other) <= day_of(best) else "later", other))
    return tuple(sorted(found.values(), key=lambda step: (day_of(step.event), step.event.id)))


def day_of(event: PolicyEvent) -> date:
    """The day an act counts by: its own, else when it appeared, else when it was seen."""
    return event.on or event.first_seen.date()
