"""What must have happened, told from the world and the diary of the machine alone: own arithmetic, none of the product's."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulated.doors import Doors
from simulated.machine import Note
from simulated.readers import Wish
from simulated.world import Act, World

DAY = timedelta(days=1)
STEPS = (14, 7, 2)


# --- clocks


def strike(wish: Wish, after: datetime) -> datetime:
    """The next time at which a digest is due, found by trying the offsets that the zone has around each day."""
    if wish.every == "hourly":
        at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while at.astimezone(ZoneInfo(wish.zone)).minute:
            at += timedelta(minutes=1)
        return at
    day = after.astimezone(ZoneInfo(wish.zone)).date() - 2 * DAY
    while True:
        if _is_day(wish, day) and (at := _instant(day, wish.at, wish.zone)) > after:
            return at
        day += DAY


def _is_day(wish: Wish, day: date) -> bool:
    if wish.every == "weekly":
        return day.weekday() == wish.day % 7
    if wish.every == "monthly":
        last = (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY
        return day.day == min(wish.day, last.day)
    return True


def _instant(day: date, at: time, zone: str) -> datetime:
    """The first instant at which a wall clock shows it on that day; where it never does, as if the clock had not been set yet."""
    here, bare = ZoneInfo(zone), datetime.combine(day, at)
    noon = [datetime.combine(day + n * DAY, time(12), here).utcoffset() or timedelta() for n in (-1, 0, 1)]
    tried = [(bare - offset).replace(tzinfo=UTC) for offset in noon]
    shown = [one for one in tried if one.astimezone(here).replace(tzinfo=None) == bare]
    return min(shown) if shown else tried[0]


def rests(wish: Wish, at: datetime) -> bool:
    """Whether the reader wants to hear nothing then."""
    if wish.quiet is None:
        return False
    begin, end, weekends = wish.quiet
    wall = at.astimezone(ZoneInfo(wish.zone))
    if weekends and wall.weekday() >= 5:
        return True
    return begin <= wall.time() < end if begin <= end else wall.time() >= begin or wall.time() < end


# --- windows


@dataclass(slots=True)
class _Reader:
    wish: Wish
    mark: int
    due: datetime
    on: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """A digest: whose, when by the machine's clock, and which announcements it dealt with; `true`: what the time really was."""

    name: str
    at: datetime
    begin: int
    end: int
    true: datetime = field(compare=False)


def windows(diary: Sequence[Note], wishes: Mapping[str, Wish]) -> list[Window]:
    """Every digest there must be."""
    readers: dict[str, _Reader] = {}
    made: list[Window] = []
    before = diary[0].clock
    for note in diary:
        if note.what == "add":
            wish = wishes[note.name]
            readers[note.name] = _Reader(wish, note.seq, note.clock if wish.every == "now" else strike(wish, note.clock))
        elif note.what in {"pause", "resume"}:
            readers[note.name].on = note.what == "resume"
            readers[note.name].due = strike(readers[note.name].wish, note.clock)
        elif note.what == "remove":
            del readers[note.name]
        elif note.what == "tick":
            made += _ticked(readers, note, set_back=note.clock < before)
            before = note.clock
    return made


def _ticked(readers: dict[str, _Reader], note: Note, *, set_back: bool) -> Iterator[Window]:
    for name, one in readers.items():
        at_once = one.wish.every == "now"
        if not at_once and set_back:
            one.due = min(one.due, strike(one.wish, note.clock))  # it was set by a clock that was ahead
        due = note.seq > one.mark if at_once else one.due <= note.clock
        if not one.on or not due or rests(one.wish, note.clock):
            continue
        if note.seq > one.mark:
            yield Window(name, note.clock, one.mark, note.seq, note.at)
        one.mark = note.seq
        if not at_once:
            one.due = strike(one.wish, note.clock)


# --- announcements


@dataclass(frozen=True, slots=True)
class Told:
    """An announcement as the world knows it."""

    kind: str
    act: int
    why: str = ""


def first_reports(world: World, doors: Doors) -> dict[int, int]:
    """Act → the report of it that was seen first. What is one act has one original."""
    groups: dict[int, list[int]] = defaultdict(list)
    for number in doors.served:
        act = world.acts[number]
        groups[number if act.copy is None else act.copy].append(number)
    return {number: min(members, key=lambda each: doors.served[each][0][0]) for members in groups.values() for number in members}


def news(world: World, doors: Doors) -> Counter[Told]:
    """Everything that was new or revised on a page that came after a first look."""
    found: Counter[Told] = Counter()
    silent = frozenset().union(*doors.baseline.values())
    lead = first_reports(world, doors)
    for number, seen in doors.served.items():
        act = world.acts[number]
        if not act.relevant:
            continue
        if number not in silent and lead[number] == number:
            found[Told("new", number)] += 1
        for _, version in seen[1:]:
            if version > seen[0][1]:
                found[Told("revised", number, str(act.due(version) or ""))] += 1
    return found


def reminders(world: World, doors: Doors, diary: Sequence[Note]) -> Counter[Told]:
    """Fourteen, seven and two days before the end of a consultation, counted where it is midnight first in Shanghai."""
    here, found, told = ZoneInfo("Asia/Shanghai"), Counter[Told](), set[Told]()
    open_ones = [world.acts[n] for n in doors.served if world.acts[n].deadline is not None]
    finals = {world.acts[n].of: doors.served[n][0][0] for n in doors.served if world.acts[n].of is not None}
    looked: date | None = None
    for note in diary:
        today = note.clock.astimezone(here).date()
        if note.what == "start":
            looked = None
        if note.what != "duties" or today == looked:
            continue
        looked = today
        for act in open_ones:
            step = _step(act, doors, finals, note.clock, today)
            if step is not None and step not in told:
                told.add(step)
                found[step] += 1
    return found


def _step(act: Act, doors: Doors, finals: Mapping[int | None, datetime], now: datetime, today: date) -> Told | None:
    seen = [(at, version) for at, version in doors.served[act.number] if at <= now]
    if not seen or finals.get(act.number, now + DAY) <= now:
        return None
    at, version = seen[-1]
    deadline = act.due(version)
    assert deadline is not None
    reached = [days for days in STEPS if 0 <= (deadline - today).days <= days]
    known = max(seen[0][0], at if version > seen[0][1] else seen[0][0]).astimezone(ZoneInfo("Asia/Shanghai")).date()
    if not reached or (deadline - known).days <= min(reached):
        return None
    return Told("reminder", act.number, f"deadline:{deadline}:{min(reached)}")


# --- wishes


def wants(wish: Wish, world: World, act: Act) -> bool:
    """Whether a reader asked for news of this act."""
    place = world.offices[act.office].place
    here = not wish.places or any(place == asked or place.startswith(f"{asked}-") for asked in wish.places)
    return here and wish.stage in ("", act.stage) and wish.word in act.name


def told_in(window: Window, announced: Mapping[int, Told], wish: Wish, world: World, doors: Doors) -> list[int]:
    """The acts that a digest tells, one for each announcement in its window; reminders only while they have a point."""
    there = {
        seq: told
        for seq in range(window.begin + 1, window.end + 1)
        if wants(wish, world, world.acts[(told := announced[seq]).act])
    }
    near = {seq: told for seq, told in there.items() if told.why.startswith("deadline:")}
    today = window.at.astimezone(ZoneInfo(wish.zone)).date()
    fresh = {seq: told for seq, told in near.items() if wish.reminders and _has_point(told, today, window.true, world, doors)}
    nearest = {told.act: seq for seq, told in sorted(fresh.items(), key=lambda each: (-_days(each[1]), each[0]))}
    return [told.act for seq, told in there.items() if seq not in near or nearest.get(told.act) == seq]


def _days(told: Told) -> int:
    return int(told.why.rpartition(":")[2])


def _has_point(told: Told, today: date, now: datetime, world: World, doors: Doors) -> bool:
    deadline = date.fromisoformat(told.why.split(":")[1])
    version = [version for at, version in doors.served[told.act] if at <= now][-1]
    final = any(world.acts[n].of == told.act and seen[0][0] <= now for n, seen in doors.served.items())
    return deadline >= today and world.acts[told.act].due(version) == deadline and not final
