"""Which sources may be visited now: no more at a time on one host than it is to bear, so that no thread waits for a turn."""

import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from cgtwatch.model.source import Source

BROWSER = "browser"


def host_of(source: Source) -> str:
    """The host whose budget `source` uses; a folder has one of its own. What the browser reads shares one: it reads a page at a time."""
    if source.via == BROWSER:
        return BROWSER
    return urlsplit(source.url).hostname or source.id


class Watched:
    """The switched-on sources, by id and by host. Sorting them takes a while where they are many, so it is done once for a file."""

    def __init__(self) -> None:
        self._sorted: tuple[Sequence[Source], dict[str, Source], dict[str, dict[str, Source]]] = ((), {}, {})

    def of(self, sources: Sequence[Source], host: str | None = None) -> Mapping[str, Source]:
        """Those of `sources` that are switched on, by id; at one host where that is named."""
        known, enabled, by_host = self._sorted
        if known is not sources:
            enabled, by_host = {one.id: one for one in sources if one.enabled}, {}
            for one in enabled.values():
                by_host.setdefault(host_of(one), {})[one.id] = one
            self._sorted = sources, enabled, by_host
        return enabled if host is None else by_host.get(host, {})


class Hosts:
    """Counts the visits under way for each host. Thread-safe."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        self._guard = threading.Lock()

    def free(self, source: Source) -> bool:
        """Whether a visit to `source` could begin without waiting for another one."""
        with self._guard:
            return self._busy[host_of(source)] < (1 if source.via == BROWSER else max(1, source.connections))

    def begin(self, source: Source) -> None:
        """A visit begins."""
        with self._guard:
            self._busy[host_of(source)] += 1

    def end(self, source: Source) -> None:
        """A visit has ended."""
        with self._guard:
            self._busy[host_of(source)] -= 1


class Line:
    """Sources that wait for their visit, taken host by host in turn."""

    def __init__(self, sources: Iterable[Source], hosts: Hosts) -> None:
        self._hosts = hosts
        self._waiting: dict[str, deque[Source]] = {}
        for source in sources:
            self._waiting.setdefault(host_of(source), deque()).append(source)
        self._turn = deque(self._waiting)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def next(self, *, anyway: bool) -> Source | None:
        """The next source whose host is free; with `anyway` the first one, free or not; None where all must wait."""
        for _ in range(len(self._turn)):
            host = self._turn[0]
            self._turn.rotate(-1)
            if anyway or self._hosts.free(self._waiting[host][0]):
                return self._take(host)
        return None

    def _take(self, host: str) -> Source:
        source = self._waiting[host].popleft()
        if not self._waiting[host]:
            del self._waiting[host]
            self._turn.remove(host)
        return source
