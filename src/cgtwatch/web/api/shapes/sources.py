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
    held: bool
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


class Done(Shape):
    """What was done to a source, as the command prints it."""

    source: str
    done: dict[str, Any]
