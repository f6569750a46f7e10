"""`sources backfill`: what a command may ask for about the past of a source."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import BusyError
from cgtwatch.model.source import Source
from cgtwatch.pipeline.backfill import End, backfill, no_pages
from cgtwatch.pipeline.older import Asked, PageRow

MOST_PAGES = 200
_COUNTED = ("new", "completed", "known", "older", "relevant", "requests", "bytes")


def older(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `id`, `since` (ISO day), `pages` (at most so many). Rows: one a page, then `summary`.

    A source that was never looked at is visited first, since what it shows at its first look must not pass for news later.
    """
    app = engine.app
    source, since = app.source(args["id"]), date.fromisoformat(args["since"])
    started = app.clock()
    said = no_pages(source) or _first_look(engine, source)
    rows: list[PageRow] = []
    ends = [End(reached=False, why=said)] if said else []
    if not said:
        with engine.leases.claimed(source.id, due=False) as taken:  # a visit would find new what is being stored here
            if taken is None:
                raise BusyError(f"{source.id}: another worker visits it now; ask again in a moment")
            for one in backfill(Asked(source, since, app.poll_parts), args.get("pages") or MOST_PAGES):
                if isinstance(one, End):
                    ends.append(one)
                else:
                    rows.append(one)
                    yield _record(one)
    if app.stopping.is_set():
        raise BusyError("cgtwatch is stopping; what was read is stored, ask again when it runs and it goes on from there")
    yield {"summary": _summary(source, since, rows, ends) | {"seconds": round((app.clock() - started).total_seconds(), 3)}}


def _first_look(engine: Engine, source: Source) -> str | None:
    """Visit a source that was never read; what is wrong where it cannot be."""
    if engine.app.store.state(source.id).baseline_done:
        return None
    [row] = engine.poll([source])
    return None if row.error is None else f"its first look has failed: {row.error}; `cgtwatch sources list {source.id}` says more"


def _record(row: PageRow) -> Row:
    """A page as `sources backfill --json` prints it."""
    days = {name: getattr(row, name).isoformat() if getattr(row, name) else None for name in ("oldest", "newest")}
    return {**asdict(row), **days, "notes": list(row.notes)}


def _summary(source: Source, since: date, rows: list[PageRow], ends: list[End]) -> dict[str, Any]:
    totals = {name: sum(getattr(row, name) for row in rows) for name in _COUNTED}
    oldest = min((row.oldest for row in rows if row.oldest), default=None)
    return {
        "source": source.id, "since": since.isoformat(), "reached": all(end.reached for end in ends),
        "pages": len({(row.url, row.page) for row in rows}), **totals,
        "oldest": oldest.isoformat() if oldest else None, "why": "; ".join(dict.fromkeys(end.why for end in ends)),
    }  # fmt: skip
