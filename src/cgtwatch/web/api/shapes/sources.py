"""Sources: what is watched, and how it is."""

from typing import Any

from pydantic import Field

from cgtwatch.web.api.shapes.common import Instant, Shape


class Named(Shape):
    """A name in both languages."""

    zh: str
    en: str


class Source(Shape):
    """A source with its health, as `cgtwatch sources list --json` prints it."""

    id: str
    name: Named
    kind: str
    enabled: bool
    health: str = Field(description="A word: ok, silent, failing, held, off, …")
    since: Instant | None
    what: str
    hint: str
    last_visit: Instant | None
    last_ok: Instant | None
    last_new: Instant | None
    expected_next: Instant | None
    next_poll: Instant | None
    items: int
    failures: int
    held: int = Field(description="Pages that the guard doubts.")
    error: str | None
    message: str
    issuer: str | None
    jurisdiction: str | None
    language: str | None
    url: str


class Sources(Shape):
    """All sources of the file."""

    sources: list[Source]


class SourceVisit(Shape):
    """One line of the log of visits."""

    at: Instant
    requested: str
    url: str
    outcome: str
    status: int | None
    error: str | None
    message: str
    size: int = Field(description="Bytes read.")
    seconds: float
    requests: int
    new: int
    updated: int
    gone: int


class Visits(Shape):
    """Visits to a source, newest first."""

    source: str
    visits: list[SourceVisit]


class Found(Shape):
    """A row that a dry visit read."""

    title: str
    url: str
    published: str | None


class Tested(Shape):
    """One visit whose result is only shown; `error` is null where it was read and believed."""

    source: str
    error: str | None
    hint: str
    status: int | None
    seconds: float
    items: list[Found]
    warnings: list[str]
    encoding: str | None = None
    next: str | None = None


class Address(Shape):
    """An address to look at."""

    url: str = Field(examples=["https://www.example.org/news"], max_length=2000)


class Proposal(Shape):
    """A source that the address offers; `proposal` is null where it offers none, and `error` says why."""

    proposal: str | None
    url: str
    title: str | None = None
    count: int | None = Field(None, description="Rows that it shows.")
    dated: int | None = Field(None, description="Rows with a date.")
    entry: str | None = Field(None, description="As lines of sources.yaml.")
    keys: dict[str, Any] | None = Field(None, description="The same as an object, to be added.")
    items: list[Found] | None = None
    error: str | None = None
    hint: str | None = None


class Discovered(Shape):
    """What an address offers, best first."""

    proposals: list[Proposal]


class NewSources(Shape):
    """Sources with the keys of sources.yaml."""

    entries: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=2000,
        examples=[[{"id": "agency", "name": "Agency", "kind": "feed", "url": "https://www.example.org/feed"}]],
    )


class SourceValues(Shape):
    """What may be changed of a source; what is left out stays as it is."""

    name: str | dict[str, str] | None = None
    url: str | None = None
    every: str | None = Field(None, examples=["6h"])
    issuer: str | None = None
    jurisdiction: str | None = None
    level: str | None = None
    language: str | None = None
    timezone: str | None = None


class Switch(Shape):
    """A source after a change of the file."""

    source: str
    name: Named
    enabled: bool
    changed: bool = Field(description="Whether it was otherwise before.")
    file: str


class Switched(Shape):
    """Sources after a change of the file."""

    sources: list[Switch]


class Unwatched(Shape):
    """A source that left the file."""

    source: str
    removed: bool
    file: str


class Polled(Shape):
    """A visit, as `cgtwatch poll --json` prints it."""

    source: str
    outcome: str
    status: int | None
    new: int
    updated: int
    gone: int
    requests: int
    bytes: int
    seconds: float
    error: str | None
    announced: int
    baseline: bool
    notes: list[str]


class Release(Shape):
    """Whether what the guard holds is to be believed."""

    keep: bool


class Released(Shape):
    """What was let go."""

    source: str
    released: int
    kept: bool
