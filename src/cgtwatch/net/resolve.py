"""Name to addresses within a time limit, which `getaddrinfo` itself does not know."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from queue import SimpleQueue

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.trouble import Trouble

MOST_THREADS = 32  # look-ups that hang hold one each, for as long as the system's resolver takes to give up


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a socket can connect to."""

    family: int
    address: str
    sockaddr: tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class _Job:
    host: str
    port: int
    done: "Future[list[Endpoint]]"


def system_lookup(host: str, port: int) -> list[Endpoint]:
    """What the system's resolver answers, in its order (RFC 6724); raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    unique = {sockaddr: family for family, _, _, _, sockaddr in found}
    return [Endpoint(family, str(sockaddr[0]), sockaddr) for sockaddr, family in unique.items()]  # type: ignore[arg-type]


class Resolver:
    """Looks names up in a few waiting threads of its own; addresses written as such need none."""

    def __init__(self, lookup: Callable[[str, int], list[Endpoint]] = system_lookup) -> None:
        self._lookup = lookup
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def resolve(self, host: str, port: int, limit: float) -> list[Endpoint]:
        """The endpoints of `host` within `limit` seconds, never empty; raises `Trouble` (dns)."""
        literal = _literal(host, port)
        if literal is not None:
            return [literal]
        job = _Job(host, port, Future())
        self._start(job)
        try:
            found = job.done.result(timeout=max(limit, 0.001))
        except TimeoutError as e:
            raise Trouble(ErrorClass.DNS, f"the name server did not answer for {host} in {limit:.0f} s") from e
        except (OSError, UnicodeError) as e:
            raise Trouble(ErrorClass.DNS, f"{host} has no address: {getattr(e, 'strerror', None) or e}") from e
        if not found:
            raise Trouble(ErrorClass.DNS, f"{host} has no address")
        return found

    def close(self) -> None:
        """Let the waiting threads end; a look-up under way ends by itself."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)

    def _start(self, job: _Job) -> None:
        with self._lock:
            if self._idle:
                self._idle -= 1  # taken for this job, so that the next one does not count on it
            elif self._threads < MOST_THREADS:
                self._threads += 1
                threading.Thread(target=self._run, name="net-resolver", daemon=True).start()
            self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                found = self._lookup(job.host, job.port)
            except (OSError, UnicodeError, ValueError) as e:
                job.done.set_exception(e if isinstance(e, (OSError, UnicodeError)) else OSError(str(e)))
            else:
                job.done.set_result(found)
            with self._lock:
                self._idle += 1
        with self._lock:
            self._threads -= 1


def _literal(host: str, port: int) -> Endpoint | None:
    try:
        ip = ip_address(host.strip("[]"))
    except ValueError:
        return None
    if ip.version == 4:
        return Endpoint(socket.AF_INET, str(ip), (str(ip), port))
    return Endpoint(socket.AF_INET6, str(ip), (str(ip), port, 0, 0))
