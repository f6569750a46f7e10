"""The files of sources and rules read again while the service runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from cgtwatch.app import App
from cgtwatch.config.settings import Settings

if TYPE_CHECKING:
    from cgtwatch.config.sources import SourceFile


class Files:
    """The files that people and the page change, as they stood at the last look."""

    def __init__(self, settings: Settings) -> None:
        self._paths = [one for one in (settings.sources, settings.rules or settings.rules_beside, settings.subscriptions) if one]
        self._stood: list[tuple[int, ...]] | None = self._stand()

    def changed(self) -> bool:
        """Whether any of them was changed, made or removed since the last look."""
        before, self._stood = self._stood, self._stand()
        return before != self._stood

    def look_again(self) -> None:
        """What was seen last could not be used: it counts as changed."""
        self._stood = None

    def _stand(self) -> list[tuple[int, ...]]:
        return [_stand_of(path) for path in self._paths]


def _stand_of(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_again(app: App, *, listed: bool = True) -> "SourceFile":
    """Watch what sources.yaml says now, understood by what rules.yaml says now. With `listed` the database is told.

    Raises `ConfigError` with every mistake in either, or what the store raises; then all stays as it was.
    """
    rules = app.read_rules()
    found = app.read_sources(rules=rules)
    if listed:
        app.store.sync_sources(found.sources, app.clock())
    app.use_rules(rules)
    app.use_sources(found)
    return found
