"""How commands reach the data: settings read once, the running service asked first, the work done here where none runs."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cgtwatch.app import App
    from cgtwatch.config.settings import Settings

Row = dict[str, Any]


def settings() -> "Settings":
    """The settings of this process. Raises `ConfigError` with every mistake."""
    from cgtwatch.config.settings import load_settings

    return load_settings(os.environ, Path.cwd())


@contextmanager
def reading() -> Iterator["App"]:
    """An app that only reads. Raises `StoreUnusable` where nothing is stored yet or the database is of another version."""
    from cgtwatch.app import App
    from cgtwatch.errors import StoreUnusable
    from cgtwatch.store import state_of

    found = settings()
    if state_of(found.database_url) == "empty":
        raise StoreUnusable(
            f"{found.data_dir}: nothing is stored here yet; `cgtwatch poll` or `cgtwatch run` begins, CGTWATCH_DATA_DIR names another place"
        )
    with App(found, readonly=True) as app:
        yield app


def ask(operation: str, args: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of `operation`, done by the running service or, where none runs, here under the lock; beside workers always here."""
    gc.disable()  # what is imported now stays; looking through it again and again takes an eighth of a short command's time
    from cgtwatch.engine.control import ask as ask_service

    found = settings()
    rows = None if found.engine == "procrastinate" else ask_service(found.data_dir, operation, args)
    yield from _here(found, operation, args) if rows is None else rows


def _here(found: "Settings", operation: str, args: Mapping[str, Any]) -> Iterator[Row]:
    from cgtwatch.app import App
    from cgtwatch.engine.engine import Engine
    from cgtwatch.engine.operations import perform
    from cgtwatch.engine.prepare import prepare
    from cgtwatch.ops import logs

    logs.set_up(found.log_format, secrets(found), level=logs.QUIET)
    with owning(found), App(found) as app:
        prepare(app)
        engine = Engine(app)
        gc.freeze()
        gc.enable()
        try:
            yield from perform(engine, operation, args)
        finally:
            engine.stop()


@contextmanager
def owning(found: "Settings") -> Iterator[None]:
    """Hold what a working process has to hold: alone, or with an engine of many processes beside others of it."""
    from cgtwatch.ops.ownership import own_together

    with own_together(found.data_dir, found.database_url, alone=found.engine != "procrastinate"):
        yield


def secrets(found: "Settings") -> list[str]:
    """What must never stand in a log."""
    from urllib.parse import unquote, urlsplit

    parts = [
        found.inbox_token,
        found.translate_key,
        found.bounce_token,
        found.operator if "://" in (found.operator or "") else None,
    ]
    for address in (found.smtp_url, found.bounce_mailbox, found.database_url):
        password = urlsplit(address).password if address and "@" in address else None
        parts += [password, unquote(password)] if password else []
    parts += [found.secret_key.decode("utf-8", "replace")] if found.secret_key else []
    return [part for part in parts if part]
