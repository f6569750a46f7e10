"""The rhythm of a source as a small picture: its visits of the last 30 days, what they brought, and when more is to be expected."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log1p

from cgtwatch.app import App

DAYS, AHEAD = 30, 7  # days shown, and days after today in which what is expected has its place
STEP, HIGH, BASE = 4, 18, 20  # pixels: width of a day, the highest bar, the line on which bars stand
_FULL = 12  # new items of a day that make the highest bar, where there never were more
_DAY = timedelta(days=1)
Count = tuple[int, int, int]  # visits, of them failed, news


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The picture as SVG path data, and its sums for whoever does not see it. `expected`: where the ring stands, None without one."""

    news: str
    good: str
    failed: str
    visits: int
    failures: int
    items: int
    expected: int | None
    width: int = (DAYS + AHEAD) * STEP


class Rhythms:
    """Counts of visits by source and day, kept in memory: what was counted once is not counted again."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[date, Count]] = {}
        self._last = 0
        self._guard = threading.Lock()

    def counts(self, app: App) -> Mapping[str, Mapping[date, Count]]:
        """The counts of all sources since 30 days ago, with the latest visits."""
        today = app.clock().date()
        with self._guard:
            self._last, days = app.store.days_of_visits(app.clock() - DAYS * _DAY, self._last)
            fresh = {source: dict(found) for source, found in self._counts.items()} if days else self._counts
            for day in days:
                of = fresh.setdefault(day.source, {})
                visits, failed, news = of.get(day.on, (0, 0, 0))
                of[day.on] = (visits + day.visits, failed + day.failed, news + day.news)
            oldest = today - DAYS * _DAY
            self._counts = {source: {on: n for on, n in found.items() if on > oldest} for source, found in fresh.items()}
            return self._counts


def rhythm(counts: Mapping[date, Count], now: datetime, expected: datetime | None) -> Rhythm:
    """The picture of these counts; today is the last day but for those ahead."""
    today = now.date()
    most = max([_FULL, *(news for _, _, news in counts.values())])
    bars: list[str] = []
    good: list[str] = []
    failed: list[str] = []
    for on, (visits, failures, news) in sorted(counts.items()):
        left = (DAYS - 1 - (today - on).days) * STEP
        if left < 0:
            continue
        if news:
            high = max(2, round(HIGH * log1p(news) / log1p(most)))
            bars.append(f"M{left} {BASE}v-{high}h3v{high}z")
        (failed if failures == visits else good).append(f"M{left} {BASE + 1}h3v3h-3z")
    ahead = None if expected is None else max(0, min(AHEAD - 1, (expected.date() - today).days))
    ring = None if ahead is None else (DAYS - 1 + ahead) * STEP + STEP // 2
    sums = [sum(count[n] for count in counts.values()) for n in range(3)]
    return Rhythm("".join(bars), "".join(good), "".join(failed), sums[0], sums[1], sums[2], ring)
