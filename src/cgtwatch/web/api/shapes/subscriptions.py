"""Subscriptions: who gets what, when and where."""

from typing import Any, Literal

from pydantic import Field

from cgtwatch.model.subscription import Origin, Promise, Status
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.web.api.shapes.common import Instant, Shape


class Bounces(Shape):
    """What came back of mails, by kind."""

    hard: int
    soft: int
    complaint: int


class Row(Shape):
    """A subscription, as `cgtwatch subscriptions list --json` prints it; targets are masked."""

    name: str
    channel: str
    to: str
    cadence: str
    tz: str
    lang: str
    status: Status
    promise: Promise
    filter: dict[str, Any] = Field(description="What is asked for, by the names of the fields; an empty object: everything.")
    quiet: str | None
    nothing_new: bool
    most: int | None
    calendar: bool
    reminders: bool
    origin: Origin
    sent_upto: int
    created_at: Instant | None
    next_due: Instant | None
    note: str


class Subscription(Row):
    """A subscription with what came back."""

    bounces: Bounces


class Subscriptions(Shape):
    """A page of subscriptions by name."""

    subscriptions: list[Subscription]
    next: str | None


class Feeds(Shape):
    """Where a subscription is read; whoever knows an address may read it."""

    rss: str
    atom: str
    json_: str = Field(alias="json")


class Made(Row):
    """A new subscription: the only answer with its secrets."""

    secret: str | None = Field(None, description="Of a webhook: the key of its signatures (Standard Webhooks).")
    feeds: Feeds | None = None


class Changed(Row):
    """A subscription after a change."""

    changed: dict[str, list[Any]] = Field(description="Field → [before, now].")
    secret: str | None = None
    feeds: Feeds | None = None


class Resumed(Row):
    """A subscription after pause or resume."""

    waiting: int | None = Field(None, description="Events that came meanwhile.")


class Tried(Shape):
    """What became of the greeting."""

    delivery: str
    state: str
    answer: str


class Removed(Shape):
    """It has ended; or, with `erase=1`, how much of the person was forgotten."""

    name: str | None = None
    removed: bool | None = None
    names: list[str] | None = None
    subscriptions: int | None = None
    traces: int | None = Field(None, description="How often the target still stands in the database's file.")
    beyond: list[str] | None = Field(None, description="What is out of reach, a sentence each.")


class Rotated(Row):
    """A webhook with its new secret."""

    secret: str
    old_secret_until: Instant | None


class Person(Shape):
    """Everything that is stored about a person (GDPR articles 15 and 20)."""

    about: str
    exported_at: Instant
    subscriptions: list[dict[str, Any]]
    letters: list[str]
    links: list[dict[str, Any]]


class AppliedStep(Shape):
    """What becomes of one subscription of the file."""

    name: str
    action: str
    to: str
    changed: dict[str, Any]
    why: str | None
    secret: str | None = None
    feeds: Feeds | None = None


class Applied(Shape):
    """A plan, or what was done."""

    steps: list[AppliedStep]
    summary: dict[str, Any]


class Wishes(Shape):
    """What may be asked for. An empty list or `any` takes a part of the filter away."""

    to: str = Field(
        description="`mailto:…`, `https://…` (a webhook), `feed:`, `slack:https://…`, …: see the channels.",
        examples=["mailto:mei@example.org"],
    )
    topic: list[str] | None = Field(None, examples=[["car_t"]])
    jurisdiction: list[str] | None = Field(None, examples=[["CN"]])
    level: list[Level] | None = None
    issuer: list[str] | None = Field(None, examples=[["nmpa"]])
    doc_type: list[DocType] | None = None
    stage: list[Stage] | None = None
    importance: Importance | Literal["any"] | None = Field(None, description="At least.")
    query: str | None = Field(None, description="All these words occur.")
    cadence: str | None = Field(None, description="`now`, `hourly`, `daily@08:00`, `weekly@mon-08:00`, `monthly@1-08:00`.")
    tz: str | None = Field(None, examples=["Asia/Shanghai"])
    lang: Literal["zh", "en"] | None = None
    quiet: str | None = Field(None, examples=["22:00-07:00,weekends"])
    nothing_new: bool | None = Field(None, description="Say so where nothing is new.")
    most: int | str | None = Field(None, description="Events shown in a section, or `any`.", examples=[20])
    calendar: bool | None = Field(None, description="Attach the deadlines as a calendar.")
    reminders: bool | None = Field(None, description="Tell of deadlines that near.")
    promise: Promise | None = None


class NewSubscription(Wishes):
    """A new one: `to` is needed, all else as one likes."""

    name: str | None = Field(None, max_length=64, description="Made up where it is left out.", examples=["mei"])
    since: str | None = Field(None, description="Begin with what was announced since (ISO 8601).")


class ChangedWishes(Wishes):
    """What changes; what is left out stays as it is."""

    to: str = Field("", description="Another target.", examples=["mailto:mei@example.org"])


class File(Shape):
    """A file of subscriptions; what it may hold is told where such files are."""

    defaults: dict[str, Any] | None = Field(None, examples=[{"lang": "en"}])
    subscriptions: list[dict[str, Any]] = Field(
        examples=[[{"name": "desk", "to": "mailto:desk@example.org", "cadence": "weekly@mon-08:00"}]]
    )


class Rotation(Shape):
    """How long the old secret is good beside the new one."""

    keep: str = Field("24h", description="At most `30d`; `0s`: no longer.")
