"""`/api/report` and `/api/deadlines`: the review of a period, and what is open for comment."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cgtwatch.compose.calendar import calendar
from cgtwatch.compose.review import By, Period
from cgtwatch.compose.words import words
from cgtwatch.errors import ConfigError
from cgtwatch.ops.listed import deadline_record
from cgtwatch.ops.review import FORMS, IN_A_FILE, review_rows, reviewed, written
from cgtwatch.web.api.asked import Lang
from cgtwatch.web.api.described import also, reads, router
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.shapes.events import Deadlines
from cgtwatch.web.api.shapes.reports import Review

_FILES: dict[str, Any] = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in FORMS.values()}
_CALENDAR = "text/calendar"


def report_routes() -> APIRouter:
    """The address of reports."""
    to = router("reports")
    told = reads("The policy review of a period, as records or as a document.", Review, media=_FILES)
    to.add_api_route("/report", report, **told)
    return to


def deadline_routes() -> APIRouter:
    """The addresses of deadlines."""
    to = router("deadlines")
    to.add_api_route("/deadlines", every, **reads("What is open for comment, soonest first.", Deadlines))
    to.add_api_route("/deadlines.ics", dated, **reads("What is open for comment, as a calendar.", None, media=also(_CALENDAR)))
    return to


def report(
    here: Here,
    _grant: Reads,
    first: Annotated[
        date | None, Query(alias="from", description="First day; default: 1 January of the last day's year.")
    ] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day; default: today.")] = None,
    by: Annotated[By, Query(description="Chapters: levels with places beneath, or countries.")] = By.LEVEL,
    form: Annotated[Literal["json", "html", "md", "docx"], Query(alias="format")] = "json",
    lang: Lang = "zh",
) -> Response:
    """National level first, then places, by date, each act once with its sources."""
    end = last or here.app.today()
    begin = first or date(end.year, 1, 1)
    if begin > end:
        raise ConfigError([f"from {begin} is after to {end}; write the earlier day as from"])
    many, most = sum(number for *_, number in here.app.store.acts_by_day(begin, end)), IN_A_FILE.get(form, IN_A_FILE["md"])
    if many > most:
        raise ConfigError([f"from {begin} to {end}: {many} acts; at most {most} are told at once, so ask for less of a time"])
    with here.reports.turn():
        found = reviewed(here.app, Period(begin, end), by, lang)
        if form == "json":
            *acts, summary = review_rows(found)
            return JSONResponse({"acts": acts, **summary})
        name = f'attachment; filename="policy-review-{begin}-{end}.{form}"'
        return Response(written(here.app, found, form, lang), media_type=FORMS[form], headers={"Content-Disposition": name})


def every(here: Here, _grant: Reads) -> Response:
    """As `deadlines --json`; a deadline counts to the end of its day."""
    today = here.app.today()
    rows = [deadline_record(event, today) for event in here.app.store.open_consultations(today)]
    return JSONResponse({"deadlines": rows, "today": today.isoformat()})


def dated(here: Here, _grant: Reads, lang: Lang = "zh") -> Response:
    """RFC 5545; ids stay the same, so that a calendar program moves what is moved."""
    found = here.app.store.open_consultations(here.app.today())
    body = calendar(found, words(lang), here.app.issuer_names())
    return Response(body, media_type=f"{_CALENDAR}; charset=utf-8")
