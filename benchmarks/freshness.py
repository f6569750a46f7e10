"""How much sooner adapting intervals find news than fixed ones, with as many requests: a simulation of the shipped code.

120 sources in nine time zones publish in bursts: rates fall by a power law, news comes in office hours with a dip at noon, little
at night and on weekends. Both policies begin without any history; eight weeks are simulated, the third and later ones are scored.
Delay is from publication to the visit that finds it, in minutes. `python benchmarks/freshness.py --help` for more.
"""

import argparse
import math
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heapreplace
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from cgtwatch.diff.adapt import Paces, plan
from cgtwatch.diff.calendar import Calendar
from cgtwatch.model.source import Kind, Names, Source

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAY, WEEK, HOUR, MINUTE = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1), timedelta(minutes=1)
SLOT = 10  # minutes
SLOTS = 7 * 24 * 60 // SLOT
WEEKS, SCORED = 8, 2  # simulated; left out at the begin
BATCH = 1.5  # items published at one instant
# Zone without summer time, hours from UTC, country, sources.
ZONES = (
    ("Asia/Shanghai", 8, "CN", 58), ("America/Panama", -5, "US", 24), ("Africa/Lagos", 1, "EU", 14), ("Asia/Tokyo", 9, "JP", 8),
    ("Africa/Abidjan", 0, "GB", 6), ("Etc/GMT+8", -8, "US", 4), ("Asia/Kolkata", 5.5, "IN", 3), ("Australia/Brisbane", 10, "AU", 2),
    ("America/Sao_Paulo", -3, "BR", 1),
)  # fmt: skip
HOLIDAYS = frozenset(date(2026, 3, 9) + n * DAY for n in range(5))  # Monday to Friday of the second week
MAKE_UP = frozenset({date(2026, 3, 28), date(2026, 3, 29)})  # the weekend of the fourth week, worked
TABLE = {zone[2]: Calendar(HOLIDAYS, MAKE_UP) for zone in ZONES}


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the store would remember its arrival."""

    source: str
    at: datetime
    published: datetime | None


@dataclass(frozen=True, slots=True)
class World:
    """Sources, what each publishes, and how much of it in a week."""

    sources: tuple[Source, ...]
    published: Mapping[str, tuple[datetime, ...]]
    rates: Mapping[str, float]


@dataclass(slots=True)
class Run:
    """What a policy came to: visits on each day, and for each source when its items were published and their delays (minutes)."""

    days: list[int] = field(default_factory=lambda: [0] * (7 * WEEKS))
    delays: dict[str, list[tuple[datetime, float]]] = field(default_factory=dict)
    plans: int = 0
    planning: float = 0.0  # seconds of CPU


def world(seed: int, every: timedelta, count: float = 1.0, holiday: bool = False, flat: bool = False) -> World:
    """The world of that seed; `count` scales how many sources a zone has; `flat`: news comes at any hour."""
    random = Random(seed)
    zones = [zone for zone in ZONES for _ in range(round(zone[3] * count))]
    rates = [20.0 * (1 + n) ** -0.9 * random.lognormvariate(0, 0.3) * 7 for n in range(len(zones))]
    random.shuffle(rates)
    sources, published = [], {}
    for n, (zone, rate) in enumerate(zip(zones, rates, strict=True)):
        source = Source(
            f"s{n}", Kind.FEED, f"https://{n}.example/", Names("", ""), every=every, timezone=zone[0], jurisdiction=zone[2]
        )
        sources.append(source)
        shape = [1.0] * SLOTS if flat else list(_week(random))
        published[source.id] = tuple(_publish(random, shape, rate, ZoneInfo(zone[0]), holiday))
    return World(tuple(sources), published, {s.id: rate for s, rate in zip(sources, rates, strict=True)})


def _week(random: Random) -> Iterator[float]:
    """How likely each slot of a local week is: two peaks a day, a dip at noon, little at night and on weekends."""
    early, noon, late, free = random.gauss(0, 0.4), random.uniform(0.6, 1.6), random.uniform(15, 17.5), random.uniform(0.02, 0.15)
    friday = random.uniform(1, 1.4)
    for slot in range(SLOTS):
        hour = (slot * SLOT / 60 + early) % 168
        day, hour = int(hour // 24), hour % 24
        shape = 0.02 + math.exp(-0.5 * ((hour - 10.3) / 1.4) ** 2) + noon * math.exp(-0.5 * ((hour - late) / 1.5) ** 2)
        yield shape * (free if day > 4 else friday if day == 4 else 1.0)


def _publish(random: Random, shape: Sequence[float], rate: float, zone: ZoneInfo, holiday: bool) -> Iterator[datetime]:
    """Instants of publication in order, one for each item."""
    whole, day = sum(shape), SLOTS // 7
    midnight = START.replace(tzinfo=None) - DAY
    for n in range(WEEKS * 7 + 2):
        local = (midnight + n * DAY).date()
        like = local.weekday()
        if holiday and local in MAKE_UP:
            like = 1 + local.weekday() - 5  # a Tuesday and a Wednesday
        slots = list(accumulate(shape[like * day : (like + 1) * day]))
        share = slots[-1] / whole * (0.05 if holiday and local in HOLIDAYS else 1.0)
        found = sorted(
            bisect_left(slots, random.random() * slots[-1]) + random.random()
            for _ in range(_poisson(random, rate * share / BATCH))
        )
        for slot in found:
            at = (midnight + n * DAY).replace(tzinfo=zone).astimezone(UTC) + slot * SLOT * MINUTE
            if START <= at < START + WEEKS * WEEK:
                yield from [at] * _batch(random)


def _poisson(random: Random, mean: float) -> int:
    count, left = 0, random.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + random.expovariate(1.0)
    return count


def _batch(random: Random) -> int:
    count = 1
    while random.random() > 1 / BATCH:
        count += 1
    return count


@dataclass(slots=True)
class Adapting:
    """The shipped policy: a new plan each day, and when news comes on a day planned as free."""

    sources: tuple[Source, ...]
    calendars: Mapping[str, Calendar]
    hours: bool = True  # whether sources tell the hour at which they published
    paces: Paces = field(default_factory=lambda: Paces(START - DAY))
    history: list[Item] = field(default_factory=list)
    begun: dict[str, datetime] = field(default_factory=dict)
    run: Run = field(default_factory=Run)

    def next(self, source: Source, last: datetime) -> datetime:
        """When `source` is visited after `last`."""
        if last - self.paces.made >= DAY:
            self.plan(last)
        pace = self.paces.of(source.id)
        return last + source.every if pace is None else pace.next(last)

    def saw(self, source: Source, at: datetime, published: Sequence[datetime]) -> bool:
        """Remember what a visit found; whether everybody's next visit is to be thought over."""
        self.history += [Item(source.id, at, each if self.hours else None) for each in published]
        surprise = self.paces.unexpected(source.id, at) and at - self.paces.made >= 10 * MINUTE
        if surprise:
            self.plan(at)
        return surprise

    def plan(self, now: datetime) -> None:
        """A new plan."""
        began = time.process_time()
        self.paces = plan(self.history, self.sources, now, self.calendars, {source.id: START for source in self.sources})
        self.run.planning += time.process_time() - began
        self.run.plans += 1


def simulate(seen: World, seed: int, policy: Adapting | None = None, until: datetime = START + WEEKS * WEEK) -> Run:
    """Visit all sources by `policy` (None: at fixed intervals)."""
    random, by_id = Random(seed + 1000), {source.id: source for source in seen.sources}
    run = policy.run if policy else Run()
    run.delays = {name: [] for name in by_id}
    line = [(START + random.random() * source.every, source.id) for source in seen.sources]
    heapify(line)
    read, last = dict.fromkeys(by_id, 0), {}
    while line[0][0] < until:
        now, name = line[0]
        source, published = by_id[name], seen.published[name]
        come = bisect_left(published, now, lo=read[name])
        fresh = published[read[name] : come]
        read[name], last[name] = come, now
        run.days[(now - START) // DAY] += 1
        run.delays[name] += [(at, (now - at) / MINUTE) for at in fresh]
        if policy is None:
            heapreplace(line, (now + source.every, name))
            continue
        surprise = bool(fresh) and policy.saw(source, now, fresh)
        heapreplace(line, (policy.next(source, now), name))
        if surprise:  # as the engine does: whoever would have come sooner by the new plan is brought forward
            line = [(min(at, max(now, policy.next(by_id[each], last[each]))) if each in last else at, each) for at, each in line]
            heapify(line)
    return run


@dataclass(frozen=True, slots=True)
class Score:
    """Delays in minutes."""

    visits: float
    mean: float
    median: float
    p95: float
    p99: float
    rare_mean: float
    rare_p95: float


def score(run: Run, seen: World, begin: datetime, end: datetime) -> Score:
    """The delays of what was published in that time, and of the half of the sources that publish least."""
    rare = set(sorted(seen.rates, key=lambda name: seen.rates[name])[: len(seen.rates) // 2])
    every = sorted(delay for found in run.delays.values() for at, delay in found if begin <= at < end)
    few = sorted(delay for name, found in run.delays.items() if name in rare for at, delay in found if begin <= at < end)
    visits = sum(run.days[(begin - START) // DAY : (end - START) // DAY])
    return Score(visits, _mean(every), _part(every, 0.5), _part(every, 0.95), _part(every, 0.99), _mean(few), _part(few, 0.95))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _part(values: Sequence[float], part: float) -> float:
    return values[min(int(part * len(values)), len(values) - 1)] if values else math.nan


@dataclass(frozen=True, slots=True)
class Case:
    """What is simulated: the interval, whether a holiday week and a worked weekend come, whether the policy knows them."""

    title: str
    every: timedelta = HOUR
    holiday: bool = False
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    hours: bool = True
    flat: bool = False
    begin: datetime = START + SCORED * WEEK
    end: datetime = START + WEEKS * WEEK


WEEKEND = datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 3, 29, 16, tzinfo=UTC)  # the worked one, as Shanghai has it
CASES = (
    (Case("one hour"), Case("one hour, its first two weeks", begin=START, end=START + SCORED * WEEK)),
    (
        Case("one hour, holiday week and worked weekend, by the table", holiday=True, calendars=TABLE),
        Case("that weekend, by the table", holiday=True, calendars=TABLE, begin=WEEKEND[0], end=WEEKEND[1]),
    ),
    (Case("the same month without the table", holiday=True), Case("that weekend without it", holiday=True, begin=WEEKEND[0], end=WEEKEND[1])),
    (Case("one hour, sources tell no hour", hours=False),),
    (Case("one hour, news at any hour", flat=True),),
    (Case("half an hour", 30 * MINUTE),),
    (Case("two hours", 2 * HOUR),),
    (Case("six hours (no gap may be longer)", 6 * HOUR),),
    (Case("a day (no gap may be longer)", DAY),),
)  # fmt: skip


def compare(cases: Sequence[Case], seeds: int, count: float = 1.0) -> list[tuple[Score, Score]]:
    """Fixed and adapting scores of each of `cases`, which differ only in the time that is scored; means over the seeds."""
    of, found = cases[0], []
    for seed in range(seeds):
        seen = world(seed, of.every, count, of.holiday, of.flat)
        before = simulate(seen, seed, until=max(case.end for case in cases))
        after = simulate(seen, seed, Adapting(seen.sources, of.calendars, of.hours), until=max(case.end for case in cases))
        found.append([(score(before, seen, case.begin, case.end), score(after, seen, case.begin, case.end)) for case in cases])
    return [(_averaged([one[n][0] for one in found]), _averaged([one[n][1] for one in found])) for n in range(len(cases))]


def _averaged(scores: Sequence[Score]) -> Score:
    return Score(*(sum(each) / len(scores) for each in zip(*map(astuple, scores), strict=True)))


def ratios(before: Score, after: Score) -> Score:
    """How the second compares to the first."""
    return Score(*(b / a for a, b in zip(astuple(before), astuple(after), strict=True)))


def planning(count: int) -> tuple[float, int]:
    """Seconds of CPU for one plan of `count` sources of four intervals after eight weeks, and from how many items."""
    seen = world(0, HOUR, count / 120)
    sources = tuple(replace(source, every=(HOUR / 2, HOUR, 2 * HOUR, 6 * HOUR)[n % 4]) for n, source in enumerate(seen.sources))
    history = [Item(name, at + HOUR / 2, at) for name, found in seen.published.items() for at in found]
    began = time.process_time()
    plan(history, sources, START + WEEKS * WEEK, TABLE, {source.id: START for source in sources})
    return time.process_time() - began, len(history)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--case", type=int, action="append", choices=range(len(CASES)), help="only this one of the list; may be repeated"
    )
    asked = parser.parse_args()
    names = [each.name for each in fields(Score)]
    print(f"{'':58}" + "".join(f"{name:>10}" for name in names))
    for cases in [CASES[n] for n in asked.case] if asked.case else CASES:
        for case, (before, after) in zip(cases, compare(cases, asked.seeds), strict=True):
            for title, one, digits in ((case.title, before, 1), ("  adapting", after, 1), ("  ratio", ratios(before, after), 3)):
                print(f"{title:58}" + "".join(f"{value:10.{digits}f}" for value in astuple(one)), flush=True)
    for count in (254, 2000):
        seconds, items = planning(count)
        print(f"one plan of {count} sources from {items} items: {seconds:.2f} s of CPU")


if __name__ == "__main__":
    main()
