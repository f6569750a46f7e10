"""What a command may ask for by name: the same functions whether the running service does the work or the command itself.

Each takes the engine and JSON arguments, and yields JSON rows; trouble with the request is a `CgtwatchError`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from cgtwatch import registry
from cgtwatch.engine.engine import Engine
from cgtwatch.errors import BusyError, ConfigError, StoreFull, StoreUnusable

Row = dict[str, Any]
Args = Mapping[str, Any]
Operation = Callable[[Engine, Args], Iterator[Row]]

# By name, so that each brings along only what it needs itself.
OPERATIONS: Mapping[str, str] = {
    "poll": "cgtwatch.engine.polling:poll",
    "sources.release": "cgtwatch.engine.polling:release",
    "sources.backfill": "cgtwatch.engine.backfilling:older",
    "sources.pause": "cgtwatch.engine.sourcing:pause",
    "sources.resume": "cgtwatch.engine.sourcing:resume",
    "sources.add": "cgtwatch.engine.sourcing:add",
    "sources.change": "cgtwatch.engine.sourcing:change",
    "sources.remove": "cgtwatch.engine.sourcing:remove",
    "sources.test": "cgtwatch.engine.looking:test",
    "sources.discover": "cgtwatch.engine.looking:discover",
    "translate": "cgtwatch.engine.translating:translate_now",
    "digest": "cgtwatch.engine.outgoing:digest",
    "send": "cgtwatch.engine.outgoing:send",
    "deliveries.redeliver": "cgtwatch.engine.outgoing:redeliver",
    "deliveries.resolve": "cgtwatch.engine.outgoing:resolve",
    "events.mark": "cgtwatch.engine.marking:mark",
    "events.clear": "cgtwatch.engine.marking:clear",
    "events.reindex": "cgtwatch.engine.mending:reindex",
    "subscriptions.add": "cgtwatch.engine.readers.adding:add",
    "subscriptions.confirm": "cgtwatch.engine.readers.adding:confirm",
    "subscriptions.change": "cgtwatch.engine.readers.changing:change",
    "subscriptions.show": "cgtwatch.engine.readers.showing:show",
    "subscriptions.export": "cgtwatch.engine.readers.persons:export",
    "subscriptions.erase": "cgtwatch.engine.readers.persons:erase",
    "subscriptions.apply": "cgtwatch.engine.readers.applying:apply",
    "subscriptions.pause": "cgtwatch.engine.readers.subscribing:pause",
    "subscriptions.resume": "cgtwatch.engine.readers.subscribing:resume",
    "subscriptions.remove": "cgtwatch.engine.readers.subscribing:remove",
    "subscriptions.rotate": "cgtwatch.engine.readers.rotating:rotate",
    "subscriptions.test": "cgtwatch.engine.readers.subscribing:test",
    "signup.ask": "cgtwatch.engine.readers.signing_up:ask",
    "users.add": "cgtwatch.engine.users:add",
    "users.first": "cgtwatch.engine.users:first",
    "users.password": "cgtwatch.engine.users:password",
    "users.role": "cgtwatch.engine.users:role",
    "users.log-out": "cgtwatch.engine.users:log_out",
    "users.remove": "cgtwatch.engine.users:remove",
    "users.token": "cgtwatch.engine.users:token",
    "users.revoke": "cgtwatch.engine.users:revoke",
}

PATIENCE = timedelta(seconds=2)  # that somebody at a page has for a database that another process holds
# What asks others and sends: its outcomes are worth a longer wait.
_AT_WORK = frozenset({"poll", "digest", "send", "translate", "sources.backfill", "subscriptions.test"})


def perform(engine: Engine, operation: str, args: Args) -> Iterator[Row]:
    """The rows of `operation`. Raises `ConfigError` for a name that is not known."""
    if operation not in OPERATIONS:
        raise ConfigError([f"the running service knows no operation {operation!r}; it may be of another version: restart it"])
    work: Operation = registry.load(OPERATIONS, operation, what="operation")
    return work(engine, args)


def perform_at_once(engine: Engine, operation: str, args: Args) -> Iterator[Row]:
    """As `perform`, for somebody at a page: while nothing can be recorded they are told so without waiting for it again."""
    engine.storage.refuse()
    rows = perform(engine, operation, args)
    try:
        while (row := _next(engine, operation, rows)) is not None:
            yield row
    except (BusyError, StoreFull, StoreUnusable) as error:
        if error.__cause__ is not None:  # the database's own word, and not that one should come again for another reason
            engine.storage.trouble(error)
        raise


def _next(engine: Engine, operation: str, rows: Iterator[Row]) -> Row | None:
    """The next row; what only writes down a person's wish does not wait long for others that write."""
    if operation in _AT_WORK:
        return next(rows, None)
    with engine.app.store.hurried(PATIENCE):  # a row at a time: the next may be asked for by another thread
        return next(rows, None)
