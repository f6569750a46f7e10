"""What an address offers to be watched: feeds, maps of the site, and lists of documents."""

from dataclasses import dataclass

from cgtwatch.model.draft import Draft
from cgtwatch.model.source import ListRule, Paging


@dataclass(frozen=True, slots=True)
class Announced:
    """A feed that a page names."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ListProposal:
    """Repeated rows of a page as a rule that finds them, with the entries it gives. `dated` of the `drafts` have a day."""

    rule: ListRule
    drafts: tuple[Draft, ...]
    dated: int
    paging: Paging | None = None


@dataclass(frozen=True, slots=True)
class PageOffer:
    """What one page offers; the lists best first."""

    title: str
    language: str | None
    feeds: tuple[Announced, ...] = ()
    lists: tuple[ListProposal, ...] = ()
    warnings: tuple[str, ...] = ()
