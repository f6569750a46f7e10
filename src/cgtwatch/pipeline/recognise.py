"""From a finding to what is stored: its revision, its classification, its events, and how they stand to earlier ones."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cgtwatch.diff.fingerprint import content_fingerprint
from cgtwatch.link import Candidate, numbered_apart, relate
from cgtwatch.model.classification import Act, Document, Understanding
from cgtwatch.model.draft import Draft
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.item import Change, Finding, Revision
from cgtwatch.model.source import Source
from cgtwatch.model.taxonomy import Importance, Level
from cgtwatch.pipeline.details import Entry
from cgtwatch.store import Store
from cgtwatch.store.records import StoredItem

STEPS = frozenset({Relation.FINALISES, Relation.AMENDS, Relation.REPEALS, Relation.REPLIES_TO})
OPENING = 5_000  # characters of a text in which its first sentence is looked for
SENTENCE = 30  # characters of a line that is more than a heading
SENTENCE_ENDS = ("。", "！", "？", ".", "!", "?", "”", '"')
NEIGHBOURS = 20  # events of the same visit with one key that a new one is compared with
SUMMARY = 280  # characters of the opening shown in a digest


def stored_item(source: Source, entry: Entry, seen_at: datetime, read: Callable[[Document], Understanding]) -> StoredItem:
    """What the store shall keep of `entry`. What was seen before, or differs in nothing that counts, gets no revision."""
    finding = entry.finding
    if finding.draft is None or finding.change in {Change.SEEN, Change.GONE}:
        return StoredItem(finding)
    revision = _revision(finding, finding.draft, seen_at, entry.archive_key)
    if finding.known is not None and _same(finding, finding.draft):
        return StoredItem(replace(finding, change=Change.SEEN))
    document = document_of(source, finding.draft)
    understanding = read(document)
    return StoredItem(finding, revision, understanding.classification, events_in(source, revision, understanding, seen_at))


def _same(finding: Finding, draft: Draft) -> bool:
    known = finding.known
    assert known is not None
    return content_fingerprint(draft.title, draft.text) == content_fingerprint(known.title, known.text)


def _revision(finding: Finding, draft: Draft, seen_at: datetime, archive_key: str | None) -> Revision:
    number = finding.known.revision + 1 if finding.known else 1
    return Revision(
        finding.item_id, number, draft.title, draft.url, draft.text, content_fingerprint(draft.title, draft.text), seen_at,
        draft.published, draft.published_on, draft.attachments, draft.language, archive_key,
    )  # fmt: skip


def document_of(source: Source, draft: Draft) -> Document:
    """Press sources report other authorities' acts: their own issuer and jurisdiction are no evidence."""
    official = source.level is not Level.NEWS
    return Document(
        draft.title, draft.text, draft.url, draft.published_on, draft.language or source.language,
        draft.issuer or (source.issuer if official else None), draft.jurisdiction or (source.jurisdiction if official else None),
        source.level,
    )  # fmt: skip


def events_in(source: Source, revision: Revision, understanding: Understanding, seen_at: datetime) -> tuple[PolicyEvent, ...]:
    """The document's own event, and one for each further act it tells of; none where it is not relevant."""
    classified = understanding.classification
    if not classified.labels.relevant:
        return ()
    own = next((act for act in understanding.acts if act.main), None)
    main = Act(revision.title, classified.labels, classified.labels.document_date, classified.evidence, main=True)
    others = [act for act in understanding.acts if act is not own]
    return tuple(_event(source, revision, act, understanding, seen_at) for act in _distinct([main, *others]))


def _distinct(acts: Sequence[Act]) -> list[Act]:
    return list({_part(act): act for act in reversed(acts)}.values())[::-1]


def _part(act: Act) -> str:
    """What tells an act from the others of its document, the same at every reading."""
    return "main" if act.main else f"{act.on or ''}|{content_fingerprint(act.title, '')}"


def event_id(item_id: str, part: str) -> str:
    """The stable id of one act of one item."""
    return "e" + hashlib.sha256(f"{item_id}\n{part}".encode()).hexdigest()[:16]


def _event(source: Source, revision: Revision, act: Act, understanding: Understanding, seen_at: datetime) -> PolicyEvent:
    name = event_id(revision.item_id, _part(act))
    classified = understanding.classification
    importance = act.labels.importance if act.labels.importance is not Importance.NONE else classified.labels.importance
    labels = act.labels if act.main else replace(act.labels, cgt=True, policy=True, relevant=True, importance=importance)
    # a month without a day is no date of the act, but says better than the review's own day when it was
    published = act.on if not act.main and act.on and not act.labels.document_date else revision.published_on
    return PolicyEvent(
        name, revision.item_id, source.id, act.title, revision.url, labels, published, seen_at, seen_at, revision.number, name, name,
        act.evidence, classified.confidence if act.main else {}, act.main, classified.language, _summary(revision.text), classified.rules,
    )  # fmt: skip


def _summary(text: str) -> str:
    """The opening of the text: from its first whole sentence on, past date lines, counters and salutations."""
    lines = [line.strip() for line in text[:OPENING].splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if line.endswith(SENTENCE_ENDS) and len(line) >= SENTENCE), 0)
    opening = " ".join(" ".join(lines[first:]).split())
    return opening if len(opening) <= SUMMARY else opening[: SUMMARY - 1].rstrip() + "…"


def link_up(items: Sequence[StoredItem], store: Store) -> tuple[StoredItem, ...]:
    """The same items, their main events joined to the clusters and threads of earlier ones."""
    earlier = _Earlier(store)
    return tuple(_linked(item, earlier) if item.events else item for item in items)


class _Earlier:
    """The events that one of this visit may have to do with: those of the store and of the visit itself that share a key with it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_id: dict[str, Candidate] = {}
        self._stored: dict[str, Candidate] = {}
        self._by_key: dict[str, list[Candidate]] = {}
        self._by_cluster: dict[str, list[PolicyEvent]] = {}

    def add(self, new: Candidate) -> None:
        """Remember a linked event of this visit."""
        self._by_cluster.setdefault(new.event.cluster, []).append(new.event)
        self._by_id[new.event.id] = new
        for key in new.keys.own:
            self._by_key.setdefault(key, []).append(new)

    def of(self, new: Candidate) -> list[Candidate]:
        """Those that `new` shall be compared with."""
        found: dict[str, Candidate] = {}
        for event, text, under in self._store.candidates(new.keys.asked):
            found[event.id] = self._stored.get(event.id, Candidate(event, text)).found_by(under)
        near: dict[str, set[str]] = {}
        for key in new.keys.asked:
            for one in self._by_key.get(key, ())[-NEIGHBOURS:]:
                near.setdefault(one.event.id, set()).add(key)
        for name, keys in near.items():  # of one event this visit's reading counts
            found[name] = self._by_id[name].found_by(frozenset(keys))
        # A document is not compared with the acts that it tells of; those are with each other.
        return [one for one in found.values() if one.event.item_id != new.event.item_id or not (one.event.main or new.event.main)]

    def keep(self, compared: Iterable[Candidate]) -> None:
        """Remember what was read of stored events: the entries of one visit are compared with the same few again and again."""
        self._stored.update((one.event.id, one) for one in compared if one.event.id not in self._by_id)

    def reports(self, clusters: Collection[str]) -> list[PolicyEvent]:
        """Every known report of some acts that carries a number."""
        near = [event for cluster in clusters for event in self._by_cluster.get(cluster, ()) if event.labels.document_number]
        return [*self._store.reports(clusters), *near]


def _linked(item: StoredItem, earlier: _Earlier) -> StoredItem:
    """The item with its own event and the acts that it tells of in their clusters and threads."""
    assert item.revision is not None
    events: list[PolicyEvent] = []
    links: list[Link] = []
    keys: dict[str, tuple[str, ...]] = {}
    for event in item.events:
        new = Candidate(event, item.revision.text if event.main else "")
        others = earlier.of(new)
        found = relate(new, others)
        earlier.keep(others)
        joined = _joined(event, found, {other.event.id: other.event for other in others}, earlier)
        earlier.add(new.joined(joined))
        events.append(joined)
        links += found
        keys[event.id] = tuple(sorted(new.keys.own))
    return replace(item, events=tuple(events), links=tuple(links), keys=keys)


def _listed_apart(event: PolicyEvent, other: PolicyEvent) -> bool:
    """A source lists each of its acts once: two entries of one source are two acts, unless they carry one number, or one title and day."""
    numbers_agree = event.labels.document_number is not None and event.labels.document_number == other.labels.document_number
    titles_agree = event.on == other.on and content_fingerprint(event.title, "") == content_fingerprint(other.title, "")
    return event.source == other.source and not numbers_agree and not titles_agree


def _denies(event: PolicyEvent, report: PolicyEvent) -> bool:
    """Whether a report of an act shows that `event` is another one: one authority, other document number.

    A report without a number may stand for either, and must not make one act of two.
    """
    mine, other = event.labels, report.labels
    one_issuer = bool(set(mine.issuers) & set(other.issuers))
    return one_issuer and numbered_apart(mine.document_number or "", other.document_number or "")


def _joined(event: PolicyEvent, links: Sequence[Link], by_id: Mapping[str, PolicyEvent], earlier: _Earlier) -> PolicyEvent:
    """`event` in the cluster of what reports the same act, or else in the thread of what it acts on or what acts on it."""
    others = [(link.relation, by_id[link.event if link.other == event.id else link.other]) for link in links]
    # What is only told of leads no cluster: nobody was told of it, and its own document is news.
    one_act = [other for relation, other in others if relation is Relation.SAME_ACT]
    same = [other for other in one_act if other.main and not _listed_apart(event, other)]
    # Only a number denies, so one without any has nothing to ask: a much reported act has hundreds of reports.
    reports = earlier.reports({other.cluster for other in same}) if event.labels.document_number else []
    for other in same:
        if not any(_denies(event, one) for one in reports if one.cluster == other.cluster):
            return replace(event, cluster=other.cluster, thread=other.thread)
    steps = [other for relation, other in others if relation in STEPS] + [other for other in one_act if not other.main]
    return replace(event, thread=steps[0].thread) if steps else event
