"""What a life of the product is judged by: each promise a function that says what is wrong, in words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise, zip_longest

from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState, Digest, SendResult
from cgtwatch.model.event import Announcement
from cgtwatch.store import Store
from simulated.doors import Taken
from simulated.machine import Lived
from simulated.model import Told, Window, news, reminders, rests, told_in, windows

HOUR = timedelta(hours=1)
LONGEST_UNSEEN = timedelta(hours=52)  # a daily source at its slowest, twice


def told(one: Announcement) -> Told:
    """An announcement in the world's words."""
    why = {"reminder": one.cause, "revised": str(one.event.labels.comment_deadline or "")}.get(one.kind.value, "")
    return Told(one.kind.value, int(one.event.url.rpartition("/")[2]), why)


def wrong_announcements(life: Lived) -> list[str]:
    """Everything that the world showed is announced once, and nothing else."""
    said = Counter(map(told, _store(life).announcements(0)))
    due = news(life.world, life.doors) + reminders(life.world, life.doors, life.machine.diary)
    stalled = Counter({one: count for one, count in said.items() if one.why == "stalled"})
    wrong = [f"{one} announced {count} times as stalled" for one, count in stalled.items() if count > 1]
    said -= stalled
    return (
        wrong
        + [f"not announced: {one}" for one in (due - said)]
        + [f"announced though nothing happened: {one}" for one in said - due]
    )


def wrong_windows(life: Lived) -> list[str]:
    """Each reader has each window once, at the hour of her own wall clock; they touch; and each tells what she asked for, once."""
    announced = {one.seq: told(one) for one in _store(life).announcements(0)}
    due = windows(life.machine.diary, life.wishes)
    made = {name: sorted(_store(life).digests(name, None), key=lambda one: one.id) for name in life.wishes}
    wrong, number = [], _numbers(life)
    for name, wish in life.wishes.items():
        mine = [one for one in due if one.name == name]
        if [(one.at, one.begin, one.end) for one in mine] != [(one.created_at, one.from_seq, one.to_seq) for one in made[name]]:
            wrong.append(f"{name}: windows are {_first_difference(mine, made[name])}")
            continue
        wrong += [f"{name}: a gap or an overlap at {b.begin}" for a, b in pairwise(mine) if a.end != b.begin]
        for window, digest in zip(mine, made[name], strict=True):
            tells = Counter(number[event] for event in digest.events)
            wants = Counter(told_in(window, announced, wish, life.world, life.doors))
            if tells != wants:
                wrong.append(f"{name} at {window.at}: tells {sorted(tells - wants)} too much, {sorted(wants - tells)} too little")
    return wrong


def _first_difference(due: Sequence[Window], made: Sequence[Digest]) -> str:
    told = [(one.created_at, one.from_seq, one.to_seq) for one in made]
    pairs = zip_longest([(one.at, one.begin, one.end) for one in due], told)
    return next(f"{told} instead of {due}" for due, told in pairs if due != told)


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a digest tells, its window, and what was announced in it."""

    acts: set[int] = field(default_factory=set)
    window: tuple[int, int] = (0, 0)
    announced: Mapping[int, Told] = field(default_factory=dict)

    def told_by(self, one: Taken) -> bool:
        """Whether a message names all of it, or leads to a page of a part of the window in which all of it was announced."""
        named = self.acts <= set(one.acts)
        if named or one.rest is None:
            return named
        begin, end = one.rest
        there = {self.announced[seq].act for seq in range(begin + 1, end + 1)}
        return self.window[0] <= begin <= end <= self.window[1] and self.acts <= there


def wrong_deliveries(life: Lived) -> list[str]:
    """What was sent arrived, whole and where it should; twice only after an unknown outcome, and never where that was promised."""
    store = _store(life)
    copies: dict[str, list[Taken]] = defaultdict(list)
    for one in life.doors.taken:
        copies[_key(one)].append(one)
    wrong: list[str] = []
    number = _numbers(life)
    announced = {one.seq: told(one) for one in store.announcements(0)}
    tells = {
        one.id: Whole({number[event] for event in one.events}, (one.from_seq, one.to_seq), announced)
        for name in life.wishes
        for one in store.digests(name, None)
        if one.events
    }
    left = {note.name for note in life.machine.diary if note.what == "remove"}
    for delivery in store.deliveries(limit=None):
        if delivery.subscription and not (delivery.state is DeliveryState.DEAD and delivery.subscription in left):
            name = delivery.key if delivery.channel != "slack" else _hash(store, delivery)
            wrong += _wrong_delivery(store, delivery, copies.pop(name, []), tells.get(delivery.digest or 0, Whole()))
    unsent = tells.keys() - {one.digest for one in store.deliveries(limit=None)}
    return [*wrong, *(f"digest {number} has no delivery" for number in unsent), *(f"nobody sent {each}" for each in copies)]


def _wrong_delivery(store: Store, delivery: Delivery, copies: list[Taken], whole: Whole) -> Iterator[str]:
    what = f"{delivery.key} to {delivery.subscription}"
    perhaps = sum(one.result is SendResult.UNKNOWN for one in store.attempts(delivery.key))
    if delivery.state not in {DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.CANCELLED}:
        yield f"{what} is {delivery.state} in the end"
    if delivery.state is DeliveryState.SENT and not copies:
        yield f"{what} never came"
    if len(copies) > 1 + perhaps:
        yield f"{what} came {len(copies)} times with {perhaps} unknown outcomes"
    if delivery.state is DeliveryState.UNKNOWN and not perhaps:
        yield f"{what} is unknown without cause"
    if delivery.promise == "never-twice" and len(copies) > 1:
        yield f"{what} came twice though never was promised"
    if len({one.hash for one in copies}) > 1:
        yield f"{what} came in different words"
    if delivery.channel != "slack" and not all(whole.told_by(one) for one in copies):
        yield f"{what} came without some of its acts and leads to no page of them"


def wrong_hours(life: Lived) -> list[str]:
    """Nothing comes in quiet hours, nor to who rests or left, nor to an address that was given up."""
    wrong, off = [], _off(life)
    sent = {one.key: one.subscription for one in _store(life).deliveries(limit=None)}
    for one in life.doors.taken:
        name = sent.get(_key(one))
        if name is None or life.machine.troubles.out(one.at):
            continue
        if rests(life.wishes[name], one.at):
            wrong.append(f"{name}: disturbed at {one.at}")
        if any(begin < one.at < end for begin, end in off.get(name, ())):
            wrong.append(f"{name}: written to at {one.at} while it was off")
        moved = next((note.at for note in life.machine.diary if (note.what, note.name) == ("change to", name)), one.at)
        if one.at > moved and one.target not in life.wishes[name].moved_to:
            wrong.append(f"{name}: {one.at} at the old address")
    return wrong


def _off(life: Lived) -> dict[str, list[tuple[datetime, datetime]]]:
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for note in life.machine.diary:
        if note.what in {"pause", "remove"}:
            spans[note.name].append((note.at, life.machine.now))
        elif note.what == "resume":
            spans[note.name][-1] = spans[note.name][-1][0], note.at
    return spans


def wrong_visits(life: Lived) -> list[str]:
    """No source is left unasked, and after a pause of the machine each is asked once."""
    wrong, off, tick = [], life.machine.troubles.off, life.world.scale.tick
    for name, visits in life.doors.visits.items():
        for before, after in pairwise(visits):
            rested = sum(
                (min(end, after) - max(begin, before) for begin, end in off if begin < after and end > before), timedelta()
            )
            if after - before - rested > LONGEST_UNSEEN:
                wrong.append(f"{name}: not asked from {before} to {after}")
        for _, end in off:
            first = [at for at in visits if end <= at < end + 2 * tick]
            if len(first) > len(set(first)):
                wrong.append(f"{name}: asked {len(first)} times when the machine came back at {end}")
    return wrong + [f"{name}: never asked" for name in life.world.offices.keys() - life.doors.visits.keys()]


def _key(one: Taken) -> str:
    """The delivery's id as its receiver sees it: whole, at the front of a Message-ID, or (in a room) not at all."""
    return one.key.partition(".")[0] or one.hash


def _numbers(life: Lived) -> dict[str, int]:
    """Event → the act that it reports."""
    return {one.event.id: told(one).act for one in _store(life).announcements(0)}


def _hash(store: Store, delivery: Delivery) -> str:
    try:
        return sha256(store.delivery(delivery.key).payload.filled).hexdigest()
    except NotFound:
        return delivery.key


def _store(life: Lived) -> Store:
    return life.machine.running.store
