"""How the sources are, as the page shows it: what needs a person first, and one line for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.compose.alarms import trouble
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.compose.words import words as shipped
from cgtwatch.diff.health import NETWORK
from cgtwatch.diff.rhythm import NO_ANSWER
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm

Row = Mapping[str, Any]
# What a person can do something about comes first, what is well last.
ORDER = (
    "blocked",
    "broken",
    "changed shape",
    "held",
    "silent",
    "slow",
    "refused",
    "unreachable",
    "unverified",
    "waiting",
    "ok",
    "off",
)
_TROUBLE = frozenset(ORDER[:6])
_NEVER = frozenset({"refused", "unreachable", "unverified"})
_ABOUT_SENDING = frozenset({"delivery", "gone", "channel", "bounce", "bounces"})  # kinds of alarms that the ledger says more of
_OVERDUE = timedelta(minutes=15)  # a visit that waits longer than any queue of ours does


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in words. `tone` is good, warn, bad or quiet; `link` is http(s) or empty."""

    id: str
    name: str
    link: str
    state: str
    health: str
    tone: str
    reason: str  # in a word of the reader's language
    message: str  # as it came
    hint: str
    last_ok: datetime | None
    last_new: datetime | None
    expected: datetime | None  # when something new is to be expected; None where too little is known
    next_poll: datetime | None
    items: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether the watch goes on. `overdue` is set where a visit has waited for longer than it should."""

    watched: int
    off: int
    visited: int
    well: int
    trouble: int
    never: int
    waiting: int
    last_visit: datetime | None
    next_visit: datetime | None
    overdue: datetime | None


def group_of(row: Row) -> str:
    """The group of states that a source is in: `trouble`, `never` (never read well), `waiting`, `ok` or `off`."""
    state = state_of(row)
    return "trouble" if state in _TROUBLE else "never" if state in _NEVER else state


def line_of(row: Row, said: Words) -> SourceLine:
    """A row of `ops.sources.health_rows` in words."""
    state = state_of(row)
    error = row["error"]
    message = str(row["what"]) if error or state in ("silent", "ok") else ""
    return SourceLine(
        row["id"], row["name"][said.language], safe_link(row["url"]), state, said.name("health", state), _tone(state),
        said.name("errors", ErrorClass.QUARANTINE if state == "held" else error), message, str(row["hint"]) if message else "",
        _instant(row["last_ok"]), _instant(row["last_new"]), _instant(row["expected_next"]), _instant(row["next_poll"]), row["items"],
    )  # fmt: skip


def state_of(row: Row) -> str:
    """How a source is, one of `ORDER`: the word of `diff.health`, told further apart for what was never read, so that an outage of ours reads as one."""
    if not row["enabled"]:
        return "off"
    if row["last_visit"] is None:
        return "waiting"
    if row["held"] and row["error"] is not None:
        return "held"
    if row["health"] != "unverified":
        return str(row["health"])
    if row["error"] is None:
        return "unverified"
    return "unreachable" if ErrorClass(row["error"]) in NO_ANSWER else "refused"


def _tone(state: str) -> str:
    if state in {"blocked", "broken", "changed shape", "refused"}:
        return "bad"
    return {"ok": "good", "waiting": "quiet", "off": "quiet"}.get(state, "warn")


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def pulse(rows: Iterable[Row], now: datetime) -> Pulse:
    """One look at all sources together."""
    every = list(rows)
    on = [row for row in every if row["enabled"]]
    states = [state_of(row) for row in on]
    visits = [at for row in on if (at := _instant(row["last_visit"])) is not None]
    planned = [at for row in on if (at := _instant(row["next_poll"])) is not None]
    soonest = min(planned, default=None)
    return Pulse(
        watched=len(on), off=len(every) - len(on), visited=len(visits),
        well=states.count("ok"), trouble=sum(state in _TROUBLE for state in states), never=sum(state in _NEVER for state in states),
        waiting=states.count("waiting"), last_visit=max(visits, default=None), next_visit=soonest,
        overdue=soonest if soonest is not None and now - soonest > _OVERDUE else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """An alarm in words. `detail` is the watch's own account, in English."""

    heading: str
    what: str
    hint: str
    detail: str
    since: datetime | None
    link: str = ""  # where more is said of it and something can be done
    everything: bool = False  # no source at all can be reached, so what the page says is old


def troubles(alarms: Iterable[Alarm], rows: Iterable[Row], said: Words) -> list[Trouble]:
    """What is wrong now, the network first; also what no alarm says yet because nobody had to be told so soon."""
    by_id = {row["id"]: row for row in rows}
    opened = sorted(alarms, key=lambda alarm: alarm.key != NETWORK)
    found = [_trouble(alarm, by_id, said) for alarm in opened]
    if not any(alarm.key == NETWORK for alarm in opened) and _nobody_answered(by_id.values()):
        found.insert(0, _network(said.say("none_yet"), "", None, said))
    return found


def _trouble(alarm: Alarm, rows: Mapping[str, Row], said: Words) -> Trouble:
    if alarm.key == NETWORK:
        return _network(said.say("none_reachable"), alarm.detail, alarm.opened_at, said)
    row = rows.get(alarm.key.partition(":")[2])
    if row is None:
        link = "/deliveries" if alarm.kind in _ABOUT_SENDING else ""
        return Trouble(trouble(alarm, shipped(said.language)), "", alarm.hint, alarm.detail, alarm.opened_at, link)
    heading = said.say("colon", a=row["name"][said.language], b=said.name("health", alarm.kind))
    return Trouble(heading, said.name("errors", row["error"]), alarm.hint, alarm.detail, alarm.opened_at, f"/sources/{row['id']}")


def _network(heading: str, detail: str, since: datetime | None, said: Words) -> Trouble:
    return Trouble(heading, said.say("none_reachable_what"), said.say("none_reachable_try"), detail, since, everything=True)


def _nobody_answered(rows: Iterable[Row]) -> bool:
    visited = [row for row in rows if row["enabled"] and row["last_visit"]]
    return len(visited) > 1 and all(row["last_ok"] is None and state_of(row) == "unreachable" for row in visited)
