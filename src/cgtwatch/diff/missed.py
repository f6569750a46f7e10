"""How many entries came and went between two looks at a page on which nothing known is left."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cgtwatch.model.draft import Draft

_LEAST = 3  # dated entries: two tell no pace
_MOST = 10_000  # beyond, the days of the page say something else than when its entries came


def missed(fresh: Iterable[Draft], last_look: datetime | None) -> int | None:
    """About how many: as often as those on the page came, from the last look until the oldest of them.

    None where the page does not say when they came to the minute, or says that they had come before.
    """
    moments = sorted(draft.published for draft in fresh if draft.published is not None)
    if last_look is None or len(moments) < _LEAST or moments[0] <= last_look or moments[0] == moments[-1]:
        return None
    pause: timedelta = (moments[-1] - moments[0]) / (len(moments) - 1)
    found = round((moments[0] - last_look) / pause) - 1  # the oldest one itself was not missed
    return found if 0 < found <= _MOST else None
