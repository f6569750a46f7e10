"""The address of all that a shortened digest tells, and what that address asks for."""

from collections.abc import Sequence
from urllib.parse import urlencode

from cgtwatch.compose.links import safe_link
from cgtwatch.model.event import Announcement
from cgtwatch.model.subscription import Subscription

PATH = "/told"
_FILTER = {
    "topics": "topic",
    "jurisdictions": "jurisdiction",
    "levels": "level",
    "issuers": "issuer",
    "doc_types": "doc_type",
    "stages": "stage",
}


def whole_link(public_url: str | None, subscription: Subscription, announcements: Sequence[Announcement]) -> str:
    """Where all of `announcements` stand on our page: their range and what was asked for, and nothing of who asked.

    Readers with equal filters share it. Empty where there is no page, or where the filter is too long for an address.
    """
    if public_url is None or not announcements:
        return ""
    asked = subscription.filter
    query: list[tuple[str, str | int]] = [
        ("after", min(one.seq for one in announcements) - 1),
        ("upto", max(one.seq for one in announcements)),
        ("lang", subscription.language),
        ("tz", subscription.timezone),
    ]
    query += [(key, str(value)) for name, key in _FILTER.items() for value in getattr(asked, name)]
    query += [("importance", str(asked.importance))] if asked.importance else []
    query += [("query", asked.query)] if asked.query.strip() else []
    return safe_link(f"{public_url.rstrip('/')}{PATH}?{urlencode(query)}")
