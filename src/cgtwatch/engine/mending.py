"""What is mended in the store by command."""

from collections.abc import Iterator

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row


def reindex(engine: Engine, _args: Args) -> Iterator[Row]:
    """Make the search index anew: one row with the number of its `entries`."""
    yield {"entries": engine.app.store.reindex()}
