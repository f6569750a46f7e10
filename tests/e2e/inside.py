"""The whole job inside the test's own process: real site, real parse children, real store; only the clock is ours."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare
from cgtwatch.model.own_rules import OwnRules
from cgtwatch.parse.service import ParseService
from cgtwatch.store import upgrade
from cgtwatch.understand.rules import Rules
from shipped_rules import shipped_rules


@cache
def children() -> ParseService:
    """The parse children of this run: real ones, with all their limits, that are not started anew for each test."""
    service = ParseService()
    atexit.register(service.close)
    return service


@cache
def migrated() -> Path:
    """An empty database after all migrations, to be copied."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite:///{folder}/cgtwatch.db")
    return folder / "cgtwatch.db"


class Parts(App):
    """An app with the parts that all tests can share."""

    @property
    def parser(self) -> ParseService:
        """The children of this run."""
        return children()

    @property
    def rules(self) -> Rules:
        """The shipped rules of this run, unless a test has rules of its own."""
        return shipped_rules() if self.rules_file.rules == OwnRules() else super().rules


class Inside:
    """An app whose time stands still until it is moved."""

    def __init__(self, root: Path, now: datetime | None = None, **settings: str) -> None:
        self.now = now or datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        environ = {
            "CGTWATCH_DATA_DIR": str(root / "data"),
            "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8",
            **{f"CGTWATCH_{k.upper()}": v for k, v in settings.items()},
        }
        self.app = Parts(load_settings(environ, root), lambda: self.now)
        database = root / "data" / "cgtwatch.db"
        if not database.exists():
            database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(migrated(), database)
        self.engine = Engine(self.app)

    def ask(self, operation: str, **args: Any) -> list[dict[str, Any]]:
        return list(perform(self.engine, operation, args))

    def poll(self, *ids: str) -> dict[str, dict[str, Any]]:
        """Visit the sources (all, where none is named); their rows by id."""
        return {row["source"]: row for row in self.ask("poll", ids=list(ids), all=True) if "source" in row}

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@contextmanager
def inside(root: Path, sources: str, now: datetime | None = None, **settings: str) -> Iterator[Inside]:
    (root / "sources.yaml").write_text(sources, encoding="utf-8")
    bench = Inside(root, now, **settings)
    try:
        prepare(bench.app)
        yield bench
    finally:
        bench.engine.stop()
        bench.app.close()
