"""The parent's side of parsing: hands pages to child processes with limits and gets values or `ParseError` back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import LifoQueue
from threading import Lock
from types import TracebackType
from typing import IO, Self, TypeVar

from cgtwatch.errors import ParseError
from cgtwatch.model.discovery import PageOffer
from cgtwatch.model.draft import Article, Draft, Parsed
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.source import Source
from cgtwatch.parse.watchdog import Watchdog
from cgtwatch.parse.wire import encoded, receive, send, shaped
from cgtwatch.text.disposition import offered_name

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:\-]+)", re.IGNORECASE)
_JOBS_OF_A_CHILD = 500  # then it is replaced, so that what libraries leak stays small
_MIB = 1024 * 1024
_ORDINARY_BYTES = 8 * _MIB  # what a source may send unless its settings say more

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. Memory is the whole address space of the child (an idle one with all readers has about 150 MiB).

    A source that may send more than 8 MiB is given more of everything by the bytes that came: 16 times as many bytes of memory,
    2 s of processor time and 4 s of the clock a MiB, up to 768 MiB, 45 and 90 s; the child is replaced after such a job. An
    export of 18 MB with 40,000 records takes 4 s and 110 MB of resident memory record by record, 140 MB read as a whole.
    """

    cpu: timedelta = timedelta(seconds=10)
    memory_bytes: int = 256 * _MIB
    wall: timedelta = timedelta(seconds=20)
    most_cpu: timedelta = timedelta(seconds=45)
    most_memory_bytes: int = 768 * _MIB
    most_wall: timedelta = timedelta(seconds=90)

    def of(self, source: Source, size: int) -> "Limits":
        """The limits of a job on so many bytes of a source."""
        if source.max_bytes <= _ORDINARY_BYTES or size <= _ORDINARY_BYTES // 4:
            return self
        mib = size / _MIB
        return replace(
            self,
            cpu=min(self.cpu + timedelta(seconds=2 * mib), max(self.cpu, self.most_cpu)),
            memory_bytes=min(self.memory_bytes + 16 * size, max(self.memory_bytes, self.most_memory_bytes)),
            wall=min(self.wall + timedelta(seconds=4 * mib), max(self.wall, self.most_wall)),
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """A page and what is to be done with it, for a child."""

    header: Mapping[str, object]
    body: bytes
    who: str
    limits: Limits
    large: bool


class _Child:
    """One child process and its pipes."""

    def __init__(self, limits: Limits) -> None:
        self.jobs = 0
        self.overdue = False
        command = [
            sys.executable,
            "-s",
            "-m",
            "cgtwatch.parse.worker",
            str(max(limits.memory_bytes, limits.most_memory_bytes)),
        ]
        # Nothing of our environment reaches the child: no secrets, no settings, only where our code stands.
        environment = {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        return stdin, stdout

    def ask(self, job: _Job, watchdog: Watchdog) -> tuple[dict[str, object], bytes]:
        """The answer to a job. Raises `OSError`, `EOFError` or `ValueError` where the child did not live to give one."""
        self.jobs += 1
        with watchdog.limited(job.limits.wall.total_seconds(), self._end_overdue):
            stdin, stdout = self.pipes
            send(stdin, job.header, job.body)
            return receive(stdout)

    def _end_overdue(self) -> None:
        self.overdue = True
        self.process.kill()

    def end(self) -> int | None:
        """Ends the process and says how it had ended."""
        self.process.kill() if self.process.poll() is None and self.overdue else None
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                pass  # what was still to be written is of no use to a dead child
        try:
            return self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class ParseService:
    """`workers` child processes, started when first needed. Safe to use from many threads; a broken child is replaced.

    `replaced`: how many ended before their time.
    """

    def __init__(
        self,
        workers: int = 2,
        cpu_seconds: int = 10,
        memory_bytes: int = 256 * _MIB,
        wall_seconds: float = 20,
    ) -> None:
        self._limits = Limits(timedelta(seconds=cpu_seconds), memory_bytes, timedelta(seconds=wall_seconds))
        self.replaced = 0
        self._idle: LifoQueue[_Child | None] = LifoQueue()
        self._workers = workers
        self._closed = False
        self._lock = Lock()
        self._watchdog = Watchdog()
        self._spelled: dict[str, tuple[Source, str]] = {}
        for _ in range(workers):
            self._idle.put(None)

    def parse(self, source: Source, fetched: Fetched) -> Parsed:
        """The drafts of a visited page. Raises `ParseError` with who, what was expected and what came."""
        parsed, rows = self._job("parse", source, fetched, Parsed)
        try:
            return replace(
                parsed, drafts=tuple([shaped(Draft, json.loads(row)) for row in rows.decode("ascii").split("\n") if row])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _senseless(source, error) from error

    def article(self, source: Source, fetched: Fetched) -> Article:
        """The article on a fetched detail page or document. Raises `ParseError` with who, what was expected and what came."""
        return self._job("article", source, fetched, Article)[0]

    def discover(self, source: Source, fetched: Fetched) -> PageOffer:
        """What a page offers to be watched. Raises `ParseError` with who, what was expected and what came."""
        return self._job("discover", source, fetched, PageOffer)[0]

    def pick(self, source: Source, fetched: Fetched) -> Mapping[str, str]:
        """The values of `preload.set` on the preloaded page. Raises `ParseError` that names what is missing and what came."""
        return self._job("pick", source, fetched, dict[str, str])[0]

    def close(self) -> None:
        """Ends the children that are idle now; busy ones end with their job."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._watchdog.close()
        for child in [self._idle.get() for _ in range(self._workers)]:
            if child:
                child.end()
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _job(self, job: str, source: Source, fetched: Fetched, kind: type[R]) -> tuple[R, bytes]:
        page = {
            "url": fetched.url,
            "content_type": fetched.content_type,
            "charset": _charset(fetched),
            "now": fetched.fetched_at,
            "name": offered_name(fetched.headers.get("content-disposition")),
            "last_modified": _last_modified(fetched),
        }
        limits = self._limits.of(source, len(fetched.body))
        header = {
            "job": job,
            "who": source.id,
            "source": self._spelled_out(source),
            "page": page,
            "cpu": limits.cpu,
            "memory": limits.memory_bytes,
        }
        answer, rows = self._ask(_Job(header, fetched.body, source.id, limits, limits is not self._limits))
        if "error" in answer:
            raise ParseError(str(answer["error"]))
        try:
            return shaped(kind, answer["ok"]), rows
        except (KeyError, TypeError, ValueError) as error:
            raise _senseless(source, error) from error

    def _spelled_out(self, source: Source) -> str:
        """The source as JSON: the same text at every visit, by which a child knows again what it has read before."""
        known = self._spelled.get(source.id)
        if known is None or known[0] is not source:
            known = self._spelled[source.id] = (source, encoded(source).decode("ascii"))
        return known[1]

    def _ask(self, job: _Job) -> tuple[dict[str, object], bytes]:
        if self._closed:
            raise ParseError(f"{job.who}: parsing has been shut down")
        child = self._idle.get()
        keep: _Child | None = None
        try:
            child = child or _Child(self._limits)
            answer = child.ask(job, self._watchdog)
            keep = child if child.jobs < _JOBS_OF_A_CHILD and not self._closed and not job.large else None
        except (OSError, EOFError, ValueError) as error:
            with self._lock:
                self.replaced += 1
            raise ParseError(_how_it_ended(child, job)) from error
        finally:
            if keep is None and child:
                child.end()
            self._idle.put(keep)
        return answer


def _how_it_ended(child: _Child | None, job: _Job) -> str:
    cpu, wall = job.limits.cpu.total_seconds(), job.limits.wall.total_seconds()
    if child is None:
        return f"{job.who}: no process could be started to parse it; memory or processes may be short"
    code = child.end()
    if child.overdue:
        reason = f"it took longer than {wall:g} s"
    elif code == -24:  # SIGXCPU
        reason = f"it used more than {cpu:g} s of processor time"
    else:
        reason = f"the process ended with {'signal ' + str(-code) if code and code < 0 else 'code ' + str(code)}"
    return (
        f"{job.who}: expected a page that can be parsed within the limits, got one of {len(job.body)} bytes at which the parser "
        f"was stopped: {reason}"
    )


def _senseless(source: Source, error: Exception) -> ParseError:
    return ParseError(f"{source.id}: the parser gave an answer that makes no sense: {error!r}")


def _last_modified(fetched: Fetched) -> datetime | None:
    try:
        found = parsedate_to_datetime(fetched.headers.get("last-modified", ""))
        return found if found.tzinfo else None
    except ValueError:
        return None


def _charset(fetched: Fetched) -> str | None:
    found = _CHARSET.search(fetched.headers.get("content-type", ""))
    return found[1] if found else None
