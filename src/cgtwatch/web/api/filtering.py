"""The names with which events are asked for (`web/filters.py` reads them), as FastAPI describes them, and pages of what is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from cgtwatch.app import App
from cgtwatch.config.wishes import LONGEST_QUERY
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.web.api.here import MOST_ROWS
from cgtwatch.web.filters import MOST_VALUES, read
from cgtwatch.web.forms import Refused

_CODE = r"^[A-Za-z0-9][A-Za-z0-9:_.-]{0,79}$"
_DAY = r"^\d{4}-\d{2}(-\d{2})?$"
Code = Annotated[str, Field(pattern=_CODE)]
Day = Annotated[str, Field(pattern=_DAY)]
Codes = Annotated[list[Code], Field(max_length=MOST_VALUES)]
DocTypes = Annotated[list[DocType], Field(max_length=MOST_VALUES)]
Stages = Annotated[list[Stage], Field(max_length=MOST_VALUES)]
Levels = Annotated[list[Level], Field(max_length=MOST_VALUES)]
Row = dict[str, Any]


def _in_utc(moment: datetime) -> datetime:
    """The instant in UTC, where it has a year there. Raises ValueError."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("write a time of the years 0001 to 9999 (UTC)") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Named(BaseModel):
    """What events and items are both asked for. Of several values of a name any is enough; names must all agree."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        "", max_length=LONGEST_QUERY, description='Words; `-word` not this one, `a OR b`, `"one after the other"`.'
    )
    jurisdiction: Codes = Field([], description="ISO 3166; `CN` takes its provinces too.", examples=[["CN"]])
    issuer: Codes = Field([], description="Ids of the register.", examples=[["nmpa"]])
    doc_type: DocTypes = []
    stage: Stages = []
    modality: Codes = Field([], description="Modalities, and topics of your own rules.", examples=[[Modality.CAR_T.value]])
    topic: Codes = Field([], description="The same as `modality`.")
    importance: Importance | None = Field(None, description="At least.")
    since: Day | None = Field(None, description="First own day of the event, or its month.", examples=["2026-01"])
    until: Day | None = Field(None, description="Last own day of the event, or its month.", examples=["2026-06-30"])
    relevant: Literal["yes", "no", "any", "true", "false", "1", "0"] = Field(
        "yes", description="Without it only what is policy about cell or gene therapy."
    )
    source: Codes = []


class Filters(_Named):
    """What events are asked for."""

    level: Levels = []
    open: Annotated[str, Field(pattern=rf"^(1|0|yes|no|true|false|{_DAY[1:-1]})$")] | None = Field(
        None, description="`1`: takes comments today; a day: took them then."
    )


class EventsAsked(Filters):
    """What a list of events is asked for."""

    changed_since: Moment | None = Field(None, description="First seen or changed since (RFC 3339).")
    sort: Sort = Sort.CHANGED
    after_seq: int | None = Field(None, ge=0, lt=1 << 53, description="What was announced after this number, oldest first.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Events of a page.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class ItemsAsked(_Named):
    """What a list of items is asked for; `since` and `until` are the days on which we saw them, new or changed."""

    query: str = Field("", max_length=LONGEST_QUERY, description="Words that all occur.")
    since: Day | None = Field(None, description="First day on which it was new or changed here (UTC), or its month.")
    until: Day | None = Field(None, description="Last day on which it was new or changed here (UTC), or its month.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Items of a page.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class LiveAsked(Filters):
    """What a listener is told."""

    after_seq: int | None = Field(
        None, ge=0, lt=1 << 53, description="Begin after this number, where no `Last-Event-ID` is sent."
    )


def asked_query(app: App, request: Request) -> EventQuery:
    """What an address asks for. Raises `ConfigError` with every value that is none."""
    today = app.today()
    asked = read(request.query_params.multi_items(), today, app.topic_names())
    if asked.wrong:
        raise ConfigError([f"{name} {value!r} is not known" for name, values in asked.wrong.items() for value in values])
    return replace(asked.query, after=None)


def seen_between(query: EventQuery) -> EventQuery:
    """The query of items: its days are those on which they were seen, in UTC."""
    first, last = query.first, query.last
    until = _midnight(last) + timedelta(days=1) if last and last < date.max else None
    return replace(query, first=None, last=None, since=_midnight(first) if first else None, until=until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def page_of(find: Callable[[EventQuery], list[Row]], query: EventQuery, limit: int) -> tuple[list[Row], str | None]:
    """At most `limit` rows, and the cursor of the following page."""
    found = find(replace(query, limit=limit + 1))
    rows = found[:limit]
    return rows, rows[-1]["id"] if len(found) > limit else None


def known_cursor(cursor: str | None, known: Callable[[str], object]) -> str | None:
    """The cursor, where what it names is there. Raises `Refused`."""
    if cursor is None:
        return None
    try:
        known(cursor)
    except NotFound:
        raise Refused(400, "cursor: no such row; begin again without it") from None
    return cursor
