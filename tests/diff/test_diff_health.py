"""When the operator hears of a source, and when not."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from cgtwatch.diff.decide import failed, held, unchanged
from cgtwatch.diff.health import Word, alarms, health
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import SourceState, Verdict
from cgtwatch.model.source import Source
from diff.diff_site import NOW, a_304, a_failure, a_source, a_visit, decided, parsed, row

HOUR = timedelta(hours=1)
OK = "ok"


@dataclass
class Fleet:
    """Some sources polled together, an hour apart, and the alarms that are open."""

    sources: list[Source]
    states: dict[str, SourceState] = field(default_factory=dict)
    open: dict[str, Alarm] = field(default_factory=dict)
    now: datetime = NOW
    log: list[str] = field(default_factory=list)

    def round(self, *outcomes: ErrorClass | str) -> list[str]:
        """Poll every source with its outcome; returns what is told."""
        self.now += HOUR
        for source, outcome in zip(self.sources, outcomes, strict=True):
            self.visit(source, outcome)
        return self.tick()

    def visit(self, source: Source, outcome: ErrorClass | str) -> None:
        state = self.states.get(source.id, SourceState(source.id))
        if outcome == OK:
            plan = decided(source, state, a_visit(at=self.now), parsed([row(1)]), (), self.now)
        elif outcome in {ErrorClass.LAYOUT, ErrorClass.QUARANTINE, ErrorClass.EMPTY}:
            plan = held(source, state, a_visit(at=self.now), Verdict(False, ErrorClass(outcome), "no rows"), self.now)
        else:
            plan = failed(source, state, a_failure(outcome, self.now), self.now)
        self.states[source.id] = plan.state

    def tick(self) -> list[str]:
        plan = alarms(self.states, self.sources, list(self.open.values()), self.now)
        for key in plan.close:
            del self.open[key]
        self.open |= {alarm.key: alarm for alarm in plan.open}
        assert len(set(plan.close)) == len(plan.close)
        told = [f"+{alarm.key}" for alarm in plan.open] + [f"-{key}" for key in plan.close]
        self.log += told
        return told


def fleet(count: int = 3, **more) -> Fleet:
    made = Fleet([replace(a_source(every=HOUR, **more), id=f"s{n}") for n in range(count)])
    made.round(*[OK] * count)
    return made


DOWN, OFF, SHUT = ErrorClass.TIMEOUT, ErrorClass.DNS, ErrorClass.BLOCKED


def test_all_well_tells_nothing():
    assert fleet().log == []


@pytest.mark.parametrize("error", [DOWN, OFF, SHUT, ErrorClass.HTTP_5XX, ErrorClass.TLS])
@pytest.mark.fault("H5", "H7")
def test_a_failing_source_is_told_at_the_third_failure_and_never_again(error):
    three = fleet()
    assert [three.round(error, OK, OK) for _ in range(6)] == [[], [], ["+source:s0"], [], [], []]


def test_the_end_is_told_once_after_two_good_visits_of_an_hourly_source():
    three = fleet()
    for _ in range(3):
        three.round(DOWN, OK, OK)
    assert [three.round(OK, OK, OK) for _ in range(4)] == [[], ["-source:s0"], [], []]


def test_the_end_is_told_at_the_first_good_visit_of_a_source_asked_seldom():
    three = fleet()
    three.sources[0] = replace(three.sources[0], every=6 * HOUR)
    for _ in range(3):
        three.round(DOWN, OK, OK)
    assert three.round(OK, OK, OK) == ["-source:s0"]


@pytest.mark.fault("H6")
def test_a_source_that_fails_now_and_then_raises_no_alarm():
    three = fleet()
    for _ in range(10):
        for outcome in (DOWN, OK, ErrorClass.HTTP_5XX, SHUT, OK):
            three.round(outcome, OK, OK)
    assert three.log == []


@pytest.mark.fault("H6")
def test_a_source_that_flaps_long_raises_one_alarm():
    three = fleet()
    for _ in range(10):
        for outcome in (DOWN, DOWN, DOWN, OK):
            three.round(outcome, OK, OK)
    assert three.log == ["+source:s0"]


AT_ONCE = [(ErrorClass.PARSE, 1), (ErrorClass.GONE, 1), (ErrorClass.LAYOUT, 2), (ErrorClass.QUARANTINE, 2), (ErrorClass.EMPTY, 2)]


@pytest.mark.parametrize(("error", "times"), AT_ONCE)
@pytest.mark.fault("H7", "F15")
def test_what_waiting_does_not_mend_is_told_early(error, times):
    three = fleet()
    told = [three.round(error, OK, OK) for _ in range(3)]
    assert [bool(t) for t in told] == [n + 1 == times for n in range(3)]


def test_a_day_without_an_answer_is_told_at_the_second_failure():
    three = fleet()
    three.round(SHUT, OK, OK)
    three.now += 24 * HOUR
    assert three.round(SHUT, OK, OK) == ["+source:s0"]


@pytest.mark.fault("N13")
def test_a_dead_network_is_one_alarm_and_no_more():
    many = fleet(120)
    log = [many.round(*[OFF] * 120) for _ in range(6)]
    assert log == [["+network"], [], [], [], [], []]
    assert many.round(*[OK] * 120) == ["-network"]
    assert many.round(*[OK] * 120) == []


def test_a_dead_network_at_the_very_start_is_one_alarm():
    made = Fleet([replace(a_source(), id=f"s{n}") for n in range(5)])
    assert made.round(*[OFF] * 5) == ["+network"]
    assert made.round(*[OFF] * 5) == []


@pytest.mark.fault("N13")
def test_after_an_outage_sources_not_yet_asked_again_raise_no_alarms():
    many = fleet(20)
    for _ in range(4):
        many.round(*[OFF] * 20)
    many.now += HOUR
    for source in many.sources:  # they come back one after the other
        many.visit(source, OK)
        many.now += timedelta(minutes=15)
        many.tick()
    assert many.log == ["+network", "-network"]


def test_a_dead_network_takes_the_place_of_alarms_it_explains():
    three = fleet()
    for _ in range(3):
        three.round(DOWN, OK, OK)
    assert set(three.round(OFF, OFF, OFF)) == {"+network", "-source:s0"}


def test_a_source_still_dead_after_the_network_came_back_is_told():
    three = fleet()
    for _ in range(3):
        three.round(OFF, OFF, OFF)
    assert three.round(OFF, OK, OK) == ["+source:s0", "-network"]


def test_a_source_that_never_answered_raises_none_of_its_own():
    three = fleet()
    three.sources.append(replace(a_source(every=HOUR), id="new"))
    assert [three.round(OK, OK, OK, OFF) for _ in range(6)] == [[]] * 6


def test_a_new_source_that_is_no_feed_is_told_once():
    three = fleet()
    three.sources.append(replace(a_source(every=HOUR), id="new"))
    assert [three.round(OK, OK, OK, ErrorClass.PARSE) for _ in range(3)] == [["+source:new"], [], []]


def test_the_only_source_has_its_own_alarm():
    one = fleet(1)
    assert [one.round(OFF) for _ in range(4)] == [[], [], ["+source:s0"], []]


def test_the_alarm_of_a_source_that_was_taken_out_ends():
    three = fleet()
    for _ in range(3):
        three.round(SHUT, OK, OK)
    three.sources[0] = replace(three.sources[0], enabled=False)
    assert three.round(SHUT, OK, OK) == ["-source:s0"]


def test_alarms_of_others_are_left_alone():
    three = fleet()
    three.open["delivery:x"] = Alarm("delivery:x", "delivery", "s", "d", "h", NOW)
    assert three.tick() == []


WORDS = [
    (DOWN, Word.SLOW),
    (OFF, Word.SILENT),
    (SHUT, Word.BLOCKED),
    (ErrorClass.PARSE, Word.BROKEN),
    (ErrorClass.LAYOUT, Word.CHANGED),
    (ErrorClass.QUARANTINE, Word.CHANGED),
]


@pytest.mark.parametrize(("error", "word"), WORDS)
def test_every_trouble_has_a_word_what_came_and_what_to_try(error, word):
    three = fleet()
    three.round(error, OK, OK)
    got = health(three.states["s0"], three.sources[0], three.now)
    assert (got.word, got.since) == (word, NOW + HOUR)
    assert got.what


def test_every_error_has_a_word():
    source = a_source()
    for error in ErrorClass:
        assert health(SourceState("s", last_ok=NOW, failures=1, error=error), source, NOW).word not in {Word.OK, Word.UNVERIFIED}


def test_a_source_never_read_is_unverified_and_a_good_one_is_ok():
    assert health(SourceState("s"), a_source(), NOW).word is Word.UNVERIFIED
    assert health(SourceState("s", failures=3, error=OFF, message="m"), a_source(), NOW).what == "m"
    assert health(SourceState("s", last_ok=NOW), a_source(), NOW).word is Word.OK


def test_a_source_that_nobody_visits_any_more_is_silent():
    assert health(SourceState("s", last_ok=NOW), a_source(), NOW + timedelta(days=5)).word is Word.SILENT


def test_a_good_visit_that_may_have_missed_something_says_so_until_the_next_one():
    source = a_source(every=HOUR)
    state = decided(source, SourceState(source.id), a_visit(), parsed([row(n) for n in range(5)]), (), NOW).state
    plan = decided(source, state, a_visit(), replace(parsed([row(9)]), warnings=("2 rows have no link",)), (), NOW)
    later = unchanged(source, plan.state, a_304(), NOW + HOUR).state
    told = health(later, source, NOW + HOUR)
    assert (told.word, told.what) == (Word.OK, "2 rows have no link")
    well = decided(source, later, a_visit(), parsed([row(9)]), (), NOW).state
    assert health(well, source, NOW).what == ""
