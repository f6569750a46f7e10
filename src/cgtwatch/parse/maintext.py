"""The main text and the likely date of a page without any rule, with trafilatura and htmldate."""

from copy import deepcopy
from datetime import date, datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from cgtwatch.text.clean import clean
from cgtwatch.text.html import to_text

_TOO_LITTLE = 0.1  # of the page's text: less than this found means that the finder was mistaken


def main_text(root: HtmlElement) -> str:
    """The article's text; where hardly any is found, the text of the whole page, for a document must not be lost."""
    whole = to_text(root)
    found = bare_extraction(deepcopy(root), favor_recall=True, include_comments=False, include_tables=True, with_metadata=False)
    text = clean(getattr(found, "text", None) or "")
    return text if len(text) > _TOO_LITTLE * min(len(whole), 2000) else whole


def likely_date(root: HtmlElement, url: str, now: datetime) -> date | None:
    """The day of publication as the page's structure suggests it; None where nothing does."""
    try:
        latest = (now + timedelta(days=1)).date().isoformat()
        found = find_date(
            deepcopy(root),
            url=url if url.startswith("http") else None,
            original_date=True,
            min_date="1990-01-01",
            max_date=latest,
        )
        return date.fromisoformat(found) if found else None
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        return None  # it guesses over foreign markup; a page that breaks it has no date
