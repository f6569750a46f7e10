"""The life of an act in the order of its days: each step with what ties it to an earlier one and how long that took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.compose.assemble import standing
from cgtwatch.compose.card import title
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.thread import day_of
from cgtwatch.compose.words import Words
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.text.clean import one_line

MOST_STEPS, MOST_REPORTS = 40, 20
_MOST_TIES = 3  # a step


@dataclass(frozen=True, slots=True)
class Tie:
    """How a step stands to an earlier one; `reason` holds the words or the number that say so, as they were found."""

    relation: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Relative:
    """Another event as it stands beside this one. `gap` is how long after the step before it came."""

    id: str
    title: str
    on: str
    source: str
    stage: str
    this: bool = False
    gap: str = ""
    ties: tuple[Tie, ...] = ()
    reports: int = 0


def timeline(
    event: PolicyEvent, thread: Sequence[PolicyEvent], links: Iterable[Link], context: DigestContext, said: Words
) -> list[Relative]:
    """The steps of the event's thread, one an act; empty where it stands alone. Of a long life those around this step."""
    acts: dict[str, list[PolicyEvent]] = {}
    for one in thread:
        acts.setdefault(one.cluster, []).append(one)
    if len(acts) < 2:
        return []
    best = {cluster: event if cluster == event.cluster else min(reports, key=standing) for cluster, reports in acts.items()}
    steps = sorted(best.values(), key=lambda one: (day_of(one), one.first_seen, one.id))
    here = steps.index(best[event.cluster])
    start = max(0, min(here - MOST_STEPS // 2, len(steps) - MOST_STEPS))
    ties = _ties(thread, links, best, said)
    found = []
    for place in range(start, min(len(steps), start + MOST_STEPS)):
        one = steps[place]
        days = (day_of(one) - day_of(steps[place - 1])).days if place else 0
        gap = said.count("days_after", days) if days else ""
        found.append(_step(one, event, (context, said), gap, ties.get(one.cluster, ()), len(acts[one.cluster]) - 1))
    return found


def reports(event: PolicyEvent, thread: Iterable[PolicyEvent], context: DigestContext, said: Words) -> list[Relative]:
    """Other documents that report the same act."""
    return [
        relative(one, context, said)
        for one in sorted(thread, key=standing)
        if one.cluster == event.cluster and one.id != event.id
    ][:MOST_REPORTS]


def relative(one: PolicyEvent, context: DigestContext, said: Words) -> Relative:
    """An event in a line."""
    source = said.pick(context.source_names.get(one.source), one.source)
    return Relative(one.id, title(one), said.day(one.on), source, said.name("stages", one.labels.stage))


def _step(
    one: PolicyEvent, event: PolicyEvent, say: tuple[DigestContext, Words], gap: str, ties: tuple[Tie, ...], others: int
) -> Relative:
    line = relative(one, *say)
    return Relative(line.id, line.title, line.on, line.source, line.stage, one.id == event.id, gap, ties, others)


def _ties(
    thread: Iterable[PolicyEvent], links: Iterable[Link], best: Mapping[str, PolicyEvent], said: Words
) -> dict[str, tuple[Tie, ...]]:
    """What ties an act to others, by its cluster; the same tie between several reports counts once."""
    cluster = {one.id: one.cluster for one in thread}
    found: dict[str, dict[tuple[str, str], Tie]] = {}
    for link in links:
        a, b = cluster.get(link.event), cluster.get(link.other)
        if a is None or b is None or a == b or link.relation in (Relation.SAME_ACT, Relation.NONE):
            continue
        tie = Tie(said.name("relations", link.relation), one_line(title(best[b]), 80), one_line(link.reason, 200))
        found.setdefault(a, {}).setdefault((b, link.relation.value), tie)
    return {key: tuple(ties.values())[:_MOST_TIES] for key, ties in found.items()}
