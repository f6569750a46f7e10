"""Read some detail pages of known items again, to find edits that no row shows, without a false alarm."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from cgtwatch.diff.fingerprint import content_fingerprint, plain
from cgtwatch.diff.signs import wall
from cgtwatch.errors import ParseError
from cgtwatch.model.classification import Classification
from cgtwatch.model.draft import Article, Draft
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.item import Change, Finding, Item, KnownItem, Outcome, Plan, SourceState
from cgtwatch.model.source import DetailMode, Kind, Source
from cgtwatch.pipeline.attachments import Before, Doors, Purse, gather, joined, names_document, taken_apart
from cgtwatch.pipeline.details import Entry, asks_for_pages
from cgtwatch.pipeline.keeping import keep
from cgtwatch.store.records import ItemQuery
from cgtwatch.text.similarity import jaccard, shingles
from cgtwatch.text.urls import without_query

PER_VISIT = 2
RECENT = timedelta(days=30)
_LOOKED_AT = 60  # items, youngest change first
_DAY = timedelta(days=1)
_NEW_ATTACHMENTS = 5
_COMPARED_WITH = 3  # other pages
_COMPARED = 60_000  # characters
_REMAINS = 0.3  # of a text in its edited form; less is another page under the old address
_OURS = 0.5  # of the stored text in the page's: less means that the row's own text was kept


class Memory(Protocol):
    """What is stored of a source."""

    def items(self, query: ItemQuery) -> list[tuple[Item, Classification | None]]: ...

    def known(self, source_id: str) -> tuple[KnownItem, ...]: ...


@dataclass(frozen=True, slots=True)
class Again:
    """What reading again came to: entries to store instead of those of the same items, and what it cost."""

    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    requests: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What pages are read again with."""

    doors: Doors
    memory: Memory


@dataclass(frozen=True, slots=True)
class _Edit:
    """A page that reads otherwise than when it was stored."""

    article: Article
    stored: Article  # the stored bytes, as they are read today
    body: bytes


def read_again(source: Source, before: SourceState, plan: Plan, parts: Parts) -> Again:
    """Edits of at most two recent items that stand on the page, each looked at once a day at a time of its own.

    An edit counts where the words or the attachments of the page differ from those of the *stored bytes read by the same
    reader* (a better reader is no edit), where a second answer says the same (what differs at every request is no edit), and
    where most of the old text is still there (a wall in front of the site is none). Where another page of the site has changed
    too, or there is none to compare with, it is the site that changed: remembered, not told.
    """
    now, last = plan.state.last_visit, before.last_visit
    if not _may(source, before, plan) or now is None or last is None:
        return Again()
    standing = _standing(plan, _recent(source, parts.memory, now))
    due = _due(standing, last, now)[:PER_VISIT]
    if not due:
        return Again()
    purse = Purse(_NEW_ATTACHMENTS, resumes=False)
    edits = [(item, edit) for item in due if (edit := _edit(source, item, parts, purse)) is not None]
    if not edits:
        return Again(requests=purse.requests, size=purse.size)
    known = {each.id: each for each in parts.memory.known(source.id)}
    entries, notes = [], []
    for item, edit in edits:
        if item.id in known and known[item.id].fingerprint:
            own = _its_own(source, item, edit, standing, parts, purse)
            entries.append(_entry(source, (item, known[item.id], edit), plan, (parts, purse), quiet=not own))
            notes.append(
                f"{item.latest.title[:40]}: its page was edited" + ("" if own else ", perhaps with the whole site: not told")
            )
    if entries and not plan.findings:
        entries += _others(known.values(), {entry.finding.item_id for entry in entries})
    return Again(tuple(entries), tuple(notes), purse.requests, purse.size)


def _may(source: Source, before: SourceState, plan: Plan) -> bool:
    read = plan.outcome in {Outcome.OK, Outcome.UNCHANGED}
    return asks_for_pages(source) and source.kind is not Kind.FOLDER and read and before.baseline_done


# ---- which


def _recent(source: Source, memory: Memory, now: datetime) -> list[Item]:
    """Items of the last thirty days with a page that was kept."""
    found = memory.items(ItemQuery(sources=(source.id,), since=now - RECENT, limit=_LOOKED_AT))
    first_day = (now - RECENT).date()
    return [
        item
        for item, _ in found
        if not item.gone
        and item.latest.archive_key
        and item.latest.url
        and not names_document(item.latest.url)
        and (item.latest.published_on is None or item.latest.published_on >= first_day)
    ]


def _standing(plan: Plan, items: Sequence[Item]) -> list[Item]:
    """Those that are on the page now: an item that has left it may be seen no more than it was."""
    if plan.findings:
        seen = {finding.item_id for finding in plan.findings if finding.change is Change.SEEN}
        return [item for item in items if item.id in seen]
    latest = max((item.last_seen for item in items), default=None)
    return [item for item in items if item.last_seen == latest]


def _due(items: Sequence[Item], last: datetime, now: datetime) -> list[Item]:
    """Those whose time of a day lies between two visits, in that order; all where a day or more does.

    It is another time each day, so nothing need be remembered, and where visits are rare each has its turn.
    """
    today = now.astimezone(UTC).date().isoformat()
    if now - last >= _DAY:
        return sorted(items, key=lambda item: _moment(item.id, today))
    days = {last.astimezone(UTC).date().isoformat(), today}
    come = {item.id: at for item in items for day in days if last < (at := _moment(item.id, day)) <= now}
    return sorted((item for item in items if item.id in come), key=lambda item: come[item.id])


def _moment(item_id: str, day: str) -> datetime:
    share = int.from_bytes(sha256(f"{item_id} {day}".encode()).digest()[:6], "big") / (1 << 48)
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + share * _DAY


# ---- whether


def _edit(source: Source, item: Item, parts: Parts, purse: Purse) -> _Edit | None:
    """How the page of `item` differs from what was stored of it; None where it does not, or where that cannot be known."""
    got = _got(source, item, parts, purse)
    if got is None or sha256(got.body).hexdigest() == item.latest.archive_key:
        return None
    try:
        stored, article = _stored(source, item, got, parts), parts.doors.parser.article(source, got)
        if _mark(article) == _mark(stored) or not _believable(item, stored, article, got):
            return None
        second = _got(source, item, parts, purse)
        if second is None or _mark(parts.doors.parser.article(source, second)) != _mark(article):
            return None
    except (ParseError, KeyError, ValueError, OSError):
        return None
    return _Edit(article, stored, got.body)


def _got(source: Source, item: Item, parts: Parts, purse: Purse) -> Fetched | None:
    got = parts.doors.acquirer.get(source, item.latest.url)
    purse.spend(item.latest.url, got)
    return got if isinstance(got, Fetched) else None


def _stored(source: Source, item: Item, got: Fetched, parts: Parts) -> Article:
    """What was kept of the page, as it is read today. Raises as the parser and the archive do."""
    return parts.doors.parser.article(source, replace(got, body=parts.doors.archive.get(item.latest.archive_key or "")))


def _mark(article: Article) -> tuple[str, frozenset[tuple[str, str]]]:
    """What a reader would notice: the words, and the documents by name and address without what a session adds."""
    return content_fingerprint("", article.text), frozenset((plain(a.name), without_query(a.url)) for a in article.attachments)


def _believable(item: Item, stored: Article, article: Article, got: Fetched) -> bool:
    """Whether the new text is the old one edited, and the old one is what the item's text is made of."""
    if wall(got, article.title, article.text) or not article.text:
        return False
    old, new = shingles(plain(stored.text[:_COMPARED])), shingles(plain(article.text[:_COMPARED]))
    if len(old & new) < _REMAINS * len(old):
        return False
    own, _ = taken_apart(item.latest.text)
    return jaccard(shingles(plain(own[:_COMPARED])), old) >= _OURS


def _its_own(source: Source, item: Item, edit: _Edit, standing: Sequence[Item], parts: Parts, purse: Purse) -> bool:
    """Whether the edit is the item's own, and not one of the site: at least one of three other pages reads as it did.

    Where the text was found by structure, what stands around an article can be taken for a part of it: then the words must
    have changed inside it.
    """
    ruled = source.detail.mode is DetailMode.RULE and source.detail.body is not None
    attached = _mark(edit.article)[1] != _mark(edit.stored)[1]
    if not (ruled or attached or _inside(edit.stored.text, edit.article.text)):
        return False
    others = [each for each in standing if each.id != item.id][:_COMPARED_WITH]
    return any(_as_before(source, other, parts, purse) for other in others)


def _inside(old: str, new: str) -> bool:
    """Whether texts begin and end alike, line by line."""
    one, other = ([line for line in map(plain, text.split("\n")) if line] for text in (old, new))
    return bool(one and other) and one[0] == other[0] and one[-1] == other[-1]


def _as_before(source: Source, item: Item, parts: Parts, purse: Purse) -> bool:
    got = _got(source, item, parts, purse)
    if got is None:
        return False
    try:
        return _mark(parts.doors.parser.article(source, got)) == _mark(_stored(source, item, got, parts))
    except (ParseError, KeyError, ValueError, OSError):
        return False


# ---- what is stored


def _entry(source: Source, of: tuple[Item, KnownItem, _Edit], plan: Plan, by: tuple[Parts, Purse], *, quiet: bool) -> Entry:
    """The item with its new text. Attachments that it had are not read again; new ones are."""
    (item, known, edit), (parts, purse) = of, by
    _, texts = taken_apart(known.text)
    had = Before({a.url: a for a in item.latest.attachments}, texts, trusted=True)
    dropped = {a.url for a in edit.stored.attachments} - {a.url for a in edit.article.attachments}
    linked = {a.url: a for a in (*item.latest.attachments, *edit.article.attachments) if a.url not in dropped}
    found = gather(source, tuple(linked.values()), parts.doors, purse, had)
    was = next((f for f in plan.findings if f.item_id == item.id), None)
    row = was.draft if was is not None and was.draft is not None else Draft(known.title, known.url, position=known.position)
    latest = item.latest
    draft = replace(
        row, title=known.title, text=joined(edit.article.text, found.texts), attachments=found.attachments,
        published=latest.published, published_on=latest.published_on, language=latest.language,
    )  # fmt: skip
    finding = Finding(
        Change.UPDATED, item.id, was.keys if was else known.keys, was.fingerprint if was else known.fingerprint,
        "its page was edited", draft, known, quiet,
    )  # fmt: skip
    return Entry(finding, keep(parts.doors.archive, edit.body), found.notes)


def _others(known: Collection[KnownItem], edited: set[str]) -> list[Entry]:
    """The other items of an unchanged page: those of one visit are known by being last seen at one time."""
    latest = max(each.last_seen for each in known)
    return [
        Entry(
            Finding(
                Change.SEEN, k.id, k.keys, k.fingerprint, "the page is as before", Draft(k.title, k.url, position=k.position), k
            )
        )
        for k in known
        if k.last_seen == latest and not k.gone and k.id not in edited
    ]
