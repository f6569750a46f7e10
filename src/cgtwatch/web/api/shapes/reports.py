"""Reports: the policy review of a period."""

from typing import Any

from pydantic import Field

from cgtwatch.web.api.shapes.common import Day, Shape
from cgtwatch.web.api.shapes.events import Event


class NamedReport(Shape):
    """Another report of the same act."""

    id: str
    source: str
    title: str
    url: str


class Related(Shape):
    """A step before or after the act."""

    relation: str
    event: str
    date: Day | None
    title: str


class Act(Event):
    """An act of the period under its headings."""

    part: str
    place: str | None
    reports: list[NamedReport]
    steps: list[Related]


class Review(Shape):
    """The review as records, in the order of the document."""

    acts: list[Act]
    summary: dict[str, Any] = Field(description="`from`, `to` and the numbers of the period.")
