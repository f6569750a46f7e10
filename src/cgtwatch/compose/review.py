"""Which acts a review of a period tells, each once, under which headings and in which order. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cgtwatch.compose.assemble import is_open, standing
from cgtwatch.compose.thread import Step, around, day_of, steps
from cgtwatch.model.event import Link, PolicyEvent
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage

_LOCAL = frozenset({Level.PROVINCIAL, Level.MUNICIPAL})
_BEYOND = frozenset({"INT", "EU"})  # no nation's
PARTS = ("national", "local", "international", "other")
Rank = Callable[[str | None], int]


class By(StrEnum):
    """What the headings of a review are: levels with places beneath, or countries with levels and places beneath."""

    LEVEL = "level"
    JURISDICTION = "jurisdiction"


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a review, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ReviewedAct:
    """One act: the report that tells it best, the others, and the steps before and after it in the order of their days."""

    lead: PolicyEvent
    reports: tuple[PolicyEvent, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def day(self) -> date:
        """The day it counts by: its own, else when it appeared, else when it was seen."""
        return day_of(self.lead)


@dataclass(frozen=True, slots=True)
class Group:
    """The acts of one place by date. `place` is a jurisdiction's code; empty: none known."""

    place: str
    acts: tuple[ReviewedAct, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: one of `PARTS`, or a country's code where countries are the chapters."""

    key: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """How many acts it tells."""
        return sum(len(group.acts) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A review in numbers. `open` counts drafts that take comments on the day of the review."""

    acts: int
    drafts: int
    open: int
    approvals: int
    high: int
    levels: Mapping[str, int]
    places: Mapping[str, int]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything a review says, before it is put in words."""

    period: Period
    as_of: date
    by: By
    parts: tuple[Part, ...]
    numbers: Numbers

    @property
    def acts(self) -> tuple[ReviewedAct, ...]:
        """All acts in the order in which they are told."""
        return tuple(act for part in self.parts for group in part.groups for act in group.acts)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a period: its clusters whole, the threads they belong to, and how all these events are linked."""

    clusters: Sequence[PolicyEvent]
    others: Sequence[PolicyEvent] = ()
    links: Sequence[Link] = ()


def told_acts(known: Known, period: Period) -> tuple[ReviewedAct, ...]:
    """Each act whose best report falls into `period`, by date. A collection of acts is a source and no act of its own."""
    clusters: dict[str, list[PolicyEvent]] = {}
    for event in known.clusters:
        clusters.setdefault(event.cluster, []).append(event)
    collections = {event.item_id for event in known.clusters if not event.main}
    near, found = around((*known.clusters, *known.others), known.links), []
    for events in clusters.values():
        best, *rest = sorted(events, key=lambda event: (*standing(event), event.id))
        collects = best.main and best.labels.doc_type is DocType.ROUNDUP and best.item_id in collections
        if not collects and period.first <= day_of(best) <= period.last:
            found.append(ReviewedAct(best, tuple(rest), steps(events, best, near)))
    return tuple(sorted(found, key=lambda act: (act.day, act.lead.title, act.lead.id)))


def review(acts: Sequence[ReviewedAct], period: Period, by: By, today: date, rank: Rank) -> Review:
    """`acts` under their headings; no part and no group is empty. `rank` is the order of places."""
    filed: dict[str, dict[str, list[ReviewedAct]]] = {}
    for act in acts:
        place = act.lead.labels.jurisdiction or ""
        part = _part(act.lead) if by is By.LEVEL else place.partition("-")[0]
        filed.setdefault(part, {}).setdefault(place, []).append(act)
    order = (lambda key: (PARTS.index(key), 0, "")) if by is By.LEVEL else (lambda key: _placed(key, rank))
    parts = tuple(
        Part(
            key, tuple(Group(place, tuple(filed[key][place])) for place in sorted(filed[key], key=lambda one: _placed(one, rank)))
        )
        for key in sorted(filed, key=order)
    )
    return Review(period, today, by, parts, numbers(acts, today, rank))


def _placed(place: str, rank: Rank) -> tuple[int, int, str]:
    return rank(place.partition("-")[0] or None), rank(place or None), place


def _part(event: PolicyEvent) -> str:
    place, level = event.labels.jurisdiction, event.labels.level
    if level is Level.SUPRANATIONAL or place in _BEYOND:
        return "international"
    if not place:
        return "other"
    return "local" if level in _LOCAL or "-" in place else "national"


def numbers(acts: Sequence[ReviewedAct], today: date, rank: Rank) -> Numbers:
    """`acts` counted; the most of a kind come first, places in their order."""
    leads = [act.lead for act in acts]
    labels = [lead.labels for lead in leads]
    places = Counter(one.jurisdiction or "" for one in labels)
    return Numbers(
        acts=len(leads),
        drafts=sum(one.stage is Stage.DRAFT for one in labels),
        open=sum(is_open(lead, today) for lead in leads),
        approvals=sum(one.doc_type is DocType.APPROVAL for one in labels),
        high=sum(one.importance is Importance.HIGH for one in labels),
        levels=_counted(str(one.level) if one.level else "" for one in labels),
        places={place: places[place] for place in sorted(places, key=lambda one: _placed(one, rank))},
        kinds=_counted(str(one.doc_type) for one in labels),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0])))
