"""Which reminders are still worth telling when a digest is put together.

`pipeline/reminders.py` announces a reminder on its day; until a weekly digest goes out the deadline may have passed or moved, a
nearer reminder may have come, or the draft may have become final. Whoever selects for a digest passes its announcements through
`timely` (and leaves out every announcement of kind `reminder` for a reader whose `options.reminders` is off).
"""

from collections.abc import Iterable
from datetime import date

from cgtwatch.model.event import Announcement, AnnouncementKind
from cgtwatch.model.reminder import Reminder, read_cause
from cgtwatch.model.taxonomy import Stage


def is_stale(announcement: Announcement, today: date) -> bool:
    """Whether a reminder of a deadline has lost its point by `today`, a day in the reader's zone: passed, moved, or no longer open.

    Nothing else is ever stale.
    """
    reminder = _reminder(announcement)
    if reminder is None:
        return False
    labels = announcement.event.labels
    return reminder.deadline < today or labels.comment_deadline != reminder.deadline or labels.stage is not Stage.DRAFT


def timely(announcements: Iterable[Announcement], today: date) -> tuple[Announcement, ...]:
    """The announcements without stale reminders, and of several reminders of one act the nearest alone; their order is kept."""
    kept = [one for one in announcements if not is_stale(one, today)]
    nearest: dict[str, tuple[int, int]] = {}
    for one in kept:
        if (reminder := _reminder(one)) is not None:
            this = (reminder.days, -one.seq)
            nearest[_act(one)] = min(nearest.get(_act(one), this), this)
    return tuple(one for one in kept if _reminder(one) is None or nearest[_act(one)][1] == -one.seq)


def _reminder(announcement: Announcement) -> Reminder | None:
    return read_cause(announcement.cause) if announcement.kind is AnnouncementKind.REMINDER else None


def _act(announcement: Announcement) -> str:
    return announcement.event.cluster or announcement.event.id
