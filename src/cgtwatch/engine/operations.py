"""What a command may ask for by name: the same functions whether the running service does the work or the command itself.

Each takes the engine and JSON arguments, and yields JSON rows; trouble with the request is a `CgtwatchError`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.subscribing import SUBSCRIBING
from cgtwatch.errors import BusyError, ConfigError
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.model.item import Outcome
from cgtwatch.pipeline.digest import is_due, run_digest
from cgtwatch.pipeline.poll import PollRow

Row = dict[str, Any]
Args = Mapping[str, Any]
Operation = Callable[[Engine, Args], Iterator[Row]]


def perform(engine: Engine, operation: str, args: Args) -> Iterator[Row]:
    """The rows of `operation`. Raises `ConfigError` for a name that is not known."""
    work = OPERATIONS.get(operation)
    if work is None:
        raise ConfigError([f"the running service knows no operation {operation!r}; it may be of another version: restart it"])
    return work(engine, args)


def _poll(engine: Engine, args: Args) -> Iterator[Row]:
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
        yield poll_record(row)
    if app.stopping.is_set():
        raise BusyError("cgtwatch is stopping; not every source was visited, ask again when it runs")
    yield {"summary": _summary(rows, (app.clock() - started).total_seconds())}


def poll_record(row: PollRow) -> Row:
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


def _digest(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `subscription` (that one, due or not), else all that are due (at `at`, an ISO time, instead of now)."""
    app = engine.app
    now = datetime.fromisoformat(args["at"]) if args.get("at") else app.clock()
    if args.get("subscription"):
        chosen = [app.store.subscription(args["subscription"])]
    else:
        last = app.store.last_seq()
        chosen = [one for one in app.store.subscriptions() if is_due(one, last, now)]
    parts = replace(app.digest_parts, clock=lambda: now) if args.get("at") else app.digest_parts
    for subscription in chosen:
        yield asdict(run_digest(subscription, parts))


def _send(engine: Engine, _args: Args) -> Iterator[Row]:
    for row in engine.send_all():
        yield {**asdict(row), "state": row.state.value, "next_at": row.next_at.isoformat() if row.next_at else None}


def _redeliver(engine: Engine, args: Args) -> Iterator[Row]:
    delivery = engine.app.store.redeliver(args["key"], engine.app.clock())
    yield {"delivery": delivery.key, "state": delivery.state.value}


def _resolve(engine: Engine, args: Args) -> Iterator[Row]:
    delivery = engine.app.store.resolve(args["key"], DeliveryState(args["state"]), engine.app.clock())
    yield {"delivery": delivery.key, "state": delivery.state.value}


def _release(engine: Engine, args: Args) -> Iterator[Row]:
    """Let go what the guard holds: `keep` true says that the page is to be believed."""
    source = engine.app.source(args["id"])
    pages = engine.app.store.release(source.id, bool(args["keep"]), engine.app.clock())
    yield {"source": source.id, "released": len(pages), "kept": bool(args["keep"])}


OPERATIONS: Mapping[str, Operation] = {
    "poll": _poll,
    "digest": _digest,
    "send": _send,
    "deliveries.redeliver": _redeliver,
    "deliveries.resolve": _resolve,
    "sources.release": _release,
    **SUBSCRIBING,
}
