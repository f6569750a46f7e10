"""What differs between the kinds of source when two visits are compared: one line a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cgtwatch.model.source import Kind


@dataclass(frozen=True, slots=True)
class Traits:
    """How far a kind's visits can be believed."""

    single: bool = False  # one document under one address, however it is titled
    may_be_empty: bool = False  # no entries at the very first look is an answer, no mistake
    may_become_empty: bool = False  # no entries after there were some is an answer too
    floods: bool = False  # many new entries at once are normal
    complete: bool = False  # everything there is is listed: what is not listed is gone


TRAITS: Mapping[Kind, Traits] = MappingProxyType(
    {
        Kind.FEED: Traits(may_be_empty=True),
        Kind.LIST: Traits(),
        Kind.PAGE: Traits(single=True),
        Kind.FOLDER: Traits(may_be_empty=True, may_become_empty=True, floods=True, complete=True),
    }
)


def traits(kind: Kind) -> Traits:
    """The traits of `kind`; a kind without a line here is treated with most caution."""
    return TRAITS.get(kind, Traits())
