"""Which events a digest tells, each once with its reports beneath it, and in which order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cgtwatch.model.event import Announcement, AnnouncementKind, PolicyEvent
from cgtwatch.model.reminder import read_cause
from cgtwatch.model.taxonomy import Importance, Level, Stage

_RANK = {Importance.HIGH: 0, Importance.MEDIUM: 1, Importance.LOW: 2, Importance.NONE: 3}
_KIND_RANK = {AnnouncementKind.NEW: 0, AnnouncementKind.LINKED: 1, AnnouncementKind.REVISED: 2, AnnouncementKind.REMINDER: 3}


@dataclass(frozen=True, slots=True)
class Story:
    """One act: the event that tells it best, why it is told, and the other reports of it.

    `reminded`: its deadline nears; `news` is False where that is all there is to tell.
    """

    event: PolicyEvent
    kinds: tuple[AnnouncementKind, ...]
    changes: tuple[str, ...]
    seq: int
    reports: tuple[PolicyEvent, ...] = ()
    reminded: bool = False
    news: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """Stories under one heading. `key` is `consultations`, `high`, or a country's code (empty: none known)."""

    key: str
    stories: tuple[Story, ...]


def stories(announcements: Iterable[Announcement]) -> tuple[Story, ...]:
    """One story a cluster, in the order in which the clusters are first announced."""
    clusters: dict[str, list[Announcement]] = {}
    for announcement in sorted(announcements, key=lambda each: each.seq):
        clusters.setdefault(announcement.event.cluster or announcement.event.id, []).append(announcement)
    return tuple(_story(told) for told in clusters.values())


def _story(told: Sequence[Announcement]) -> Story:
    events = {announcement.event.id: announcement.event for announcement in told}  # of several states the latest
    best = min(events.values(), key=standing)
    own = [announcement for announcement in told if announcement.event.id == best.id]
    kinds = sorted({announcement.kind for announcement in own}, key=_KIND_RANK.__getitem__)
    changes = dict.fromkeys(announcement.change for announcement in told if announcement.change)
    reports = tuple(event for event in events.values() if event.id != best.id)
    reminders = [announcement for announcement in told if read_cause(announcement.cause) is not None]
    seq = max(announcement.seq for announcement in told)
    return Story(best, tuple(kinds), tuple(changes), seq, reports, bool(reminders), len(reminders) < len(told))


def standing(event: PolicyEvent) -> tuple[bool, bool, bool, int, str]:
    """An authority's own document before news of it, what is its document's main act before what one mentions."""
    published = event.published.isoformat() if event.published else "9999"
    return event.labels.level is Level.NEWS, event.labels.level is None, not event.main, _RANK[event.labels.importance], published


def sections(told: Iterable[Story], today: date, place_rank: Callable[[str | None], int]) -> tuple[Section, ...]:
    """Open consultations by deadline, then what is highly important, then the rest by country, China first. None is empty."""
    filed: dict[str, list[Story]] = {}
    for story in told:
        filed.setdefault(_section(story, today), []).append(story)

    def by_place(story: Story) -> tuple[int, int, int, int]:
        labels = story.event.labels
        on = story.event.on or date.min
        return place_rank(labels.jurisdiction), _RANK[labels.importance], -on.toordinal(), -story.seq

    def by_deadline(story: Story) -> tuple[date, int, int, int, int]:
        return story.event.labels.comment_deadline or date.max, *by_place(story)

    def order(key: str) -> tuple[int, int]:
        return {"consultations": 0, "high": 1}.get(key, 2), place_rank(key or None)

    sorting = {"consultations": by_deadline}
    return tuple(Section(key, tuple(sorted(filed[key], key=sorting.get(key, by_place)))) for key in sorted(filed, key=order))


def _section(story: Story, today: date) -> str:
    if is_open(story.event, today):
        return "consultations"
    if story.event.labels.importance is Importance.HIGH:
        return "high"
    return (story.event.labels.jurisdiction or "").partition("-")[0]


def is_open(event: PolicyEvent, today: date) -> bool:
    """Whether comments are still taken on `today`, the last day being open."""
    deadline = event.labels.comment_deadline
    return event.labels.stage is Stage.DRAFT and deadline is not None and deadline >= today


def still_open(events: Iterable[PolicyEvent], told: Iterable[Story], today: date) -> tuple[PolicyEvent, ...]:
    """Open consultations that no story tells, one a cluster, soonest deadline first."""
    seen = {event.cluster or event.id for story in told for event in (story.event, *story.reports)}
    fresh: dict[str, PolicyEvent] = {}
    for event in sorted(events, key=standing):
        if is_open(event, today) and (event.cluster or event.id) not in seen:
            fresh.setdefault(event.cluster or event.id, event)
    return tuple(sorted(fresh.values(), key=lambda event: (event.labels.comment_deadline or date.max, event.id)))
