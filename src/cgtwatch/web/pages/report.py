"""`/report`: the policy review of a period, to be read here and to be taken along as a file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.compose.review import By, Period
from cgtwatch.compose.review_view import said_period
from cgtwatch.compose.words import Words
from cgtwatch.ops.review import FORMS, IN_A_FILE, reviewed, viewed, written
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import whole
from cgtwatch.web.limits import Turns
from cgtwatch.web.pages.report_period import PRESETS, Piece, period_of, pieces, preset, usual, within
from cgtwatch.web.parts import Site
from cgtwatch.web.words import LANGUAGES, page_words

ON_A_PAGE = 60  # acts; a longer review is shown in pieces of whole days
# Acts in a file; writing one takes this process some seconds. The command has no limit.
WAITING = 4  # for the one document that is being written


def report_routes(site: Site) -> list[Route]:
    """The page, and its files."""
    page = _Page(site)
    return [Route("/report", page.show), Route("/report/review.{form}", page.file)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for. `good` is False where a part of it was not understood."""

    period: Period
    by: By
    place: str
    language: str
    page: int
    good: bool

    def address(self, path: str = "/report", period: Period | None = None, **more: Any) -> str:  # noqa: ANN401 - parts of an address
        days = period or self.period
        said = {"from": days.first, "to": days.last, "by": self.by, "jurisdiction": self.place, "in": self.language} | more
        return f"{path}?{urlencode([(name, str(value)) for name, value in said.items() if value])}"


class _Page:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site, self._app, self._turns = site, site.app, Turns(1, WAITING)

    def show(self, request: Request) -> Response:
        """The review within the frame of the site, with a table of contents; a long one in pieces."""
        said, today = wording(request), self._app.today()
        asked = _asked(request, today, said)
        counts = self._app.store.acts_by_day(asked.period.first, asked.period.last)
        every = pieces(asked.period, within(asked.place, counts), ON_A_PAGE)
        n = min(asked.page, len(every))
        piece = every[n - 1]
        found = reviewed(self._app, Period(piece.first, piece.last), asked.by, asked.language, asked.place)
        total = sum(each.count for each in every)
        values = {
            "asked": asked, "report": viewed(self._app, found, asked.language), "its": page_words(asked.language),
            "title": said.say("colon", a=said.say("nav_report"), b=said_period(asked.period, said)),
            "presets": [_preset(name, asked, today, said) for name in PRESETS], "bys": list(By), "languages": LANGUAGES,
            "offered": _places(counts, asked, said), "pieces": _pieces(every, asked, n, said) if len(every) > 1 else [],
            "total": total, "files": _files(asked, total), "limits": IN_A_FILE,
        }  # fmt: skip
        return self._site.answers.page(request, "report", values)

    def file(self, request: Request) -> Response:
        """The whole review as HTML, Markdown or Word; one is written at a time."""
        form = request.path_params["form"]
        if form not in FORMS:
            return self._site.answers.note(request, "not_found", 404)
        said, today = wording(request), self._app.today()
        asked = _asked(request, today, said)
        if not asked.good:
            return self._site.answers.note(request, "report_wrong", 400)
        counts = within(asked.place, self._app.store.acts_by_day(asked.period.first, asked.period.last))
        if sum(counts.values()) > IN_A_FILE[form]:
            return self._site.answers.note(request, "report_long", 413, what=said.say("report_long_what", n=IN_A_FILE[form]))
        with self._turns.turn():
            found = reviewed(self._app, asked.period, asked.by, asked.language, asked.place)
            body = written(self._app, found, form, asked.language)
        name = f"policy-review-{asked.period.first}-{asked.period.last}{'-' + asked.place if asked.place else ''}.{form}"
        return Response(body, media_type=FORMS[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _asked(request: Request, today: date, said: Words) -> _Asked:
    params = request.query_params
    first, last = params.get("from", "").strip(), params.get("to", "").strip()
    period, good = period_of(first, last, today) if first or last else (preset(usual(today), today), True)
    by, place, language = params.get("by", ""), params.get("jurisdiction", "").strip().upper(), params.get("in", "")
    known = place in said.tables["places"] or (place.replace("-", "").isalnum() and place.isascii() and len(place) <= 10)
    return _Asked(
        period, By(by) if by in frozenset(By) else By.LEVEL, place if known else "", language if language in LANGUAGES else said.language,
        max(1, whole(params.get("page", ""), 5) or 1), good and (known or not place),
    )  # fmt: skip


def _preset(name: str, asked: _Asked, today: date, said: Words) -> tuple[str, str, bool]:
    period = preset(name, today)
    return asked.address(period=period), said.say(f"report_preset_{name}"), period == asked.period


def _places(counts: Sequence[tuple[date, str, int]], asked: _Asked, said: Words) -> list[tuple[str, str]]:
    """The places that have acts in the period, with how many; a country before its parts. The one asked for is always among them."""
    found: Counter[str] = Counter()
    for _, place, number in counts:
        for one in {place, place.partition("-")[0]} - {""}:
            found[one] += number
    found[asked.place] += 0
    order = sorted((place for place in found if place), key=lambda one: (said.place_rank(one.partition("-")[0]), one))
    return [(one, said.say("report_place", name=said.place(one), n=found[one])) for one in order]


def _pieces(every: Sequence[Piece], asked: _Asked, current: int, said: Words) -> list[tuple[str, str, int, bool]]:
    return [
        (asked.address(page=n if n > 1 else ""), said_period(Period(one.first, one.last), said), one.count, n == current)
        for n, one in enumerate(every, start=1)
    ]


def _files(asked: _Asked, total: int) -> list[tuple[str, str]]:
    """The forms in which a review of that length is written."""
    return [(form, asked.address(f"/report/review.{form}")) for form, most in IN_A_FILE.items() if total <= most]
