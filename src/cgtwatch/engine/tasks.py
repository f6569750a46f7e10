"""The units of work by name: plain functions of the engine and JSON arguments, which the ticks of one process and the jobs of many
workers call alike.

What there is to do they read from the database, and claim there. So one that is called twice, late or not at all changes nothing.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, wait
from time import monotonic

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.lanes import PLANS
from cgtwatch.pipeline.poll import PollRow

LONGEST = 60.0  # seconds after which a host's turn, or a lane's, is handed out anew
LANES = tuple(plan.name for plan in PLANS)
_LOOK = 0.5  # seconds between two looks whether a lane is idle


def poll_hosts(engine: Engine) -> None:
    """Begin the visits that are due, at as many hosts as there is room for."""
    engine.poll_due()


def poll_host(engine: Engine, host: str) -> None:
    """Visit what is due at one host, until nothing is, or it wants to rest. Visits without news are written with others, soon."""
    begun_at = monotonic()
    while monotonic() - begun_at < LONGEST and not engine.app.stopping.is_set():
        begun = engine.poll_host(host)
        if not begun or not any(_visited(one) for one in _ended(begun)):
            break


def close_windows(engine: Engine) -> None:
    """Compose for every subscription whose turn has come."""
    engine.digest_due()


def deliver_all(engine: Engine) -> None:
    """Begin the deliveries that are due, of every lane."""
    engine.sends.due()


def deliver(engine: Engine, lane: str) -> None:
    """Make the attempts that are due in one lane, until none is."""
    begun_at = monotonic()
    with engine.sends.serving(lane):
        while engine.sends.under_way(lane) and monotonic() - begun_at < LONGEST and not engine.app.stopping.wait(_LOOK):
            engine.sends.due()


def housekeep(engine: Engine) -> None:
    """Judge the health of sources, remind, tell the operator, forget what is old."""
    engine.housekeep()


def translate(engine: Engine) -> None:
    """Ask for the translations that are missing."""
    engine.translate()


def recover(engine: Engine) -> None:
    """Say of the attempts whose worker died that what came of them is unknown, and let those be tried again that may be."""
    engine.recover()


TASKS: Mapping[str, Callable[..., None]] = {
    task.__name__: task for task in (poll_host, close_windows, deliver, housekeep, translate, recover)
}


def _ended(begun: "list[Future[PollRow]]") -> "list[Future[PollRow]]":
    """All of them, when they have ended; what was dropped before it began counts as well."""
    while not all(one.done() for one in begun):
        wait(begun, timeout=_LOOK)
    return begun


def _visited(future: "Future[PollRow]") -> bool:
    """Whether the visit left something behind; else another has the source, or nothing can be stored, and asking on is no use."""
    try:
        return future.result().recorded
    except CancelledError:
        return False
