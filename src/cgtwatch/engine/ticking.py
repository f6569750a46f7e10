"""The engine of one process: ticks on threads."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from cgtwatch.engine import tasks
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.roles import Guarded
from cgtwatch.schedule import Ticks

TICKS = {"poll": 1.0, "digest": 2.0, "send": 1.0, "housekeep": 5.0, "translate": 2.0}  # seconds

WORK: Mapping[str, Callable[[Engine], object]] = {
    "poll": tasks.poll_hosts,
    "digest": tasks.close_windows,
    "send": tasks.deliver_all,
    "housekeep": tasks.housekeep,
    "translate": tasks.translate,
}


class Ticking:
    """Looks again and again what is due and begins it on the engine's threads."""

    def __init__(self, engine: Engine, guarded: Guarded) -> None:
        self._engine, self._guarded = engine, guarded
        self._ticks = Ticks({name: (self.tick(name), timedelta(seconds=seconds)) for name, seconds in TICKS.items()})

    def tick(self, name: str) -> Callable[[], None]:
        """What the tick of that name does."""
        return lambda: self._guarded(name, lambda: WORK[name](self._engine))

    def start(self) -> None:
        """Begin to tick."""
        self._ticks.start()

    def halt(self) -> None:
        """No further tick begins."""
        self._ticks.stop()

    def join(self, seconds: float) -> bool:  # noqa: ARG002 - ticks wait for nobody
        """What ticks began is the engine's, which is waited for by itself."""
        return True
