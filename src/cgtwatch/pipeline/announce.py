"""Which of a visit's events are told, and as what."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cgtwatch.diff.compare import summary
from cgtwatch.model.event import AnnouncementKind, PolicyEvent, Relation
from cgtwatch.model.feedback import marked_fields, over
from cgtwatch.model.item import Change, KnownItem, Plan, Revision
from cgtwatch.model.source import FirstLook, Source
from cgtwatch.model.taxonomy import Level
from cgtwatch.store.records import StoredItem, ToAnnounce

Before = Callable[[str], PolicyEvent | None]  # the stored event of that id, as it was before this visit


def announcements(source: Source, plan: Plan, items: Sequence[StoredItem], before: Before) -> tuple[ToAnnounce, ...]:
    """At most one announcement for each item whose own act is news; a first look is silent unless the source says otherwise."""
    if plan.baseline and source.first_look is FirstLook.SILENT:
        return ()
    news = (item for item in items if item.revision is not None and not item.finding.quiet)  # quiet: stored, not told
    mains = ((item, event) for item in news for event in item.events if event.main)
    return tuple(told for item, event in mains if (told := _told(source, item, event, before)) is not None)


def _told(source: Source, item: StoredItem, event: PolicyEvent, before: Before) -> ToAnnounce | None:
    old, known = before(event.id), item.finding.known
    if item.finding.change is Change.NEW or old is None or known is None or known.fingerprint == "":
        return _as_new(source, item, event, before)
    assert item.revision is not None
    # What a person said has not changed.
    event = replace(event, labels=over(event.labels, old.labels, marked_fields(old.evidence)))
    return ToAnnounce(
        AnnouncementKind.REVISED, event.id, _cause(old, event, item.revision), _change(old, event, known, item.revision)
    )


def _as_new(source: Source, item: StoredItem, event: PolicyEvent, before: Before) -> ToAnnounce | None:
    """A further report of a known act is no news, but the official copy of what only the press had told is."""
    if event.cluster == event.id:
        return ToAnnounce(AnnouncementKind.NEW, event.id, "", "")
    lead = before(event.cluster)
    official_now = source.level is not Level.NEWS and lead is not None and lead.labels.level is Level.NEWS
    if not official_now:
        return None
    reason = next((link.reason for link in item.links if link.relation is Relation.SAME_ACT), "")
    return ToAnnounce(AnnouncementKind.LINKED, event.id, event.cluster, reason)


def _cause(old: PolicyEvent, new: PolicyEvent, revision: Revision) -> str:
    """A change of what people act on is told each time; other edits of one document at most once a day."""
    before, now = _facts(old), _facts(new)
    return f"facts {'|'.join(now.values())}" if before != now else f"day {revision.seen_at.date().isoformat()}"


def _facts(event: PolicyEvent) -> dict[str, str]:
    """What people act on."""
    labels = event.labels
    return {
        "doc_type": labels.doc_type.value,
        "stage": labels.stage.value,
        "comment_deadline": str(labels.comment_deadline or ""),
        "effective_date": str(labels.effective_date or ""),
        "document_number": labels.document_number or "",
    }


def _change(old: PolicyEvent, new: PolicyEvent, known: KnownItem, revision: Revision) -> str:
    """What changed, in a line: first the facts that people act on, then the words."""
    before, now = _facts(old), _facts(new)
    facts = [f"{name}: {before[name] or '–'} → {now[name] or '–'}" for name in now if before[name] != now[name]]
    return "; ".join([*facts, summary(_was(known), revision)])


def _was(known: KnownItem) -> Revision:
    return Revision(
        known.id,
        known.revision,
        known.title,
        known.url,
        known.text,
        known.fingerprint,
        known.last_seen,
        published_on=known.published_on,
    )
