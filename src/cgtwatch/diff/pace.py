"""How fast time counts at a place, and when by that count a source is asked again."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from math import sqrt
from typing import Protocol

STEP = 0.5  # hours; zones differ by half-hours
_HOUR = timedelta(hours=1)
_SPREAD = 0.05  # of a wait: sources that are alike must not be asked all at once
_LATE = timedelta(minutes=1)  # by which a visit may miss its time and still be followed by the next one


class Pace(Protocol):
    """When a source is asked again."""

    def next(self, last: datetime) -> datetime:
        """The time of the visit after the one at `last`."""
        ...


@dataclass(frozen=True, slots=True)
class Curve:
    """How much news is to be expected at a place from `start` on, in steps of half an hour; 1 is the mean of a common week.

    `area` is the integral of `rate` up to the begin of each step, `volume` the integral of that, both in hours.
    """

    start: datetime
    rate: tuple[float, ...]
    area: tuple[float, ...]
    volume: tuple[float, ...]

    @property
    def length(self) -> float:
        """Hours."""
        return len(self.rate) * STEP

    def hour(self, at: datetime) -> float:
        """The hours from `start` to `at`."""
        return (at - self.start) / _HOUR

    def crossing(self, begin: float, price: float, most: float) -> float:
        """The hour at which what came since the hour `begin` has waited `price` in sum, `begin + most` at the latest.

        News that is expected at the rate r(u) has waited the integral of r(u)·(t − u) by the time t.
        """
        rate, area, volume = self.rate, self.area, self.volume
        low = int(begin / STEP)
        into = begin - low * STEP
        height = area[low] + rate[low] * into
        base = volume[low] + (area[low] + rate[low] * into / 2) * into + price - begin * height
        high = min(int((begin + most) / STEP), len(rate) - 1)
        while low < high:  # the last step that begins before the price is reached
            middle = (low + high + 1) // 2
            if volume[middle] - middle * STEP * height < base:
                low = middle
            else:
                high = middle - 1
        # Within the step: volume + area·y + rate·y²/2 − (step + y)·height = base.
        slope = area[low] - height
        rest = base - volume[low] + low * STEP * height
        root = sqrt(max(slope * slope + 2 * rate[low] * rest, 0.0))
        if slope <= 0:
            return min(low * STEP + (root - slope) / rate[low], begin + most) if rate[low] > 0 else begin + most
        return min(low * STEP + 2 * rest / (root + slope), begin + most)

    def visits(self, begin: float, end: float, price: float, limits: tuple[float, float]) -> Iterator[float]:
        """The hours of all visits after one at `begin` until `end`; `limits` are the shortest and the longest gap in hours."""
        shortest, longest = limits
        at = begin
        while True:
            at = max(self.crossing(at, price, longest), at + shortest)
            if at > end:
                return
            yield at


def curve_of(start: datetime, rate: Sequence[float]) -> Curve:
    """The curve of these rates, half an hour each."""
    area = tuple(accumulate((each * STEP for each in rate), initial=0.0))
    volume = tuple(accumulate(((a + r * STEP / 2) * STEP for a, r in zip(area, rate, strict=False)), initial=0.0))
    return Curve(start, tuple(rate), area, volume)


@dataclass(frozen=True, slots=True)
class Priced:
    """Again as soon as what is expected to wait for us is worth the price of a visit, give or take a twentieth."""

    source: str
    curve: Curve
    price: float
    every: timedelta
    shortest: timedelta
    longest: timedelta

    def next(self, last: datetime) -> datetime:
        """The time of the visit after the one at `last`; an interval later where the curve does not reach."""
        begin, most = self.curve.hour(last), self.longest / _HOUR
        if begin < 0 or begin + most >= self.curve.length:
            return last + self.every
        wait = (self.curve.crossing(begin, self.price, most) - begin) * (
            1 + _SPREAD * drawn(f"{self.source}\x1f{last.isoformat()}")
        )
        return last + min(max(timedelta(seconds=round(wait * 3600)), self.shortest), self.longest)


@dataclass(frozen=True, slots=True)
class Beat:
    """A fixed interval, at the hours of the day at which it finds most."""

    times: tuple[datetime, ...]
    every: timedelta

    def next(self, last: datetime) -> datetime:
        """The latest of its times within an interval; somewhat early, where there is none but at once."""
        place = bisect_right(self.times, last + self.every + _LATE)
        if not place or place == len(self.times):
            return last + self.every
        due = self.times[place - 1]
        return min(due, last + self.every) if due > last + self.every / 4 else last + self.every * 0.8


def drawn(seed: str) -> float:
    """A number from -1 to 1 that is the same for the same seed."""
    return int.from_bytes(sha256(seed.encode()).digest()[:4], "big") / 0xFFFFFFFF * 2 - 1
