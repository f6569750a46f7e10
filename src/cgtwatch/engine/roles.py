"""What one process of the service does, and what every engine can do with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cgtwatch.app import SHARED
from cgtwatch.config.settings import Settings
from cgtwatch.errors import ConfigError

QUEUE = SHARED
Guarded = Callable[
    [str, Callable[[], object]], None
]  # does the work of that name; its trouble pauses or is told, and ends nothing


@dataclass(frozen=True, slots=True)
class Role:
    """`plans`: looks what is due and hands it out. `works`: visits, composes, sends. `serves`: the page."""

    name: str
    plans: bool = False
    works: bool = False
    serves: bool = False


ALL = Role("all", plans=True, works=True, serves=True)
ROLES: Mapping[str, Role] = {
    one.name: one for one in (ALL, Role("scheduler", plans=True), Role("worker", works=True), Role("web", serves=True))
}


class Runner(Protocol):
    """An engine: it has due work done until it is stopped."""

    def start(self) -> None:
        """Begin."""

    def halt(self) -> None:
        """Begin nothing more; what runs goes on."""

    def join(self, seconds: float) -> bool:
        """Wait at most so long until nothing of the engine's own runs; True where that is so."""


def role_of(name: str, settings: Settings) -> Role:
    """The role of that name. Raises `ConfigError` where there is none, or where the engine knows one process alone."""
    role = ROLES.get(name)
    if role is None:
        raise ConfigError([f"--role {name!r}: is no role; write {', '.join(ROLES)}"])
    if role != ALL and settings.engine != QUEUE:
        mend = "set CGTWATCH_ENGINE=procrastinate and CGTWATCH_DATABASE_URL=postgresql+psycopg://…, or leave --role away"
        raise ConfigError([f"--role {name}: with CGTWATCH_ENGINE={settings.engine} one process does everything; {mend}"])
    return role
