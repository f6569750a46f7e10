"""What all parsers do to the pieces of an entry: plain text, one-line titles, links that may be followed, dates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from cgtwatch.model.draft import Attachment, Draft
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.dates import from_url, parse_date
from cgtwatch.text.html import looks_like_html, to_text
from cgtwatch.text.language import guess
from cgtwatch.text.urls import file_name, join

LONGEST_TITLE = 500  # characters; the longest real title seen had 226
_STAND_IN = 120


@dataclass(frozen=True, slots=True)
class Dated:
    """When an entry was published: the moment, the day as printed, or neither; and where that stood, as `Draft.date_from` says it."""

    published: datetime | None = None
    on: date | None = None
    stood: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The drafts of a page in its order, and what a person should know about them."""

    drafts: tuple[Draft, ...]
    warnings: tuple[str, ...]


def plain(value: object) -> str:
    """Text or markup as clean text; entities that were escaped twice (FDA's feeds) are read twice. No text: empty."""
    if not isinstance(value, str):
        return ""
    if not looks_like_html(value):
        return clean(value)
    text = to_text(value)
    return to_text(text) if "&" in text and looks_like_html(text) else text


def title_of(value: object, text: str, url: str) -> str:
    """The title on one line; an entry without one is called by the head of its text, or by its address."""
    title = one_line(plain(value), LONGEST_TITLE)
    return title or one_line(text, _STAND_IN) or one_line(file_name(url) or url, LONGEST_TITLE)


def dated(values: Iterable[object], url: str, *, zone: str, now: datetime) -> Dated:
    """The first value that is a believable date, else the day that the address holds."""
    for value in values:
        when = parse_date(value, zone=zone, now=now) if isinstance(value, str) else None
        if when:
            return Dated(when.at, when.on, "row")
    return in_address(url, now=now)


def in_address(url: str, *, now: datetime) -> Dated:
    """The day that an address holds."""
    held = from_url(url, now=now) if url else None
    return Dated(None, held, "address") if held else Dated()


def language_of(text: str, fallback: str | None) -> str | None:
    """The language of the text itself; where it does not tell, what the source or feed says."""
    said = (fallback or "").strip().lower().partition("-")[0].partition("_")[0][:8] or None
    guessed = guess(text)
    return said if guessed is None or (guessed == "zh" and said == "ja") else guessed  # a Japanese title may hold no kana


def attachment(base: str, link: object, name: object) -> Attachment | None:
    """A linked document, named by its label or its file; None where the link may not be followed."""
    url = join(base, link) if isinstance(link, str) else None
    return Attachment(url, one_line(plain(name), LONGEST_TITLE) or file_name(url) or url) if url else None


def in_order(drafts: Iterable[Draft | None]) -> Ordered:
    """The drafts numbered from the top, without the empty ones and without entries printed twice.

    An id that several different entries share says nothing: it is taken away from all of them, with a warning.
    """
    rows = list(drafts)
    seen: dict[str, Draft] = {}
    shared: set[str] = set()
    kept: list[Draft] = []
    for draft in rows:
        if draft is None:
            continue
        first = seen.setdefault(draft.guid, draft) if draft.guid else draft
        if first is not draft:
            if first == replace(draft, position=first.position):
                continue
            shared.add(draft.guid or "")
        kept.append(draft)
    warnings = [f"{rows.count(None)} entries without title, link and text were skipped"] if None in rows else []
    if shared:
        warnings.append(f"{len(shared)} id(s) shared by different entries were ignored, such as {one_line(min(shared), 80)!r}")
    numbered = (
        draft
        if draft.position == position and draft.guid not in shared
        else replace(draft, position=position, guid=None if draft.guid in shared else draft.guid)
        for position, draft in enumerate(kept)
    )
    return Ordered(tuple(numbered), tuple(warnings))


def whole_number(text: str) -> int | None:
    """The first whole number in a text such as `1,234` or `共 85 条`; None where there is none that is believable."""
    found = re.search(r"\d[\d,]{0,14}", text)
    return int(found[0].replace(",", "")) if found else None
