"""The child process that hands one post to Apprise, which makes connections of its own and may hang; it is killed when late.

In: one JSON object (`url`, `title`, `body`) on standard input. Out: one (`taken`, `log`, `unreached`).
"""

import json
import logging
import sys
from dataclasses import asdict, dataclass

import apprise


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes, in characters. A `title` of 0: the service has none, and Apprise puts it before the body."""

    title: int
    body: int


# Of requests' errors, told at the level DEBUG only, those before anything was sent.
_NOT_REACHED = ("NewConnectionError", "ConnectTimeout", "NameResolutionError", "Failed to resolve", "Connection refused")


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of a post: whether the service took it, what Apprise warned of, whether the service was never reached."""

    taken: bool
    log: str
    unreached: bool = False


def limits(url: str) -> Limits | None:
    """What the service at `url` takes; None where Apprise does not understand the address. Connects to nobody."""
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        return None
    return Limits(int(service.title_maxlen), int(service.body_maxlen))


def hand_over(url: str, title: str, body: str) -> Handed:
    """Hand over one post, which Apprise neither splits nor sends again."""
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelno)s %(message)s") as log:  # type: ignore[no-untyped-call]
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            return Handed(taken=False, log="not understood")
        service.overflow_mode = apprise.OverflowMode.UPSTREAM
        service.service_retry = 0
        alone = apprise.Apprise()
        alone.add(service)
        taken = bool(alone.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT))
        lines = [line.partition(" ") for line in log.getvalue().splitlines()]
    warned = "\n".join(said for level, _, said in lines if level.isdigit() and int(level) >= logging.WARNING)
    return Handed(taken, warned[-4000:], any(word in said for _, _, said in lines for word in _NOT_REACHED))


def main() -> None:
    """One post from standard input."""
    asked = json.load(sys.stdin)
    json.dump(asdict(hand_over(asked["url"], asked["title"], asked["body"])), sys.stdout)


if __name__ == "__main__":
    main()
