"""Which entries have which values, as sets of bits: counts of every value, totals and pages of any choice in a few milliseconds.

An entry is one bit; each value of a facet is a number with the bits of its entries set. A choice is a few ands and ors of such
numbers, and how many it leaves is a count of bits.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.records import EventQuery, Sort

FACETS = ("jurisdiction", "issuer", "doc_type", "stage", "modality", "importance", "level", "source", "month")
_CHOICES = {
    "jurisdiction": "jurisdictions", "issuer": "issuers", "doc_type": "doc_types", "stage": "stages", "modality": "topics",
    "level": "levels", "source": "sources",
}  # fmt: skip
_LEAST = (Importance.HIGH, Importance.MEDIUM, Importance.LOW, Importance.NONE)
_DUE = "due"  # months of comment deadlines: what `open_on` and `Sort.DEADLINE` look through
_NEVER = 0  # the ordinal of no day
_ONE = ord("1")
_FEW = 64  # bits that are taken one by one


@dataclass(frozen=True, slots=True)
class Facts:
    """What the facets keep of an entry. `values` are pairs of facet and value; days are proleptic ordinals, 0 for none."""

    entry: int
    live: bool
    relevant: bool
    values: tuple[tuple[str, str], ...]
    on: int = _NEVER
    deadline: int = _NEVER


class Facets:
    """The sets of all entries from `base` on. Not safe to change from two threads at once."""

    def __init__(self, base: int = 0) -> None:
        self._base = base
        self._bits: dict[str, dict[str, int]] = {name: {} for name in (*FACETS, _DUE)}
        self._live = self._relevant = self._over = 0
        self._on, self._due = array("i"), array("i")

    def __len__(self) -> int:
        return self._live.bit_count()

    @property
    def size(self) -> int:
        """Bytes in memory."""
        sets = sum(sys.getsizeof(bits) for values in self._bits.values() for bits in values.values())
        return sets + sum(sys.getsizeof(one) for one in (self._live, self._relevant, self._over, self._on, self._due))

    @property
    def span(self) -> int:
        """How many bits a set has, of entries that are live or not."""
        return len(self._on)

    def put(self, found: Iterable[Facts]) -> None:
        """Add entries, or let them say something else than before."""
        rows = list(found)
        if not rows:
            return
        self._lengthen(max(row.entry for row in rows) - self._base + 1)
        touched = _Set(self.span)
        fresh: dict[tuple[str, str], _Set] = {}
        live, relevant = _Set(self.span), _Set(self.span)
        for row in rows:
            at = row.entry - self._base
            touched.add(at)
            self._on[at], self._due[at] = row.on, row.deadline
            if not row.live:
                continue
            live.add(at)
            if row.relevant:
                relevant.add(at)
            for key in (*row.values, *_months(row)):
                if key not in fresh:
                    fresh[key] = _Set(self.span)
                fresh[key].add(at)
        self._replace(~touched.bits(), fresh)
        self._live = self._live & ~touched.bits() | live.bits()
        self._relevant = self._relevant & ~touched.bits() | relevant.bits()

    def set_over(self, entries: Iterable[int]) -> None:
        """Which entries are of acts that take no comments any more, whatever their deadlines say."""
        self._over = self.set_of(entries)

    def set_of(self, entries: Iterable[int]) -> int:
        """The set of these entries; those that are not known are left out."""
        base, end = self._base, self._base + self.span
        digits = bytearray(b"0") * (self.span or 1)  # of a binary number, read at once: much sooner than bit by bit
        for entry in entries:
            if base <= entry < end:
                digits[entry - base] = _ONE
        digits.reverse()
        return int(digits, 2)

    def among(self, found: int) -> Callable[[int], bool]:
        """Tells of an entry whether it is in the set `found`."""
        base, held = self._base, found.to_bytes((found.bit_length() + 7) // 8, "little")

        def has(entry: int) -> bool:
            byte, bit = divmod(entry - base, 8)
            return 0 <= byte < len(held) and bool(held[byte] >> bit & 1)

        return has

    # --- asking

    def total(self, query: EventQuery, words: int | None = None) -> int:
        """How many live entries a query finds; `words` are those that hold its words (None: it asks for none)."""
        return self._found(query, words).bit_count()

    def counts(self, query: EventQuery, words: int | None = None, names: Iterable[str] = FACETS) -> dict[str, dict[str, int]]:
        """For each facet how many entries each of its values would leave, were it chosen beside what is chosen of the others.

        Values without any entry are left out. A country counts its provinces; an importance counts what is more important.
        """
        base, choices = self._unfaceted(query, words), dict(self._choices(query))
        found: dict[str, dict[str, int]] = {}
        for name in names:
            rest = base
            for other, bits in choices.items():
                if other != name:
                    rest &= bits
            sums = {value: (rest & bits).bit_count() for value, bits in self._bits[name].items()} if rest else {}
            found[name] = {value: number for value, number in sums.items() if number}
        return found

    def page(self, query: EventQuery, words: int | None = None) -> list[int]:
        """The entries of the query's page in its order; `query.after` is not looked at, see `page_after`."""
        return self.page_after(None, query, words)

    def page_after(self, entry: int | None, query: EventQuery, words: int | None = None) -> list[int]:
        """The entries that come after `entry` (None: the first ones), at most `query.limit`."""
        found, room = self._found(query, words), query.limit if query.limit is not None else self.span
        last = None if entry is None or not 0 <= entry - self._base < self.span else entry - self._base
        page: list[int] = []
        for bucket in self._buckets(query):
            if last is not None:
                if not bucket.bits >> last & 1:
                    continue
                places, last = bucket.after(last, found, room), None
            else:
                places = bucket.places(found & bucket.bits, room - len(page))
            page += places
            if len(page) >= room:
                break
        return [place + self._base for place in page[:room]]

    # --- inside

    def _lengthen(self, size: int) -> None:
        for days in (self._on, self._due):
            days.extend([_NEVER] * (size - len(days)))

    def _replace(self, kept: int, fresh: Mapping[tuple[str, str], "_Set"]) -> None:
        for name, values in self._bits.items():
            for value, bits in values.items():
                values[value] = bits & kept
            self._bits[name] = {value: bits for value, bits in values.items() if bits}
        for (name, value), added in fresh.items():
            self._bits[name][value] = self._bits[name].get(value, 0) | added.bits()

    def _found(self, query: EventQuery, words: int | None) -> int:
        found = self._unfaceted(query, words)
        for _, bits in self._choices(query):
            found &= bits
        return found

    def _unfaceted(self, query: EventQuery, words: int | None) -> int:
        """What a query asks beside its facets."""
        found = self._live if words is None else self._live & words
        if query.relevant is not None:
            found &= self._relevant if query.relevant else ~self._relevant
        if query.open_on is not None:
            found &= self._days(_DUE, self._due, query.open_on, None) & ~self._over
        return found

    def _choices(self, query: EventQuery) -> Iterator[tuple[str, int]]:
        for name, asked in _CHOICES.items():
            if values := getattr(query, asked):
                yield name, _union(self._bits[name].get(str(value), 0) for value in values)
        if query.importance is not None:
            yield "importance", self._bits["importance"].get(str(query.importance), 0)
        if query.first is not None or query.last is not None:
            yield "month", self._days("month", self._on, query.first, query.last)

    def _days(self, name: str, days: Sequence[int], first: date | None, last: date | None) -> int:
        """The entries of these days, both included: whole months as they are, day by day where a month is cut."""
        low, high = first or date.min, last or date.max
        begin, end = low.isoformat()[:7], high.isoformat()[:7]
        found = 0
        for month, bits in self._bits[name].items():
            if begin < month < end:
                found |= bits
            elif month in (begin, end):
                wanted = _Set(self.span)
                for place in _places(bits):
                    if low.toordinal() <= days[place] <= high.toordinal():
                        wanted.add(place)
                found |= wanted.bits()
        return found

    def _buckets(self, query: EventQuery) -> Iterator["_Bucket"]:
        """The order of a query: one bucket after the other, each with an order of its own."""
        if query.sort is Sort.DATE:
            dated = self._bits["month"]
            yield from (_Bucket(dated[month], self._on, -1) for month in sorted(dated, reverse=True))
            yield _Bucket(self._live & ~_union(dated.values()))
        elif query.sort is Sort.DEADLINE:
            due, today = self._bits[_DUE], query.today or date.max
            coming = self._days(_DUE, self._due, today, None)
            yield from (_Bucket(due[month] & coming, self._due, 1) for month in sorted(due))
            yield from (_Bucket(due[month] & ~coming, self._due, -1) for month in sorted(due, reverse=True))
            yield _Bucket(self._live & ~_union(due.values()))
        elif query.sort is Sort.IMPORTANCE:
            before = 0
            for word in _LEAST:
                bits = self._bits["importance"].get(str(word), 0)
                yield _Bucket(bits & ~before)
                before |= bits
        else:
            yield _Bucket(self._live)


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Entries that stand together in an order: by their days (`way` 1: earliest first), and newest entry first."""

    bits: int
    days: Sequence[int] = ()
    way: int = 0

    def places(self, wanted: int, room: int) -> list[int]:
        """The first of the wanted ones."""
        if not self.way:
            return _newest(wanted, room)
        return sorted(_places(wanted), key=self._key)[:room]

    def after(self, last: int, found: int, room: int) -> list[int]:
        """The first of those found that come after the entry at `last`."""
        wanted = found & self.bits
        if not self.way:
            return _newest(wanted & ((1 << last) - 1), room)
        beyond = self._key(last)
        return sorted((place for place in _places(wanted) if self._key(place) > beyond), key=self._key)[:room]

    def _key(self, place: int) -> tuple[int, int]:
        return self.way * self.days[place], -place


class _Set:
    """A set of places being gathered."""

    def __init__(self, size: int) -> None:
        self._bytes = bytearray(size // 8 + 1)
        self._made: int | None = None

    def add(self, place: int) -> None:
        """One more."""
        self._bytes[place >> 3] |= 1 << (place & 7)

    def bits(self) -> int:
        """The set; nothing is added to it any more."""
        if self._made is None:
            self._made = int.from_bytes(self._bytes, "little")
        return self._made


def _months(row: Facts) -> Iterator[tuple[str, str]]:
    for name, day in (("month", row.on), (_DUE, row.deadline)):
        if day != _NEVER:
            yield name, date.fromordinal(day).isoformat()[:7]


def _union(sets: Iterable[int]) -> int:
    found = 0
    for bits in sets:
        found |= bits
    return found


def _places(bits: int) -> Iterator[int]:
    """The places of a set, lowest first."""
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def _newest(bits: int, room: int) -> list[int]:
    """The highest places of a set, highest first."""
    if room > _FEW:
        return list(_places(bits))[::-1][:room]
    found: list[int] = []
    while bits and len(found) < room:
        at = bits.bit_length() - 1
        found.append(at)
        bits ^= 1 << at
    return found
