"""What a composer knows beside the announcements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cgtwatch.compose.render import SHIPPED, Renders
from cgtwatch.compose.thread import Step
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Names
from cgtwatch.model.translation import Translation


def _open(page: str) -> str:
    """A page that needs no key."""
    return page


def _nothing(_event: PolicyEvent) -> None:
    """Nobody translates."""


@dataclass(frozen=True, slots=True)
class DigestContext:
    """Names, counts and neighbours that a message mentions.

    `open_consultations` are those that the reader wants (the caller has chosen), `why` holds the reason codes of the choice by
    event id, `public_url` is where the web page stands (None: nothing is linked to it).
    """

    issuer_names: Mapping[str, Names] = field(default_factory=dict)
    source_names: Mapping[str, Names] = field(default_factory=dict)
    public_url: str | None = None
    open_consultations: Sequence[PolicyEvent] = ()
    sources_watched: int = 0
    stored: int = 0
    why: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topic_names: Mapping[str, Names] = field(default_factory=dict)  # of the user's own topics, by id
    steps: Mapping[str, Sequence[Step]] = field(default_factory=dict)  # before and after an act, by event id
    sources_answered: int | None = None  # of those watched, at their last visit; None: not known
    templates: Renders = SHIPPED  # or the user's own
    unlimited: bool = False  # a page has room for all that is told, a mail has not
    keyed: Callable[[str], str] = (
        _open  # a page of ours (`/events/ID`) as a message links it: with the key that opens it to readers
    )
    translated: Callable[[PolicyEvent], Translation | None] = _nothing  # what a machine made of it in the reader's language
