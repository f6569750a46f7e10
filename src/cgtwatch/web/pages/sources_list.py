"""`/sources`: every source with its health and rhythm, to be filtered and sorted; quick for thousands."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.compose.words import Words
from cgtwatch.model.source import Kind
from cgtwatch.ops.sources import health_rows
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import whole
from cgtwatch.web.pages.rhythm import Rhythm, Rhythms, rhythm
from cgtwatch.web.pages.sources import ORDER, SourceLine, group_of, line_of, pulse, state_of
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

ROWS = 100
GROUPS = ("trouble", "never", "waiting", "ok", "off")
SORTS = ("health", "name", "place", "last_new", "last_ok", "next", "items")
_NEVER = datetime.min.replace(tzinfo=UTC)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for; empty parts ask for all."""

    q: str = ""
    state: str = ""
    jurisdiction: str = ""
    kind: str = ""
    sort: str = "health"
    page: int = 1

    def address(self, **other: str | int) -> str:
        """The page with these parts other than now; from its first part on unless `page` is among them."""
        given = {
            "q": self.q,
            "state": self.state,
            "jurisdiction": self.jurisdiction,
            "kind": self.kind,
            "sort": self.sort,
            **other,
        }
        kept = [
            (name, value) for name, value in given.items() if value and (name, value) not in (("sort", "health"), ("page", 1))
        ]
        return f"/sources?{urlencode(kept)}" if kept else "/sources"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the table. `heading` is set where another place begins in a table sorted by place."""

    line: SourceLine
    kind: str
    place: str
    issuer: str
    rhythm: Rhythm
    heading: str = ""


def asked_of(request: Request) -> Asked:
    """What the address asks for; what nobody knows is not asked."""
    given = {name: value.strip()[:100] for name, value in request.query_params.items()}
    return Asked(
        given.get("q", ""),
        given.get("state", "") if given.get("state") in GROUPS else "",
        given.get("jurisdiction", ""),
        given.get("kind", "") if given.get("kind") in set(Kind) else "",
        given.get("sort", "") if given.get("sort") in SORTS else "health",
        whole(given.get("page", ""), 4) or 1,
    )


def show(site: Site, rhythms: Rhythms, request: Request) -> Response:
    """The page."""
    app, said, asked = site.app, wording(request), asked_of(request)
    rows, now = list(health_rows(app, stored=True)), app.clock()
    by_text = [row for row in rows if _has(row, asked, said)]
    counts = Counter(group_of(row) for row in by_text)
    found = [row for row in by_text if not asked.state or group_of(row) == asked.state]
    found.sort(key=_order(asked.sort, said))
    first = (asked.page - 1) * ROWS
    shown = found[first : first + ROWS]
    past = rhythms.counts(app)
    names = app.issuer_names()
    listed: list[Listed] = []
    for row in shown:
        line = line_of(row, said)
        place = said.place(row["jurisdiction"]) or said.say("src_no_place")
        heading = place if asked.sort == "place" and (not listed or listed[-1].place != place) else ""
        issuer = said.issuers([row["issuer"]], names) if row["issuer"] else ""
        picture = rhythm(past.get(row["id"], {}), now, line.expected if row["enabled"] else None)
        listed.append(Listed(line, said.name("src_kinds", row["kind"]), place, issuer, picture, heading))
    values = {
        "pulse": pulse(rows, now), "polls": site.perform is not None, "all": len(rows), "found": len(found), "listed": listed, "asked": asked,
        "tabs": _tabs(asked, counts, said), "jurisdictions": _places(rows, said), "kinds": _kinds(rows, said),
        "sorts": [(one, said.say(f"src_sort_{one}")) for one in SORTS], "unset": _unset(asked, said),
        "newer": asked.address(page=asked.page - 1) if asked.page > 1 else None,
        "older": asked.address(page=asked.page + 1) if first + ROWS < len(found) else None,
        "first": first + 1, "last": first + len(shown), "done": request.query_params.get("done", ""),
    }  # fmt: skip
    return site.answers.page(request, "sources", values, headers=ASKING)


def _has(row: Row, asked: Asked, said: Words) -> bool:
    """Whether a row is asked for, its state left aside."""
    if asked.kind and row["kind"] != asked.kind:
        return False
    place = row["jurisdiction"] or ""
    if asked.jurisdiction and not (place == asked.jurisdiction or place.startswith(f"{asked.jurisdiction}-")):
        return False
    if not asked.q:
        return True
    names = (row["id"], *row["name"].values(), row["url"], row["issuer"] or "", said.place(place))
    text = _folded(" ".join(names))
    return all(word in text for word in _folded(asked.q).split())


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _order(sort: str, said: Words) -> Callable[[Row], Any]:
    """What rows are sorted by; of equal ones the order of the file stays."""

    def late(name: str) -> Callable[[Row], Any]:
        return lambda row: -_instant(row[name]).timestamp() if row[name] else float("inf")

    orders: Mapping[str, Callable[[Row], Any]] = {
        "health": lambda row: ORDER.index(state_of(row)),
        "name": lambda row: row["name"][said.language].casefold(),
        "place": lambda row: (said.place_rank(row["jurisdiction"]), row["jurisdiction"] or "", not row["enabled"]),
        "last_new": late("last_new"),
        "last_ok": late("last_ok"),
        "next": lambda row: (not row["enabled"], _instant(row["next_poll"])),
        "items": lambda row: -row["items"],
    }
    return orders[sort]


def _instant(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else _NEVER


def _tabs(asked: Asked, counts: Counter[str], said: Words) -> list[tuple[str, str, int, bool]]:
    every = (asked.address(state=""), said.say("src_all"), counts.total(), not asked.state)
    states = [
        (asked.address(state=one), said.say(f"src_group_{one}"), counts[one], asked.state == one)
        for one in GROUPS
        if counts[one] or asked.state == one
    ]
    return [every, *states]


def _places(rows: Sequence[Row], said: Words) -> list[tuple[str, str]]:
    codes = {row["jurisdiction"] for row in rows if row["jurisdiction"]}
    codes |= {code.partition("-")[0] for code in codes}
    return [(code, said.place(code)) for code in sorted(codes, key=lambda code: (said.place_rank(code), code))]


def _kinds(rows: Sequence[Row], said: Words) -> list[tuple[str, str]]:
    return [(kind, said.name("src_kinds", kind)) for kind in sorted({row["kind"] for row in rows})]


def _unset(asked: Asked, said: Words) -> list[tuple[str, str]]:
    """What narrows the list down, each with the address without it."""
    named = {"q": asked.q, "jurisdiction": said.place(asked.jurisdiction), "kind": said.name("src_kinds", asked.kind)}
    return [(asked.address(**{name: ""}), text) for name, text in named.items() if text]
