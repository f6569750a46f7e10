"""Events: one act of one or more authorities, and what hangs on it."""

from typing import Any

from pydantic import Field

from cgtwatch.model.event import AnnouncementKind, Relation
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.web.api.shapes.common import Day, Instant, Shape


class Span(Shape):
    """A stretch of the document (title, a line break, text) that a value rests on; half-open, in characters."""

    start: int
    end: int
    text: str
    of: str | None = Field(None, description="Stands only where the value is not of the document: `source` or `feedback`.")


class Labels(Shape):
    """The fields of the taxonomy."""

    cgt: bool = Field(description="It is about cells or genes as therapy.")
    policy: bool = Field(description="It is an act of an authority.")
    relevant: bool = Field(description="Both.")
    modalities: list[Modality]
    doc_type: DocType
    stage: Stage
    jurisdiction: str | None = Field(description="ISO 3166: `CN`, `CN-31`, `US`, `EU`.", examples=["CN"])
    issuers: list[str] = Field(examples=[["nmpa", "cde"]])
    level: Level | None
    document_number: str | None
    document_date: Day | None
    effective_date: Day | None
    comment_deadline: Day | None
    importance: Importance
    topics: list[str] = Field(description="Topics of your own rules.")


class Event(Labels):
    """One event, as `cgtwatch events --json` prints it. Lists are never null, instants are UTC."""

    id: str
    item: str = Field(description="The document that tells of it.")
    source: str
    url: str
    title: str
    date: Day | None = Field(description="The day of the act: its own date, else when it was published.")
    published: Day | None
    language: str
    summary: str
    evidence: dict[str, list[Span]]
    confidence: dict[str, float]
    first_seen: Instant
    last_changed: Instant
    revision: int
    cluster: str = Field(description="The event that stands for all reports of this act.")
    thread: str = Field(description="The event that stands for the life of this act, from draft to repeal.")
    seq: int = Field(description="Number of its latest announcement, in the order of commits; 0: never announced.")


class Events(Shape):
    """A page of events."""

    events: list[Event]
    next: str | None = Field(description="`cursor` of the following page; null: there is none.")
    seq: int = Field(description="Where to go on: what comes after this page has a higher number (`after_seq`).")


class Deadline(Event):
    """An event that takes comments."""

    days_left: int


class Deadlines(Shape):
    """What is open for comment, soonest first."""

    deadlines: list[Deadline]
    today: Day


class Announcement(Shape):
    """Why an event was told at one time."""

    seq: int
    kind: AnnouncementKind
    at: Instant
    change: str = Field(description="What changed, in a line.")
    event: Event


class Announcements(Shape):
    """A page of what was told."""

    announcements: list[Announcement]
    seq: int = Field(description="`after_seq` of the following page.")
    more: bool = Field(description="Whether it is there already.")


class Choice(Shape):
    """One value of a facet."""

    value: str
    count: int


class Facets(Shape):
    """How many events each value would leave, by the name of the query."""

    total: int
    facets: dict[str, list[Choice]]


class Link(Shape):
    """How one event stands to another."""

    event: str
    other: str
    relation: Relation
    reason: str


class Step(Shape):
    """An event of a thread."""

    event: str
    date: Day | None
    stage: Stage
    title: str


class Thread(Shape):
    """The life of an act, by day, and what holds it together."""

    thread: str
    events: list[Event]
    links: list[Link]


class Mark(Shape):
    """What a person says of an event, and what was read in its place."""

    event: str
    labels: dict[str, Any]
    read: dict[str, Any]
    by: str
    at: Instant
    note: str


class Marked(Shape):
    """The event as it is now, and what was said of it."""

    mark: Mark | None
    cleared: bool | None = Field(None, description="Of a clearing: whether something had been said.")
    event: Event


class MarkAsked(Shape):
    """What was read wrongly of an event."""

    relevant: bool | None = Field(None, description="It is, or is not, policy about cell or gene therapy.")
    fields: dict[str, str | list[str] | bool | None] = Field(
        default_factory=dict,
        description="Field → right value; empty or null: the document says none.",
        examples=[{"stage": "issued"}],
    )
    note: str | None = Field(None, max_length=1000)


class Visit(Shape):
    """A visit that brought a revision."""

    at: Instant
    url: str
    outcome: str
    status: int | None
    size: int
    archive_key: str | None


class RevisionNamed(Shape):
    """A version of the document."""

    number: int
    seen_at: Instant
    title: str
    url: str
    archive_key: str | None


class AttachmentNamed(Shape):
    """A file beside the document."""

    name: str | None
    url: str
    size: int | None
    sha256: str | None


class Announced(Shape):
    """That the event was told."""

    seq: int
    kind: AnnouncementKind
    at: Instant
    change: str


class Waits(Shape):
    """A subscription that no digest has told yet, and why."""

    seq: int
    subscription: str
    wanted: bool | None
    reason: str
    due: Instant | None


class Told(Shape):
    """What one subscription's digest did with one announcement."""

    seq: int
    subscription: str
    wanted: bool
    reason: str
    delivery: str | None
    state: str | None
    sent_at: Instant | None


class Explanation(Shape):
    """The chain from the source to the readers, as `cgtwatch explain --json` prints it."""

    event: Event
    item: str
    withdrawn: bool
    fetches: list[Visit]
    revisions: list[RevisionNamed]
    attachments: list[AttachmentNamed]
    feedback: Mark | None
    links: list[Link]
    announcements: list[Announced]
    thread: list[Step]
    thread_links: list[Link]
    waiting: list[Waits]
    told: list[Told]
