"""What a webhook posts (Standard Webhooks 1.0): the same models describe the API's whole digests and `/api/schema/webhook.json`."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from cgtwatch.model.event import AnnouncementKind
from cgtwatch.web.api.shapes.common import Instant, Shape
from cgtwatch.web.api.shapes.events import Event
from cgtwatch.web.api.shapes.reports import NamedReport, Related

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SectionTitle(Shape):
    """A heading of the digest; events name it by its `key`."""

    key: str
    title: str


class StepWords(Shape):
    """A step before or after the act, in words."""

    how: str
    title: str
    link: str


class Words(Shape):
    """What a chat card shows, in the reader's language; empty strings are what is not known."""

    title: str
    link: str
    stored: str
    meta: str
    issuers: str
    stage: str
    doc_type: str
    place: str
    facts: str
    deadline: str
    days_left: str
    reminder: str
    badges: list[str]
    steps: list[StepWords]


class Translation(Shape):
    """What a machine made of it; never in the place of what the document says."""

    by: Literal["machine"]
    title: str
    summary: str


class Story(Event):
    """An event with what the digest says of it."""

    section: str
    kinds: list[AnnouncementKind] = Field(description="Why it is told.")
    changes: list[str]
    reports: list[NamedReport]
    steps: list[Related]
    words: Words
    why: list[str] = Field(description="Why this subscription wanted it.")
    translation: Translation | None = None


class Brief(Shape):
    """An event of a body that was told in short."""

    id: str
    title: str
    url: str


class Told(Shape):
    """What every message says of itself."""

    subscription: str = Field(description="Empty for the operator's alarms.")
    language: Literal["zh", "en"]
    why_subscribed: str


class DigestData(Told):
    """A digest."""

    intro: str
    count: int = Field(ge=0, description="Events that it tells.")
    sections: list[SectionTitle]
    events: list[Story]
    whole: str | None = Field(None, description="The page with all of it.")
    nothing_new: dict[str, int] | None = Field(None, description="Stands where nothing is new: what is watched.")
    welcome: dict[str, int] | None = Field(None, description="Stands in the first message: what is watched and stored.")


class ShortData(Told):
    """A digest over 20 kB: ids, titles and links, and where the rest is."""

    intro: str
    count: int = Field(ge=0)
    truncated: Literal[True]
    events: list[Brief]
    next: str | None = Field(description="GET it for the whole body; null: no public address is set.")
    whole: str | None = None
    nothing_new: dict[str, int] | None = None
    welcome: dict[str, int] | None = None


class AlarmWords(Shape):
    """An alarm in words."""

    subject: str
    detail: str
    hint: str
    span: str


class Alarm(Shape):
    """Trouble that began or ended."""

    key: str
    kind: str
    subject: str
    detail: str
    hint: str
    opened_at: Instant | None
    closed_at: Instant | None
    words: AlarmWords


class AlarmData(Told):
    """Trouble with sources or deliveries."""

    opened: list[Alarm]
    closed: list[Alarm]


class ShortAlarm(Told):
    """Alarms over 20 kB: how many there are is on the page."""

    truncated: Literal[True]
    events: list[Brief]
    next: str | None


class DigestCreated(Shape):
    """A digest of a cadence, a welcome, or that nothing is new."""

    type: Literal["digest.created"]
    timestamp: Instant
    data: DigestData | ShortData


class EventAlert(Shape):
    """What is told at once."""

    type: Literal["event.alert"]
    timestamp: Instant
    data: DigestData | ShortData


class SourceAlarm(Shape):
    """What the operator is told."""

    type: Literal["source.alarm"]
    timestamp: Instant
    data: AlarmData | ShortAlarm


class Body(RootModel[Annotated[DigestCreated | EventAlert | SourceAlarm, Field(discriminator="type")]]):
    """The body of a webhook."""


def webhook_schema(address: str) -> dict[str, Any]:
    """The schema of every body (JSON Schema 2020-12), known under `address`."""
    made = Body.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": address, **made, "title": "cgtwatch webhook"}
