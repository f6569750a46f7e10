"""The address of all that a shortened digest tells, and what that address asks for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.model.event import Announcement
from cgtwatch.model.subscription import Cadence, Every, Filter, Options, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage

PATH = "/told"
MOST = 5000  # announcements that a page looks through
_KINDS: Mapping[str, Callable[[str], Any]] = {"levels": Level, "doc_types": DocType, "stages": Stage}
_FILTER = {
    "topics": "topic",
    "jurisdictions": "jurisdiction",
    "levels": "level",
    "issuers": "issuer",
    "doc_types": "doc_type",
    "stages": "stage",
}


def whole_link(context: DigestContext, subscription: Subscription, announcements: Sequence[Announcement]) -> str:
    """Where all of `announcements` stand on our page: their range and what was asked for, and nothing of who asked.

    What was stored in silence (`seq` 0) is found by the day since which it was asked for. Readers with equal filters share the
    address. Empty where there is no page, or where the filter is too long for an address.
    """
    if context.public_url is None or not announcements:
        return ""
    asked, numbers = subscription.filter, [one.seq for one in announcements if one.seq]
    query: list[tuple[str, str | int]] = [
        ("after", min(numbers, default=1) - 1),
        ("upto", max(numbers, default=0)),
        *([("since", subscription.options.backlog)] if len(numbers) < len(announcements) else []),
        ("lang", subscription.language),
        ("tz", subscription.timezone),
    ]
    query += [(key, str(value)) for name, key in _FILTER.items() for value in getattr(asked, name)]
    query += [("importance", str(asked.importance))] if asked.importance else []
    query += [("query", asked.query)] if asked.query.strip() else []
    return safe_link(context.public_url.rstrip("/") + context.keyed(f"{PATH}?{urlencode(query)}"))


@dataclass(frozen=True, slots=True)
class Range:
    """What such an address asks for: the announcements after `after` up to `upto`, as `reader` wants them.

    Where `reader` is not welcomed yet, also what was stored in silence since `reader.options.backlog`.
    """

    after: int
    upto: int
    reader: Subscription


def asked_for(query: Iterable[tuple[str, str]]) -> Range | None:
    """What the address asks for; None where it is not one of ours, or asks for more than a page holds."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    try:
        after, upto = int(given["after"][0]), int(given["upto"][0])
        since = date.fromisoformat(given["since"][0]).isoformat() if "since" in given else ""
        if not 0 <= after <= upto <= after + MOST or (after == upto and not since):
            return None
        kept: dict[str, Any] = {name: tuple(map(_KINDS.get(name, str), given.get(key, ()))) for name, key in _FILTER.items()}
        least = Importance(given["importance"][0]) if "importance" in given else None
        wanted = Filter(**kept, importance=least, query=given.get("query", [""])[0])
        zone = given.get("tz", ["Asia/Shanghai"])[0]
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return None
    language = "zh" if given.get("lang", ["zh"])[0] == "zh" else "en"
    reader = Subscription("", "page", "", Cadence(Every.DAILY), wanted, zone, language)
    return Range(after, upto, replace(reader, welcomed=not since, options=Options(backlog=since)))
