"""What today's rules would make of everything that is stored: reads only, and never tells anybody."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.records import day
from cgtwatch.errors import ParseError
from cgtwatch.model.classification import Labels
from cgtwatch.model.draft import Article
from cgtwatch.model.source import Source
from cgtwatch.pipeline.reread import Difference, differences, kept_page, reread
from cgtwatch.store.records import StoredReading

Row = dict[str, Any]
_MOST_RULES = 10  # versions named in the sum


@dataclass(frozen=True, slots=True)
class Asked:
    """Which documents to read again, and whether their kept pages are to be taken apart again too."""

    since: datetime | None = None
    source: str | None = None
    pages: bool = False


def replayed(app: App, asked: Asked, tick: Callable[[int], None]) -> Iterator[Row]:
    """A row for each event that would be changed, new or gone, then `summary`. `tick` is called with how many items are done."""
    begin, totals, fields, was, pages = perf_counter(), Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    sources = {one.id: one for one in app.sources}
    for n, stored in enumerate(app.store.readings(asked.since, asked.source), start=1):
        article = _article(app, stored, sources, pages) if asked.pages else None
        again = reread(stored, sources, app.read, article)
        pages["text_changed"] += article is not None and again.document.text != stored.item.latest.text
        found = [one for one in differences(stored.events, again.events) if _counts(one, stored)]
        was[stored.classification.rules if stored.classification else ""] += 1
        totals.update({"items": 1, "events": len(stored.events), "items_changed": bool(found)})
        for one in found:
            totals[one.change] += 1
            fields.update(one.fields.keys())
            yield _row(one)
        tick(n)
    totals["same"] = totals["events"] - totals["changed"] - totals["vanished"]
    names = ("items", "items_changed", "events", "same", "changed", "new", "vanished")
    rules = {"now": app.rules.version, "before": dict(was.most_common(_MOST_RULES))}
    taken = {"pages": {name: pages[name] for name in ("read", "missing", "refused", "text_changed")}} if asked.pages else {}
    yield {
        "summary": {
            **{name: totals[name] for name in names}, "fields": dict(fields.most_common()), **taken, "rules": rules,
            "seconds": round(perf_counter() - begin, 3),
        }
    }  # fmt: skip


def _article(app: App, stored: StoredReading, sources: Mapping[str, Source], pages: Counter[str]) -> Article | None:
    """What the parser makes of the kept page of an item today; None where the text stands for itself: the page is not kept, or the text
    came out of attachments too.
    """
    latest, source = stored.item.latest, sources.get(stored.item.source)
    if latest.archive_key is None or latest.attachments or source is None:
        return None
    try:
        article = app.parser.article(source, kept_page(stored.item, app.archive.get(latest.archive_key)))
    except (KeyError, ValueError):
        pages["missing"] += 1
        return None
    except ParseError:
        pages["refused"] += 1
        return None
    pages["read"] += 1
    return article


def _counts(one: Difference, stored: StoredReading) -> bool:
    """An event that a person says is relevant stays whatever the rules make of it."""
    mark = stored.marks.get(one.event.id)
    return not (one.change == "vanished" and mark is not None and mark.relevant)


def _row(one: Difference) -> Row:
    event = one.event
    said: Mapping[str, Any] = {name: {"before": _plain(pair[0]), "after": _plain(pair[1])} for name, pair in one.fields.items()}
    shown = {} if one.change == "changed" else {"labels": _brief(event.labels)}
    return {
        "change": one.change, "event": event.id, "item": event.item_id, "source": event.source, "date": day(event.on), "title": event.title,
        "url": event.url, "fields": said, **shown,
    }  # fmt: skip


def _brief(labels: Labels) -> Row:
    names = ("doc_type", "stage", "jurisdiction", "issuers", "modalities", "importance")
    return {name: _plain(getattr(labels, name)) for name in names}


def _plain(value: object) -> object:
    """A value as JSON knows it."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if value is None or isinstance(value, bool) else str(value)
