"""Which entries of a page are documents that are known already: strongest name first, second chances after."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher

from cgtwatch.diff.fingerprint import fingerprint
from cgtwatch.diff.identity import bare, host, keys, other_document, printed_day, specific, tail, title_of
from cgtwatch.diff.traits import traits
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.item import ItemKeys, KnownItem
from cgtwatch.model.source import Source

_ALIKE = 0.6  # of two titles of one document after an edit; numbers must agree besides
_NAMESAKES = 50  # items of one name that are looked at: what more share is no name, and must not cost their square
_TELLING = 20  # width of a title that is hardly given twice (a Chinese character counts two)


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry and the item it is, with the way in which it was known again. `known` is None for a stranger.

    `mark` is the entry's fingerprint.
    """

    draft: Draft
    keys: ItemKeys
    known: KnownItem | None = None
    how: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Matching:
    """All entries in the page's order; what stood there at the last comparison; what of it is missing now; all items of before."""

    pairs: tuple[Pair, ...]
    shown: tuple[KnownItem, ...]
    missing: tuple[KnownItem, ...]
    notes: tuple[str, ...] = ()
    known: tuple[KnownItem, ...] = ()

    @property
    def fresh(self) -> tuple[Pair, ...]:
        """The strangers."""
        return tuple(pair for pair in self.pairs if pair.known is None)

    @property
    def standing(self) -> tuple[KnownItem, ...]:
        """What stood there at the last comparison and still does, in today's order."""
        ids = {item.id for item in self.shown}
        return tuple(known for _, known in self.met if known.id in ids)

    @property
    def met(self) -> tuple[tuple[Pair, KnownItem], ...]:
        """Everything known again, with what it is."""
        return tuple((pair, pair.known) for pair in self.pairs if pair.known is not None)


def match_page(source: Source, parsed: Parsed, known: Sequence[KnownItem]) -> Matching:
    """`match` for a page of `source`: what the guard and the comparison both look at."""
    return match(parsed.drafts, known, traits(source).single)


def match(drafts: Sequence[Draft], known: Sequence[KnownItem], single: bool = False) -> Matching:
    """Every entry of `drafts` with the item of `known` it is, each item at most once; the page's order plays no part.

    `single`: the page is one document under one address, whatever its title. Items of one visit share their `last_seen`; those
    with the latest one stood on the page at the last comparison.
    """
    entries, notes = _entries(drafts)
    shown = _shown(known)
    if single and known and len(entries) == 1:
        one = max(known, key=lambda item: (item.last_seen, item.revision, item.id))
        only = replace(entries[0], known=one, how="address", mark=fingerprint(entries[0].draft))
        return Matching((only,), shown, tuple(k for k in shown if k is not one), notes, tuple(known))
    table = _Table(entries, known, shown)
    table.run()
    pairs = tuple(table.pair(n) for n in range(len(entries)))
    taken = {pair.known.id for pair in pairs if pair.known}
    missing = tuple(item for item in shown if item.id not in taken)
    return Matching(pairs, shown, missing, (*notes, *table.notes), tuple(known))


def _shown(known: Sequence[KnownItem]) -> tuple[KnownItem, ...]:
    latest: datetime | None = max((item.last_seen for item in known), default=None)
    return tuple(sorted((k for k in known if k.last_seen == latest and not k.gone), key=lambda k: (k.position, k.id)))


def _entries(drafts: Sequence[Draft]) -> tuple[list[Pair], tuple[str, ...]]:
    """The entries that can be told apart, each once, without the names that several of them share."""
    notes = []
    pairs = [Pair(draft, keys(draft)) for draft in sorted(drafts, key=lambda d: d.position)]
    named = [p for p in pairs if p.keys != ItemKeys()]
    if len(named) < len(pairs):
        notes.append(f"{len(pairs) - len(named)} entries without id, address, title and text skipped")
    named = _once(named, lambda k: (k.guid, k.link, title_of(k) if k.guid or k.link else k.title_date))
    shared = _shared(p.keys.guid for p in named)
    if shared:
        notes.append(f"{len(shared)} ids stand on several entries; addresses are used in their place")
        named = [_without_id(p) if p.keys.guid in shared else p for p in named]
    named = _merge_rows(named)
    shared = _shared(p.keys.link for p in named)
    if shared:
        notes.append(f"{len(shared)} addresses stand on several entries; titles are used in their place")
        named = [_without_address(p) if p.keys.link in shared else p for p in named]
    return _once(named, lambda k: (k.guid, k.link, k.path, k.title_date)), tuple(notes)


def _without_id(pair: Pair) -> Pair:
    return replace(pair, keys=replace(pair.keys, guid="")) if pair.keys.link or pair.keys.title_date else pair


def _without_address(pair: Pair) -> Pair:
    return replace(pair, keys=replace(pair.keys, link="", path="")) if pair.keys.guid or pair.keys.title_date else pair


def _once(pairs: Iterable[Pair], of: Callable[[ItemKeys], tuple[str, ...]]) -> list[Pair]:
    seen: dict[tuple[str, ...], Pair] = {}
    for pair in pairs:
        seen.setdefault(of(pair.keys), pair)
    return list(seen.values())


def _merge_rows(pairs: list[Pair]) -> list[Pair]:
    """One entry for rows that link to one address under one title or a part of it: a picture and its caption, a pinned copy."""
    groups: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[(pair.keys.guid, pair.keys.link or f"\x00{len(groups)}")].append(pair)
    kept = []
    for group in groups.values():
        if len(group) == 1:
            kept += group
            continue
        longest = max(group, key=lambda p: (len(title_of(p.keys)), title_of(p.keys)))
        inside = all(title_of(p.keys) in title_of(longest.keys) for p in group)
        kept += [replace(longest, draft=replace(longest.draft, position=group[0].draft.position))] if inside else group
    return sorted(kept, key=lambda p: p.draft.position)


def _shared(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if name and times > 1}


class _Table:
    """The state of one matching: who is still free on both sides."""

    def __init__(self, entries: Sequence[Pair], known: Sequence[KnownItem], shown: Sequence[KnownItem]) -> None:
        self.entries = entries
        self.known = sorted(known, key=lambda k: (k.gone, -k.last_seen.timestamp(), k.position, k.id))
        self.shown = {item.id for item in shown}
        self.found: dict[int, tuple[KnownItem, str]] = {}
        self.taken: set[str] = set()
        self.order = sorted(range(len(entries)), key=lambda n: _sort_key(entries[n].keys))
        self.notes: list[str] = []
        self.churn = False

    def pair(self, n: int) -> Pair:
        """Entry `n` with what was found for it."""
        known, how = self.found.get(n, (None, ""))
        mine = self.entries[n]
        return Pair(mine.draft, mine.keys, known, how, fingerprint(mine.draft))

    def run(self) -> None:
        """All ways, strongest first; in each one equal titles before others."""
        self._stage("id", lambda k: k.guid, self._by_guid)
        self.churn = self._ids_churn()
        if self.churn:
            self.notes.append("the source gives its entries new ids at every visit; addresses and titles are used in their place")
        self._stage("address", lambda k: bare(k.link), self._by_link)
        self._stage("moved site", lambda k: tail(k.link), self._by_tail)
        self._stage("changed query", self._lone_path(), self._by_path)
        self._stage("title and day", lambda k: k.title_date, self._by_title)
        self._stage("title", title_of, self._by_title)

    def _stage(self, how: str, name: Callable[[ItemKeys], str], accept: Callable[[ItemKeys, KnownItem], bool]) -> None:
        free: dict[str, list[KnownItem]] = defaultdict(list)
        for item in self.known:
            if item.id not in self.taken and (value := name(item.keys)):
                free[value].append(item)
        for exact in (True, False):
            for n in self.order:
                mine = self.entries[n].keys
                if n in self.found or not (value := name(mine)):
                    continue
                for item in free.get(value, [])[:_NAMESAKES]:
                    if exact and title_of(mine) != title_of(item.keys):
                        continue
                    if accept(mine, item):
                        self.found[n] = (item, how)
                        self.taken.add(item.id)
                        free[value].remove(item)
                        break

    def _ids_churn(self) -> bool:
        """Whether addresses stay while every id changes."""
        ids = {bare(item.keys.link): item.keys.guid for item in reversed(self.known) if item.keys.guid and item.keys.link}
        mine = [(p.keys.guid, ids.get(bare(p.keys.link))) for n, p in enumerate(self.entries) if p.keys.guid and p.keys.link]
        changed = sum(1 for guid, old in mine if old is not None and old != guid)
        return changed >= 2 and not any(how == "id" for _, how in self.found.values())

    def _by_guid(self, mine: ItemKeys, item: KnownItem) -> bool:
        """An old id under a new title *and* a new address is another document (a publisher's mistake, but a real one)."""
        theirs = item.keys
        if not mine.link or not theirs.link or alike(mine, theirs):
            return True
        return not other_document(mine, theirs) and bare(mine.path) == bare(theirs.path)

    def _by_link(self, mine: ItemKeys, item: KnownItem) -> bool:
        """An old address under a new title and a new id is another one only where the address is a landing page."""
        theirs = item.keys
        if not mine.guid or not theirs.guid or mine.guid == theirs.guid or self.churn:
            return True
        return alike(mine, theirs) or specific(mine.link)

    def _by_tail(self, mine: ItemKeys, item: KnownItem) -> bool:
        return alike(mine, item.keys) and _days_agree(mine, item.keys)

    def _by_path(self, mine: ItemKeys, item: KnownItem) -> bool:
        if other_document(mine, item.keys) or not _days_agree(mine, item.keys):
            return False
        return alike(mine, item.keys) or (specific(mine.path) and self._still_there(mine, item))

    def _lone_path(self) -> Callable[[ItemKeys], str]:
        """The path as a name, where it is one: `detail.jsp` behind every row is none."""
        here = Counter(bare(p.keys.path) for p in self.entries)
        there = Counter(bare(k.keys.path) for k in self.known)
        return lambda k: bare(k.path) if here[bare(k.path)] <= 1 and there[bare(k.path)] <= 1 else ""

    def _by_title(self, mine: ItemKeys, item: KnownItem) -> bool:
        theirs = item.keys
        if other_document(mine, theirs) or not _days_agree(mine, theirs):
            return False
        dated = printed_day(mine) is not None and printed_day(theirs) is not None
        if not dated and _width(title_of(mine)) < _TELLING:
            return item.id in self.shown
        return self._still_there(mine, item)

    def _still_there(self, mine: ItemKeys, item: KnownItem) -> bool:
        """A name as weak as a title is believed for what stood there just now, what came back, or what moved house."""
        moved = bool(mine.link and item.keys.link) and host(mine.link) != host(item.keys.link)
        return item.id in self.shown or item.gone or moved or not mine.link or not item.keys.link


def alike(one: ItemKeys, two: ItemKeys) -> bool:
    """Whether two titles can be one title before and after an edit. Numbers tell documents apart (No. 5 and No. 6)."""
    first, second = title_of(one), title_of(two)
    if first == second or not first or not second:
        return True
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    judge = SequenceMatcher(None, first, second, autojunk=False)
    return judge.real_quick_ratio() >= _ALIKE and judge.quick_ratio() >= _ALIKE and judge.ratio() >= _ALIKE


def _days_agree(one: ItemKeys, two: ItemKeys) -> bool:
    first: date | None = printed_day(one)
    second: date | None = printed_day(two)
    return first is None or second is None or first == second


def _sort_key(found: ItemKeys) -> tuple[str, ...]:
    return (found.link, found.guid, found.title_date)


def _width(title: str) -> int:
    return sum(2 if char > "\u2e7f" else 1 for char in title)
