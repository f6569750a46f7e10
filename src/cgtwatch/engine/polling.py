"""What may be asked for about sources: visit them now, let go what the guard holds."""

from collections.abc import Iterator

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import BusyError
from cgtwatch.model.item import Outcome
from cgtwatch.pipeline.poll import PollRow


def poll(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `ids` (those sources), or `all`, else what is due. Rows: one a source, then `summary`."""
    app = engine.app
    sources = [source for source in app.sources if source.enabled]
    if args.get("ids"):
        sources = [app.source(name) for name in args["ids"]]
    elif not args.get("all"):
        due = set(app.store.due(app.clock(), [source.id for source in sources]))
        sources = [source for source in sources if source.id in due]
    started, rows = app.clock(), []
    yield {"total": len(sources)}
    for row in engine.poll(sources):
        rows.append(row)
        yield _record(row)
    if app.stopping.is_set():
        raise BusyError("cgtwatch is stopping; not every source was visited, ask again when it runs")
    yield {"summary": _summary(rows, (app.clock() - started).total_seconds())}


def _record(row: PollRow) -> Row:
    """A visit as `poll --json` prints it."""
    return {
        "source": row.source, "outcome": row.outcome.value, "status": row.status, "new": row.new, "updated": row.updated, "gone": row.gone,
        "requests": row.requests, "bytes": row.bytes, "seconds": row.seconds, "error": row.error,
        "announced": row.announced, "baseline": row.baseline, "notes": list(row.notes),
    }  # fmt: skip


def _summary(rows: list[PollRow], seconds: float) -> Row:
    count = {outcome.value: sum(row.outcome is outcome for row in rows) for outcome in Outcome}
    totals = {
        name: sum(getattr(row, name) for row in rows) for name in ("new", "updated", "gone", "announced", "requests", "bytes")
    }
    stored = not any((row.error or "").startswith("storage") for row in rows)
    return {"sources": len(rows), **count, **totals, "seconds": round(seconds, 3), "stored": stored}


def release(engine: Engine, args: Args) -> Iterator[Row]:
    """Let go what the guard holds: `keep` true says that the page is to be believed."""
    source = engine.app.source(args["id"])
    pages = engine.app.store.release(source.id, bool(args["keep"]), engine.app.clock())
    yield {"source": source.id, "released": len(pages), "kept": bool(args["keep"])}
