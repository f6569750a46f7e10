"""The running service learns when news comes, and visits by it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from cgtwatch.app import App
from cgtwatch.diff.adapt import Paces, plan
from cgtwatch.engine.rhythm import ANEW, AT_ONCE, Rhythm
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Source

SATURDAY = datetime(2026, 3, 7, 2, tzinfo=UTC)  # ten o'clock at Shanghai
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Came:
    source: str
    at: datetime
    published: datetime | None = None


def a_source(n: int) -> Source:
    return Source(f"s{n}", Kind.FEED, f"https://{n}.example/", Names("", ""), timezone="Asia/Shanghai", every=HOUR)


@dataclass
class Desk:
    """As much of an app as learning needs: a clock, sources, what came, and the states of visits."""

    now: datetime = SATURDAY
    sources: tuple[Source, ...] = tuple(a_source(n) for n in range(12))
    came: list[Came] = field(default_factory=list)
    visits: dict[str, SourceState] = field(default_factory=dict)
    forward: list[str] = field(default_factory=list)
    plans: int = 0

    @property
    def store(self) -> "Desk":
        return self

    def clock(self) -> datetime:
        return self.now

    def paces(self) -> Paces:
        self.plans += 1
        return plan(self.came, self.sources, self.now)

    def habits(self) -> dict[str, Any]:
        return {}

    def states(self) -> dict[str, SourceState]:
        return self.visits

    def bring_forward(self, ids: Collection[str], now: datetime) -> int:
        assert now == self.now
        self.forward += sorted(ids)
        return len(ids)


def learning(desk: Desk) -> Rhythm:
    made = Rhythm(cast("App", desk))
    made.keep()
    return made


def test_nothing_is_learned_and_nobody_paced_before_the_service_keeps_house() -> None:
    desk = Desk()
    assert Rhythm(cast("App", desk)).pace("s0") is None
    assert desk.plans == 0


def test_a_plan_is_made_at_the_start_and_each_hour() -> None:
    desk = Desk()
    rhythm = learning(desk)
    assert rhythm.pace("s0") is not None
    for _ in range(2 * 60):
        desk.now += MINUTE
        rhythm.keep()
    assert desk.plans == 1 + 2 * HOUR / ANEW


def test_other_sources_and_a_clock_set_back_make_a_new_plan() -> None:
    desk = Desk()
    rhythm = learning(desk)
    desk.sources = (*desk.sources, a_source(99))
    rhythm.keep()
    assert rhythm.pace("s99") is not None
    desk.now -= 5 * HOUR
    rhythm.keep()
    assert desk.plans == 3


def test_news_on_a_free_day_makes_a_new_plan_at_once_but_not_at_every_item() -> None:
    desk = Desk()
    rhythm = learning(desk)
    for n in range(30):
        desk.now += MINUTE
        rhythm.found(f"s{n % 12}")
        rhythm.keep()
    assert desk.plans == 1 + 30 * MINUTE / AT_ONCE


def test_news_on_a_working_day_is_no_surprise() -> None:
    desk = Desk(now=SATURDAY - 2 * timedelta(days=1))
    rhythm = learning(desk)
    for _ in range(30):
        desk.now += MINUTE
        rhythm.found("s0")
        rhythm.keep()
    assert desk.plans == 1


def test_a_day_that_turns_out_to_be_worked_brings_forward_whom_its_plan_makes_due() -> None:
    desk = Desk()
    long = SourceState("", last_visit=SATURDAY - 100 * MINUTE, next_poll=SATURDAY + 2 * HOUR, last_ok=SATURDAY)
    desk.visits = {source.id: replace(long, source=source.id) for source in desk.sources}
    desk.visits["s1"] = replace(desk.visits["s1"], error=ErrorClass.DNS, failures=1)
    desk.visits["s2"] = replace(desk.visits["s2"], last_visit=SATURDAY)
    rhythm = learning(desk)
    assert desk.forward == []
    desk.now += AT_ONCE
    desk.came = [Came(f"s{n}", desk.now - MINUTE, desk.now - (n + 2) * MINUTE) for n in range(9)]
    rhythm.found("s3")
    rhythm.keep()
    assert "s5" in desk.forward
    assert not {"s1", "s2"} & set(desk.forward)
