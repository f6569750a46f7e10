"""What differs between the kinds of source when two visits are compared: one line a kind, and what a source says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cgtwatch.model.source import Kind, Source


@dataclass(frozen=True, slots=True)
class Traits:
    """How far a kind's visits can be believed."""

    single: bool = False  # one document under one address, however it is titled
    may_be_empty: bool = False  # no entries at the very first look is an answer, no mistake
    may_become_empty: bool = False  # no entries after there were some is an answer too
    floods: bool = False  # many new entries at once are normal
    complete: bool = False  # everything there is is listed: what is not listed is gone
    shrinks: bool = False  # that most of it goes at once is normal
    beside: bool = False  # several listings, one behind the other: what stands below another entry says nothing of it


TRAITS: Mapping[Kind, Traits] = MappingProxyType(
    {
        Kind.FEED: Traits(may_be_empty=True),
        Kind.LIST: Traits(),
        Kind.API: Traits(),
        Kind.PAGE: Traits(single=True),
        # A map holds what its owner cares to list: what goes from it need not be gone, and a flood is a new map more often than news.
        Kind.SITEMAP: Traits(),
        Kind.FOLDER: Traits(may_be_empty=True, may_become_empty=True, floods=True, complete=True, shrinks=True),
    }
)
_WINDOW = "{since"


def traits(source: Source) -> Traits:
    """The traits of `source`: those of its kind; an `api` may say that it gives everything, or be asked for a span of days only."""
    found = TRAITS.get(source.kind, Traits())
    if source.terms and not (source.api and source.api.whole):  # one term's answer may become empty while others stand
        found = replace(found, shrinks=True, beside=True)
    if source.kind is not Kind.API:
        return found
    if _asks_for_days(source):  # a quiet week has no answer
        return replace(found, may_be_empty=True, may_become_empty=True, shrinks=True)
    return replace(found, complete=source.api is not None and source.api.whole)


def _asks_for_days(source: Source) -> bool:
    asked = source.request
    values = [*asked.params, *asked.form, ("", asked.json or "")] if asked else []
    return _WINDOW in source.url or any(_WINDOW in value for _, value in values)
