"""The files of sources and rules read again while the service runs."""

from typing import TYPE_CHECKING

from cgtwatch.app import App

if TYPE_CHECKING:
    from cgtwatch.config.sources import SourceFile


def read_again(app: App) -> "SourceFile":
    """Watch what sources.yaml says now, understood by what rules.yaml says now.

    Raises `ConfigError` with every mistake in either, or what the store raises; then all stays as it was.
    """
    rules = app.read_rules()
    found = app.read_sources(rules=rules)
    app.store.sync_sources(found.sources, app.clock())
    app.use_rules(rules)
    app.use_sources(found)
    return found
