"""All that a check of the guard may look at, and what several checks ask of it."""

from dataclasses import dataclass
from functools import cached_property

from cgtwatch.diff.matching import Matching, Pair
from cgtwatch.diff.sketch import CONFIRMED_AT, ENDLESS, marks
from cgtwatch.diff.traits import Traits, traits
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.item import KnownItem, SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.text.canonical import canonical
from cgtwatch.text.similarity import shingles

COMPARED = 60_000  # characters of a watched page that are looked at for likeness
_HEAD = 4000  # bytes
_TITLED = 16  # mean width of titles that are no menu (a Chinese character counts two)
_LONE = 24  # likewise of one or two rows
_SOME = 3  # rows that look like entries, from which on the others are furniture


@dataclass(frozen=True)
class Look:
    """A visit in the light of what was known."""

    source: Source
    state: SourceState
    visit: Fetched
    parsed: Parsed
    found: Matching

    @cached_property
    def traits(self) -> Traits:
        return traits(self.source)

    @cached_property
    def body(self) -> str:
        """The text of the first answer."""
        return decoded(self.visit, self.parsed.encoding)

    @cached_property
    def head(self) -> str:
        """Its beginning, which tells of what sort it is."""
        return self.visit.body[:_HEAD].decode("utf-8", "replace")

    @property
    def history(self) -> bool:
        """Whether anything was known of the source."""
        return self.state.baseline_done or bool(self.found.shown)

    @property
    def kept_by_hand(self) -> bool:
        """Whether a person let go what was held: then it is counted but no picture of it is left."""
        return not self.state.held_as and self.state.held >= CONFIRMED_AT - 1

    @property
    def endless(self) -> bool:
        """Whether the source's good pages never say that they are over."""
        return ENDLESS in marks(self.state)

    @cached_property
    def entries(self) -> tuple[Pair, ...]:
        """The rows that look like entries; all of them where these cannot be told from a menu."""
        if self.source.kind is not Kind.LIST:
            return self.found.pairs
        telling = tuple(p for p in self.found.pairs if _tells(p.draft.title, p.draft.published_on or p.draft.published))
        return telling if len(telling) >= _SOME or self.shown_entries != self.found.shown else self.found.pairs

    @cached_property
    def shown_entries(self) -> tuple[KnownItem, ...]:
        """Likewise of what stood there last. Only a list's selector finds menus."""
        if self.source.kind is not Kind.LIST:
            return self.found.shown
        telling = tuple(item for item in self.found.shown if _tells(item.title, item.published_on))
        return telling if len(telling) >= _SOME else self.found.shown

    @cached_property
    def standing(self) -> int:
        """How many of the entries that stood there last still do."""
        ids = {item.id for item in self.shown_entries}
        return sum(1 for pair in self.found.pairs if pair.known is not None and pair.known.id in ids)

    @cached_property
    def known_page(self) -> tuple[Draft, KnownItem] | None:
        """A watched page as it is and as it was; None where its text was never read."""
        met = self.found.met if self.traits.single else ()
        return (met[0][0].draft, met[0][1]) if met and met[0][1].text else None

    @cached_property
    def kept(self) -> tuple[float, float]:
        """Of a watched page: the share of its old text that still stands, and its likeness to what it was (0 to 1 both)."""
        if self.known_page is None:
            return 0.0, 0.0
        draft, known = self.known_page
        if draft.text == known.text:
            return 1.0, 1.0
        old, new = shingles(known.text[:COMPARED]), shingles(draft.text[:COMPARED])
        both = len(old & new)
        return (both / len(old) if old else 0.0), (both / len(old | new) if old or new else 0.0)

    @cached_property
    def added(self) -> str:
        """The lines of a watched page that did not stand there before; all of them where nothing is known."""
        if self.known_page is None:
            return self.parsed.drafts[0].text if self.parsed.drafts else ""
        draft, known = self.known_page
        before = {canonical(line) for line in known.text.splitlines()}
        return "\n".join(line for line in draft.text.splitlines() if canonical(line) not in before)


def decoded(visit: Fetched, encoding: str) -> str:
    """The text of an answer."""
    try:
        return visit.body.decode(encoding, "replace")
    except LookupError:
        return visit.body.decode("utf-8", "replace")


def tells(drafts: tuple[Draft, ...]) -> bool:
    """Whether rows look like entries and not like a menu: dated, or with titles as long as those of documents."""
    if not drafts:
        return False
    if 2 * sum(1 for draft in drafts if draft.published_on or draft.published) >= len(drafts):
        return True
    mean = sum(_width(draft.title) for draft in drafts) / len(drafts)
    return mean >= (_TITLED if len(drafts) >= 3 else _LONE)


def _tells(title: str, when: object) -> bool:
    return bool(when) or len(title) >= _TITLED or _width(title) >= _TITLED


def _width(title: str) -> int:
    return sum(2 if char > "\u2e7f" else 1 for char in title)
