"""When a detail page was published: what it shows to a reader, then what its metadata says, then its address."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from cgtwatch.parse.drafts import Dated
from cgtwatch.parse.heading import bare_date, head_date, without_clock
from cgtwatch.registry import load
from cgtwatch.text.dates import parse_date
from cgtwatch.text.html import to_text

PAGE, META, ADDRESS = "page", "meta", "address"

_LIKELY = {"date": "cgtwatch.parse.maintext:likely_date"}
# Metadata that names the publication, and metadata that may mean the time at which the page was generated.
_PUBLISHED = ("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "firstpublishedtime")
_PERHAPS = ("pubdate", "publishdate", "publish-date", "publication_date", "dc.date.issued", "dcterms.issued", "dc.date", "date", "citation_date",
            "sailthru.date", "parsely-pub-date", "weibo:article:create_at", "article:published", "originalpublicationdate")  # fmt: skip

_JUST_NOW = timedelta(minutes=3)
_TOUCHED = timedelta(hours=1)  # clocks of a web server and its content system differ
_SLACK = timedelta(days=7)  # an address keeps the day of the first draft, which can be a week before


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside a page's metadata: when it was fetched, when its file changed, the day in its address."""

    now: datetime
    zone: str
    last_modified: datetime | None = None
    address: date | None = None
    formats: tuple[str, ...] = ()  # of the source's rule


def believable(stamp: Dated, around: Around) -> bool:
    """Whether a date of the metadata can be that of publication, and not of the moment at which the page was generated.

    Not believed: the moment of the visit itself; a moment after the file last changed; a day a week or more after the day in
    the address. Bare days are only held against the address.
    """
    if stamp.on is None:
        return False
    if around.address is not None and stamp.on - around.address > _SLACK:
        return False
    if stamp.published is None:
        return True
    if abs(around.now - stamp.published) < _JUST_NOW:
        return False
    return around.last_modified is None or stamp.published <= around.last_modified + _TOUCHED


def published(root: HtmlElement, lines: list[str], url: str, around: Around, ruled: Iterable[tuple[str, bool]]) -> Dated:
    """The date of a page. `ruled` are values found by the source's own rule, each with whether it stood in a `meta` element."""
    short, today = without_clock(lines, zone=around.zone, now=around.now)
    short = [line for line in short if len(line) <= 160]  # sentences that mention a date are left out
    metas = list(metas_of(root))
    return (
        _by_rule(ruled, around)
        or _believed(_linked_and(root, metas, _PUBLISHED), around)
        or _or_none(head_date(short, zone=around.zone, now=around.now))
        or _or_none(bare_date(short, zone=around.zone, now=around.now))
        or _believed([value for name in _PERHAPS for key, value in metas if key == name], around)
        or _first_shown([element.get("datetime") or to_text(element) for element in root.iter("time")], around)
        or (Dated(None, around.address, ADDRESS) if around.address else None)
        or _likely(root, url, around.now, today)
    )


def metas_of(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Names of the page's metadata in lower case, with their values."""
    for meta in root.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if key and meta.get("content"):
            yield key.strip().lower(), meta.get("content") or ""


def _by_rule(ruled: Iterable[tuple[str, bool]], around: Around) -> Dated | None:
    for value, in_meta in ruled:
        found = _read(value, META if in_meta else PAGE, around, around.formats)
        if found.on and (not in_meta or believable(found, around)):
            return found
    return None


def _believed(values: Iterable[str], around: Around) -> Dated | None:
    return next((found for value in values if believable(found := _read(value, META, around), around)), None)


def _first_shown(values: Iterable[str], around: Around) -> Dated | None:
    return next((found for value in values if (found := _read(value, PAGE, around)).on), None)


def _or_none(found: Dated) -> Dated | None:
    return found if found.on else None


def _read(value: str, stood: str, around: Around, formats: tuple[str, ...] = ()) -> Dated:
    when = parse_date(value, zone=around.zone, formats=formats, now=around.now)
    return Dated(when.at, when.on, stood) if when else Dated()


def _likely(root: HtmlElement, url: str, now: datetime, today: frozenset[date]) -> Dated:
    found: date | None = load(_LIKELY, "date", what="date finder")(root, url, now)
    return Dated(None, found, PAGE) if found and found not in today else Dated()


def _linked_and(root: HtmlElement, metas: list[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    return [value for name in names for key, value in metas if key == name] + list(_linked_data(root))


def _linked_data(root: HtmlElement) -> Iterator[str]:
    """`datePublished` of schema.org, as JSON-LD or microdata."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                yield from _dates_in(json.loads(script.text or ""), depth=4)
            except (ValueError, RecursionError):
                continue
    for element in root.iterfind(".//*[@itemprop='datePublished']"):
        yield element.get("datetime") or element.get("content") or to_text(element)


def _dates_in(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - the JSON border
    if isinstance(value, dict):
        if isinstance(value.get("datePublished"), str):
            yield value["datePublished"]
        value = list(value.values())
    if isinstance(value, list) and depth:
        for inner in value[:100]:
            yield from _dates_in(inner, depth - 1)
