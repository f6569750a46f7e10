"""What every acquirer is made from, and what only some of them use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cgtwatch.acquire.pacing import Pacing
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.source import Source
from cgtwatch.net.session import Net


def no_secret(name: str) -> None:
    """Nothing is known by any name."""
    del name


def alone(source: Source) -> bool:
    """No source is read from the address of another."""
    del source
    return False


def no_values(source: Source, fetched: Fetched) -> Mapping[str, str]:
    """Nothing is read from a preloaded page."""
    del source, fetched
    return {}


@dataclass(frozen=True, slots=True)
class AcquireParts:
    """The doors and settings that acquirers share.

    `secret` gives the value of an environment variable, None where it is not set. `pick` reads the values of
    `source.preload.set` from the preloaded page and raises `ParseError`. `rsshub` is the address of a bridge, `browser` the
    path of a Chromium; None where the operator named none. `shared` says whether another source is read from the address of
    a source, so that one answer may do for both.
    """

    net: Net | None
    clock: Callable[[], datetime]
    pacing: Pacing
    secret: Callable[[str], str | None] = no_secret
    pick: Callable[[Source, Fetched], Mapping[str, str]] = no_values
    rsshub: str | None = None
    browser: str | None = None
    shared: Callable[[Source], bool] = alone
