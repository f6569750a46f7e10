"""Items: documents with their history."""

from pydantic import Field

from cgtwatch.web.api.shapes.common import Day, Instant, Shape
from cgtwatch.web.api.shapes.events import Labels, Span


class Attachment(Shape):
    """A file beside a document."""

    url: str
    name: str
    sha256: str = Field(description="Empty while it was not read.")
    size: int


class Item(Labels):
    """One document with its latest revision, as `cgtwatch items --json` prints it."""

    id: str
    source: str
    url: str
    title: str
    date: Day | None
    published: Day | None
    language: str
    attachments: list[Attachment]
    evidence: dict[str, list[Span]]
    confidence: dict[str, float]
    first_seen: Instant
    last_seen: Instant
    last_changed: Instant
    gone: bool = Field(description="Its source does not list it any more.")
    revision: int
    cluster: str
    thread: str
    seq: int


class Items(Shape):
    """A page of items."""

    items: list[Item]
    next: str | None


class Revision(Shape):
    """One version of a document."""

    number: int
    title: str
    url: str
    seen_at: Instant
    published: Day | None
    language: str | None
    characters: int = Field(description="Length of its text.")
    archive_key: str | None
    text: str | None = Field(None, description="With `text=1`.")


class Revisions(Shape):
    """All versions of a document, oldest first."""

    item: str
    revisions: list[Revision]


class Diff(Shape):
    """What changed between two versions, as `cgtwatch diff --json` prints it."""

    item: str
    summary: str
    lines: list[str] = Field(description="`+` new, `-` old, a blank: unchanged; `{+words+}` and `[-words-]` inside a line.")
    from_: int = Field(alias="from")
    to: int
