"""The whole job inside the test's own process: real site, real parse children, real store; only the clock is ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare


class Inside:
    """An app whose time stands still until it is moved."""

    def __init__(self, root: Path, **settings: str) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        environ = {
            "CGTWATCH_DATA_DIR": str(root / "data"),
            "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8",
            **{f"CGTWATCH_{k.upper()}": v for k, v in settings.items()},
        }
        self.app = App(load_settings(environ, root), lambda: self.now)
        self.engine = Engine(self.app)

    def ask(self, operation: str, **args: Any) -> list[dict[str, Any]]:
        return list(perform(self.engine, operation, args))

    def poll(self, *ids: str) -> dict[str, dict[str, Any]]:
        """Visit the sources (all, where none is named); their rows by id."""
        return {row["source"]: row for row in self.ask("poll", ids=list(ids), all=True) if "source" in row}

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@contextmanager
def inside(root: Path, sources: str, **settings: str) -> Iterator[Inside]:
    (root / "sources.yaml").write_text(sources, encoding="utf-8")
    bench = Inside(root, **settings)
    try:
        prepare(bench.app)
        yield bench
    finally:
        bench.engine.stop()
        bench.app.close()
