"""Comment deadlines that near, told 14, 7 and 2 days before, each step once."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cgtwatch.model.event import Announcement, AnnouncementKind, PolicyEvent, Relation
from cgtwatch.model.reminder import Reminder, step_of
from cgtwatch.model.taxonomy import Stage
from cgtwatch.store import Store
from cgtwatch.store.records import ToAnnounce

_MOVED = re.compile(r"(?:^|; )comment_deadline: [^;→]*→ (\d{4}-\d\d-\d\d)")
_ENDS = frozenset({Relation.FINALISES, Relation.REPEALS})


def tell_deadlines(store: Store, now: datetime, timezone: str = "Asia/Shanghai") -> tuple[PolicyEvent, ...]:
    """Announce the deadlines that have come within a step by today in `timezone`: the events told now. `now` is aware UTC.

    One report of an act is told, and after days of downtime the nearest step alone. Left out is what readers heard of within that
    very step (the act itself, or that its deadline moved), what has its final form, and what a person said is not relevant.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    near = {event.id: (event, step) for event in store.open_consultations(today) if (step := _step(event, today)) is not None}
    due = {
        name: (event, step)
        for name, (event, step) in near.items()
        if (step.deadline - _told_on(event, store.announcements_of(name), zone)).days > step.days
    }
    wanted = [ToAnnounce(AnnouncementKind.REMINDER, name, step.cause, "") for name, (_, step) in due.items()]
    told = store.announce(wanted, now) if wanted else ()
    return tuple(due[name][0] for name in told)


def ended_acts(store: Store, events: Collection[PolicyEvent]) -> frozenset[str]:
    """The clusters of those of `events` whose act has its final form or was repealed, whichever of its reports that is known of."""
    if not events:
        return frozenset()
    cluster_of = {one.id: one.cluster for one in (*events, *store.of_clusters({one.cluster for one in events}))}
    links = store.links_of(cluster_of)
    return frozenset(cluster_of[link.other] for link in links if link.relation in _ENDS and link.other in cluster_of)


def _step(event: PolicyEvent, today: date) -> Reminder | None:
    deadline = event.labels.comment_deadline
    return step_of(deadline, today) if deadline is not None and event.labels.stage is Stage.DRAFT else None


def _told_on(event: PolicyEvent, announcements: Sequence[Announcement], zone: ZoneInfo) -> date:
    """The day on which readers could first know of this deadline: when the act was told or seen, or when its deadline moved."""
    known = min([event.first_seen, *(one.at for one in announcements if one.kind is not AnnouncementKind.REMINDER)])
    moved = [
        one.at for one in announcements if (found := _MOVED.search(one.change)) and found[1] == str(event.labels.comment_deadline)
    ]
    return max([known, *moved]).astimezone(zone).date()
