"""Who is served next: lanes of senders for the ways out, in which targets in trouble hold up nobody else.

A lane has a few senders at a time; one that takes longer than `threads.PATIENCE` gives its place to another. Targets that failed or
were slow share a quarter of a lane's places, so that a hundred dead ones leave the rest to the others. A way that is in trouble
as a whole, such as a mail server that is down, holds its lane back and is asked again by one message at a time.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cgtwatch.engine.threads import PATIENCE, Threads
from cgtwatch.model.delivery import Delivery, SendOutcome, SendResult
from cgtwatch.store import Store

AHEAD = 500  # deliveries that are looked up at a time
PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 30, 60))  # of a way after its first trouble, its second, …
_CROWDED = 300.0  # seconds for which fewer are sent at a time where a server found them too many
_REMEMBERED = 300  # slow targets


@dataclass(frozen=True, slots=True)
class Plan:
    """How a lane is served. `channels` None: all that no other lane has. `crowd`: how many times `size` where others wait."""

    name: str
    size: int
    channels: tuple[str, ...] | None
    crowd: int = 1
    share: float | None = None  # of all places, for targets in trouble; None: as many as there is room for


# One mail server takes a few sessions (as many as `deliver.mail.pool` keeps), one disk one file at a time, the rest of the world is wide:
# `benchmarks/delivery.py` reaches 0.6 of a bare loop with 32 senders, and 0.8 with 64.
PLANS = (Plan("mail", 8, ("email",)), Plan("local", 2, ("maildir",)), Plan("web", 64, None, 2, 0.25))


@dataclass
class Way:
    """How a channel as a whole fares."""

    troubles: int = 0  # in a row
    held_until: datetime | None = None
    fewer: int | None = None  # places at most, since `fewer_at`
    fewer_at: float = 0.0
    sent_at: float = float("-inf")

    def learn(self, outcome: SendOutcome, begun_at: float, now: datetime, monotonic: float, under_way: int) -> int:
        """What an attempt that began at `begun_at` says of the way; the troubles in a row."""
        if not outcome.everyone:
            if outcome.result is SendResult.SENT:
                self.troubles, self.held_until, self.sent_at = 0, None, monotonic
        elif self.sent_at >= begun_at:  # others came through meanwhile: it is not down, but we are too many
            self.fewer, self.fewer_at = max(1, min(self.fewer or under_way, under_way)), monotonic
        else:
            if self.held_until is None or self.held_until <= now:  # those that were under way together are one trouble
                self.troubles += 1
            pause = max(PAUSES[min(self.troubles, len(PAUSES)) - 1], min(outcome.retry_after or timedelta(), PAUSES[-1]))
            self.held_until = max(self.held_until or now, now + pause)
        return self.troubles

    def places(self, size: int, now: datetime, monotonic: float) -> int:
        """How many may be under way."""
        if self.held_until is not None and now < self.held_until <= now + PAUSES[-1]:
            return 0
        if self.troubles:
            return 1  # one asks for all
        if self.fewer is not None and monotonic - self.fewer_at > _CROWDED:
            self.fewer = None
        return min(size, self.fewer) if self.fewer is not None else size


class Lane:
    """The senders of some channels, and who waits for them. Only the holder of the ledger's lock touches it."""

    def __init__(self, plan: Plan, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.plan = plan
        self.threads: Threads[SendOutcome] = Threads(f"send-{plan.name}", plan.size, monotonic, plan.crowd)
        self._monotonic = monotonic
        self._way = Way()
        self._stale = self._all_fresh = self._all_troubled = True
        self._fresh: deque[Delivery] = deque()
        self._troubled: deque[Delivery] = deque()
        self._begun: dict[str, tuple[float, bool]] = {}  # when, and whether its target was in trouble
        self._slow: OrderedDict[str, None] = OrderedDict()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._begun

    def look_again(self, *, asked: bool = False) -> None:
        """Something may have come into the ledger; `asked`: a person wants it sent, so a way that rests is tried."""
        self._stale = True
        if asked:
            self._way.held_until = None

    def pick(self, store: Store, now: datetime) -> list[Delivery]:
        """Those that are to begin now; targets that are well before those in trouble."""
        most = self.plan.size * self.plan.crowd
        places = min(self.threads.room(), self._way.places(most, now, self._monotonic()) - len(self._begun))
        if places <= 0:
            return []
        if self._stale or not (self._fresh or self._all_fresh) or not (self._troubled or self._all_troubled):
            self._look(store, now)
        picked = [self._fresh.popleft() for _ in range(min(places, len(self._fresh)))]
        left = places - len(picked)
        if self.plan.share is not None:
            in_trouble = sum(troubled for _, troubled in self._begun.values())
            left = min(left, max(1, int(most * self.plan.share)) - in_trouble)
        return [*picked, *(self._troubled.popleft() for _ in range(max(0, min(left, len(self._troubled)))))]

    def begin(self, delivery: Delivery) -> None:
        """Its attempt is recorded and about to be made."""
        self._begun[delivery.key] = self._monotonic(), delivery.attempts > 1 or delivery.target in self._slow

    def end(self, delivery: Delivery, outcome: SendOutcome, now: datetime) -> int:
        """Its attempt was made; how often in a row the whole way was in trouble."""
        at = self._monotonic()
        begun, _ = self._begun.pop(delivery.key, (at, False))
        self._slow.pop(delivery.target, None)
        if self.plan.share is not None and at - begun > PATIENCE:
            self._slow[delivery.target] = None
            if len(self._slow) > _REMEMBERED:
                self._slow.popitem(last=False)
        return self._way.learn(outcome, begun, now, at, len(self._begun))

    def follow(self, head: Delivery, now: datetime) -> None:
        """It stands first in line now where an attempt ended."""
        if head.due_at is None or head.due_at <= now:
            (self._troubled if head.attempts or head.target in self._slow else self._fresh).append(head)

    def _look(self, store: Store, now: datetime) -> None:
        """What is due, oldest first. It is looked up again on the next tick, or as soon as all of a long list has begun."""
        others = tuple(name for plan in PLANS for name in plan.channels or ())
        find = partial(store.due_deliveries, now, AHEAD, self.plan.channels, others, slow=tuple(self._slow))
        self._fresh, self._troubled = deque(find(in_trouble=False)), deque(find(in_trouble=True))
        self._stale = False
        self._all_fresh, self._all_troubled = len(self._fresh) < AHEAD, len(self._troubled) < AHEAD


def lane_of(lanes: Sequence[Lane], channel: str) -> Lane:
    """The lane that serves a channel."""
    return next((lane for lane in lanes if channel in (lane.plan.channels or ())), lanes[-1])
