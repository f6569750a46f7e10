"""The address of the following page where pages are addressed by number and name no next one themselves."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cgtwatch.model.source import Paging, Source
from cgtwatch.text.urls import join, normalise


def numbered_page(source: Source, url: str) -> str | None:
    """The address after `url`; None where the source has no paging, or its last allowed page is reached.

    The first page is the source's own address; `start` is the number of the second.
    """
    paging = source.paging
    if paging is None:
        return None
    number = _number(paging, source.url, url)
    following = paging.start if number is None else number + 1
    if following - paging.start + 2 > paging.max_pages:
        return None
    return _address(paging, source.url, following)


def _number(paging: Paging, first: str, url: str) -> int | None:
    """Which page `url` is by the paging's own numbers; None for the first."""
    if paging.by == "query":
        values = [value for name, value in parse_qsl(urlsplit(url).query) if name == paging.param]
        first_values = [value for name, value in parse_qsl(urlsplit(first).query) if name == paging.param]
        return int(values[0]) if values and values != first_values and values[0].isdecimal() else None
    sample = _address(paging, first, 7_000_007)
    if sample is None:
        return None
    found = re.fullmatch(re.escape(normalise(sample)).replace("7000007", r"(\d{1,7})"), normalise(url))
    return int(found[1]) if found else None


def _address(paging: Paging, first: str, number: int) -> str | None:
    if paging.by == "query":
        parts = urlsplit(first)
        pairs = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != paging.param]
        return urlunsplit(parts._replace(query=urlencode([*pairs, (paging.param or "page", str(number))])))
    return join(first, paging.path.replace("{n}", str(number))) if paging.path else None
