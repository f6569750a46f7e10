"""Dates of metadata against each other: pages that were generated in one go share one moment to the minute."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cgtwatch.model.draft import Article

_MANY = 3  # two notices can be published together; the third within one minute is a machine


def generated(articles: Sequence[Article], zone: str) -> frozenset[datetime]:
    """The minutes that at least three pages of one visit name in their metadata: that is when the site was built, not when each
    was published. Midnight is how a bare day is written and says nothing.
    """
    told = (a.published.replace(second=0, microsecond=0) for a in articles if a.date_from == "meta" and a.published is not None)
    place = ZoneInfo(zone)
    shared = Counter(at for at in told if (there := at.astimezone(place)).hour or there.minute)
    return frozenset(at for at, times in shared.items() if times >= _MANY)
