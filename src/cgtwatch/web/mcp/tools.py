"""The tools: what each does with the store, whoever asks by whichever transport."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from cgtwatch.app import App
from cgtwatch.compose.review import By, Period
from cgtwatch.ops.explained import explained, explanation_record
from cgtwatch.ops.review import reviewed, written
from cgtwatch.web.filters import read
from cgtwatch.web.mcp.answers import Chain, Deadline, Deadlines, Found, Report, chain_of, event_of

MOST_EVENTS, MOST_STEPS = 50, 20
MOST_DAYS = 366  # of a report
LONGEST_REPORT = 60_000  # characters
Words = Annotated[list[str] | None, Field(description="Any of these.", max_length=60)]
Day = Annotated[str | None, Field(description="A day, 2026-07-08, or a month, 2026-07.", max_length=20)]


class Tools:
    """The four questions. Every method raises `CgtwatchError` or ValueError with the mend."""

    def __init__(self, app: App) -> None:
        self._app, self._home = app, app.settings.home

    def search_events(  # noqa: PLR0913, PLR0917 - each is a field of its schema
        self,
        query: Annotated[str, Field(description='Words that all occur; -word, a OR b, "a phrase".', max_length=500)] = "",
        jurisdiction: Annotated[list[str] | None, Field(description="ISO 3166: CN (with its provinces), CN-31, US, EU.")] = None,
        issuer: Annotated[list[str] | None, Field(description="Ids of authorities: nmpa, cde, fda, ema …")] = None,
        doc_type: Words = None,
        stage: Words = None,
        modality: Annotated[list[str] | None, Field(description="car_t, stem_cell, gene_therapy, gene_editing …")] = None,
        level: Words = None,
        source: Words = None,
        importance: Annotated[Literal["low", "medium", "high"] | None, Field(description="At least.")] = None,
        since: Day = None,
        until: Day = None,
        open: Annotated[bool, Field(description="Only what takes comments today.")] = False,
        limit: Annotated[int, Field(ge=1, le=MOST_EVENTS)] = 20,
        after: Annotated[str | None, Field(description="`next` of the page before.", max_length=80)] = None,
    ) -> Found:
        """Find policy events on cell and gene therapy: drafts for comment, rules, approvals, safety notices; latest change first."""
        many = {
            "jurisdiction": jurisdiction, "issuer": issuer, "doc_type": doc_type, "stage": stage, "modality": modality, "level": level,
            "source": source,
        }  # fmt: skip
        single = {
            "query": query,
            "importance": importance,
            "since": since,
            "until": until,
            "open": "1" if open else None,
            "after": after,
        }
        asked = read(_pairs(many.items(), single.items()), self._today, self._app.topic_names())
        found = self._app.store.events(replace(asked.query, limit=limit + 1))
        return Found(
            events=[event_of(one, self._home) for one in found[:limit]],
            next=found[limit - 1].id if len(found) > limit else None,
            not_understood={name: list(values) for name, values in asked.wrong.items()},
        )

    def explain(self, event: Annotated[str, Field(description="`id` of an event.", max_length=200)]) -> Chain:
        """Why an event is known: source, visits, revisions, the words each field rests on, related acts, announcements."""
        found, beside = explained(self._app, event)
        return chain_of(explanation_record(found, replace(beside, readers=())), event_of(found.event, self._home), MOST_STEPS)

    def deadlines(
        self,
        within_days: Annotated[int | None, Field(description="Only those that end so soon.", ge=0, le=3660)] = None,
        jurisdiction: Annotated[list[str] | None, Field(description="ISO 3166, any of these; CN takes its provinces.")] = None,
        limit: Annotated[int, Field(ge=1, le=MOST_EVENTS)] = 20,
    ) -> Deadlines:
        """What is open for comment, soonest deadline first."""
        today = self._today
        found = []
        for event in self._app.store.open_consultations(today):
            ends = event.labels.comment_deadline
            near = ends is not None and (within_days is None or ends <= today + timedelta(days=within_days))
            if ends is not None and near and _within(event.labels.jurisdiction, jurisdiction):
                found.append(Deadline(days_left=(ends - today).days, event=event_of(event, self._home)))
        found.sort(key=lambda one: (one.days_left, one.event.title))
        return Deadlines(today=today.isoformat(), open=found[:limit], more=max(0, len(found) - limit))

    def report(
        self,
        first: Annotated[date, Field(description="First day of the period.")],
        last: Annotated[date, Field(description="Last day, at most a year later.")],
        language: Literal["zh", "en"] = "en",
        by: Annotated[By, Field(description="Chapters by level, or by country.")] = By.LEVEL,
        jurisdiction: Annotated[str, Field(description="One place and its parts; empty: all.", max_length=10)] = "",
    ) -> Report:
        """The policy review of a period as Markdown: national level first, then places, by date, each act with its sources."""
        if not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
            raise ValueError(f"last must not be before first, nor more than {MOST_DAYS} days after it")
        found = reviewed(self._app, Period(first, last), by, language, jurisdiction.upper())
        text = written(self._app, found, "md", language).decode()
        whole = len(text) <= LONGEST_REPORT
        page = f"{self._home}/report?from={first.isoformat()}&to={last.isoformat()}&by={by.value}"
        shown = text if whole else text[: text.rfind("\n", 0, LONGEST_REPORT) + 1]
        return Report(
            first=first.isoformat(), last=last.isoformat(), acts=len(found.acts), markdown=shown, truncated=not whole, page=page
        )

    @property
    def _today(self) -> date:
        return self._app.today()


def _pairs(many: Iterable[tuple[str, list[str] | None]], single: Iterable[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """What is asked for, as an address has it."""
    return [(name, value) for name, values in many for value in values or ()] + [(name, value) for name, value in single if value]


def _within(place: str | None, asked: list[str] | None) -> bool:
    """Whether a place is one of those, or a part of one (ISO 3166-2)."""
    here = (place or "").upper()
    return not asked or any(here == one.upper() or here.startswith(f"{one.upper()}-") for one in asked)
