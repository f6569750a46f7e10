"""What is due by now and is to be handed out: a hint for each host, each lane of deliveries, and what has its own rhythm."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.lanes import PLANS

PLAN, PLANNING, WORK = "plan", "cgtwatch plan", "cgtwatch work"
SOON, LATER = 10, 0  # what readers wait for goes before visits
EVERY: Mapping[str, float] = {"close_windows": 2.0, "recover": 5.0, "translate": 5.0}  # seconds
HOUSEKEEP, LONGEST_HOUSEKEEP = 5.0, 600.0  # seconds; it looks at every source, so with many it is rarer
SOURCES_A_SECOND = 200  # of housekeeping's share


@dataclass(frozen=True, slots=True)
class Hint:
    """A task that may find something to do. Of two with one `key` one waits and one runs at most."""

    key: str
    task: str
    args: Mapping[str, str] = field(default_factory=dict)
    priority: int = LATER


class Planner:
    """Remembers when it handed out what has a rhythm of its own; everything else is asked of the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handed: dict[str, float] = {}
        self._found: list[Hint] = []
        self._guard = threading.Lock()

    def look(self) -> None:
        """Find what is due. Raises what is in `STORAGE_TROUBLE`."""
        found = [*self._rhythms(), *self._lanes(), *self._hosts()]
        with self._guard:
            self._found = found

    def take(self) -> list[Hint]:
        """What was found, once."""
        with self._guard:
            found, self._found = self._found, []
        return found

    def _hosts(self) -> list[Hint]:
        return [Hint(f"host {host}", "poll_host", {"host": host}) for host in self._engine.due_hosts()]

    def _lanes(self) -> list[Hint]:
        store, now = self._engine.app.store, self._engine.app.clock()
        others = tuple(name for plan in PLANS for name in plan.channels or ())
        waiting = [plan.name for plan in PLANS if store.due_deliveries(now, 1, plan.channels, others)]
        return [Hint(f"deliver {name}", "deliver", {"lane": name}, SOON) for name in waiting]

    def _rhythms(self) -> list[Hint]:
        app, now = self._engine.app, monotonic()
        keeping = min(max(HOUSEKEEP, len(app.sources) / SOURCES_A_SECOND), LONGEST_HOUSEKEEP)
        due = []
        for name, every in {**EVERY, "housekeep": keeping}.items():
            if now - self._handed.get(name, float("-inf")) >= every and (name != "translate" or app.settings.translate_url):
                self._handed[name] = now
                due.append(Hint(name, name, priority=SOON))
        return due
