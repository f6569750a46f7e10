"""The price of a visit at which sources of one interval make as many visits as their intervals allow together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor, log2

from cgtwatch.diff.pace import Curve

MOST = 3.0  # times its own budget that a source gets on its busiest day
WEEK = 168.0  # hours
_OCTAVES = 16  # above and below the price at which an even week is asked once an interval
_STEPS = 40
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Counter:
    """How many visits a curve leads to in a week, by the price; `price` is in octaves above half the interval squared."""

    curve: Curve
    begin: float
    every: float
    limits: tuple[float, float]
    counted: dict[int, tuple[float, int]] = field(default_factory=dict)

    def visits(self, octave: float) -> float:
        """Visits in the week from `begin` on: counted for whole octaves, between them drawn as a power."""
        low = floor(octave)
        part = octave - low
        return float(self._at(low)[0] ** (1 - part) * self._at(low + 1)[0] ** part)

    def cheapest(self) -> float:
        """The lowest price that leads to no busier day than a source may have."""
        most, low = MOST * 24 / self.every, 0
        while low > -_OCTAVES and self._at(low - 1)[1] <= most:
            low -= 1
        return float(low)

    def price(self, octave: float) -> float:
        """The price in hours of waiting."""
        return float(self.every * self.every / 2 * 2**octave)

    def _at(self, place: int) -> tuple[float, int]:
        if place not in self.counted:
            self.counted[place] = self._count(self.price(place))
        return self.counted[place]

    def _count(self, price: float) -> tuple[float, int]:
        made, last, days = 0, self.begin, [0] * 8
        for at in self.curve.visits(self.begin, self.begin + WEEK + self.limits[1], price, self.limits):
            if at > self.begin + WEEK:
                rest = (self.begin + WEEK - last) / (at - last)
                return made + rest, max(days)
            made, last = made + 1, at
            days[int((at - self.begin) / 24)] += 1
        return float(made), max(days)


def prices(
    curves: Mapping[str, Curve], weights: Mapping[str, float], now: datetime, limits: tuple[timedelta, timedelta, timedelta]
) -> dict[str, float]:
    """The price for each source, where `limits` are the interval, the shortest and the longest gap of all of them.

    One price is shared; a source's weight divides it. It is such that the visits of the coming week are as many as if everyone
    were asked once an interval.
    """
    every, shortest, longest = (each / _HOUR for each in limits)
    counters = {id(curve): Counter(curve, curve.hour(now), every, (shortest, longest)) for curve in curves.values()}
    least = {key: counter.cheapest() for key, counter in counters.items()}
    mean = sum(log2(weights[name]) for name in curves) / len(curves)
    asked = [(name, id(curve), mean - log2(weights[name])) for name, curve in curves.items()]
    budget = len(curves) * WEEK / every
    low, high = -float(_OCTAVES), float(_OCTAVES)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        spent = sum(counters[key].visits(_octave(middle + off, least[key])) for _, key, off in asked)
        low, high = (middle, high) if spent > budget else (low, middle)
    return {name: counters[key].price(_octave(high + off, least[key])) for name, key, off in asked}


def _octave(wanted: float, least: float) -> float:
    return min(max(wanted, least), float(_OCTAVES))
