"""The parent's side of parsing: hands pages to child processes with limits and gets values or `ParseError` back."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from queue import LifoQueue
from threading import Lock, Timer
from types import TracebackType
from typing import IO, Self, TypeVar

from cgtwatch.errors import ParseError
from cgtwatch.model.discovery import PageOffer
from cgtwatch.model.draft import Article, Parsed
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.source import Source
from cgtwatch.parse.document import document
from cgtwatch.parse.wire import plain, receive, send, shaped

__all__ = ["Limits", "ParseService", "document"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:\-]+)", re.IGNORECASE)
_JOBS_OF_A_CHILD = 500  # then it is replaced, so that what libraries leak stays small
_MIB = 1024 * 1024

R = TypeVar("R", Parsed, Article, PageOffer)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. Memory is the whole address space of the child (an idle one with all readers has about 150 MiB)."""

    cpu: timedelta = timedelta(seconds=10)
    memory_bytes: int = 256 * _MIB
    wall: timedelta = timedelta(seconds=20)


class _Child:
    """One child process and its pipes."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.jobs = 0
        self.overdue = False
        command = [
            sys.executable,
            "-s",
            "-m",
            "cgtwatch.parse.worker",
            str(int(limits.cpu.total_seconds())),
            str(limits.memory_bytes),
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

    def ask(self, header: dict[str, object], body: bytes) -> dict[str, object]:
        """The answer to a job. Raises `OSError`, `EOFError` or `ValueError` where the child did not live to give one."""
        self.jobs += 1
        watchdog = Timer(self.limits.wall.total_seconds(), self._end_overdue)
        watchdog.daemon = True
        watchdog.start()
        try:
            stdin, stdout = self.pipes
            send(stdin, header, body)
            answer, _ = receive(stdout)
        finally:
            watchdog.cancel()
        return answer

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
    """`workers` child processes, started when first needed. Safe to use from many threads; a broken child is replaced."""

    def __init__(
        self,
        workers: int = 2,
        cpu_seconds: int = 10,
        memory_bytes: int = 256 * _MIB,
        wall_seconds: float = 20,
    ) -> None:
        self._limits = Limits(timedelta(seconds=cpu_seconds), memory_bytes, timedelta(seconds=wall_seconds))
        self._idle: LifoQueue[_Child | None] = LifoQueue()
        self._workers = workers
        self._closed = False
        self._lock = Lock()
        for _ in range(workers):
            self._idle.put(None)

    def parse(self, source: Source, fetched: Fetched) -> Parsed:
        """The drafts of a visited page. Raises `ParseError` with who, what was expected and what came."""
        return self._job("parse", source, fetched, Parsed)

    def article(self, source: Source, fetched: Fetched) -> Article:
        """The article on a fetched detail page or document. Raises `ParseError` with who, what was expected and what came."""
        return self._job("article", source, fetched, Article)

    def discover(self, source: Source, fetched: Fetched) -> PageOffer:
        """What a page offers to be watched. Raises `ParseError` where it is none."""
        return self._job("discover", source, fetched, PageOffer)

    def close(self) -> None:
        """Ends the children that are idle now; busy ones end with their job."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for child in [self._idle.get() for _ in range(self._workers)]:
            if child:
                child.end()
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _job(self, job: str, source: Source, fetched: Fetched, kind: type[R]) -> R:
        page = {
            "url": fetched.url,
            "content_type": fetched.content_type,
            "charset": _charset(fetched),
            "now": fetched.fetched_at.isoformat(),
        }
        header = {"job": job, "who": source.id, "source": plain(source), "page": page}
        answer = self._ask(header, fetched.body, source.id)
        if "error" in answer:
            raise ParseError(str(answer["error"]))
        try:
            return shaped(kind, answer["ok"])
        except (KeyError, TypeError, ValueError) as error:
            raise ParseError(f"{source.id}: the parser gave an answer that makes no sense: {error!r}") from error

    def _ask(self, header: dict[str, object], body: bytes, who: str) -> dict[str, object]:
        if self._closed:
            raise ParseError(f"{who}: parsing has been shut down")
        child = self._idle.get()
        keep: _Child | None = None
        try:
            child = child or _Child(self._limits)
            answer = child.ask(header, body)
            keep = child if child.jobs < _JOBS_OF_A_CHILD and not self._closed else None
        except (OSError, EOFError, ValueError) as error:
            raise ParseError(self._how_it_ended(child, who, len(body))) from error
        finally:
            if keep is None and child:
                child.end()
            self._idle.put(keep)
        return answer

    def _how_it_ended(self, child: _Child | None, who: str, size: int) -> str:
        cpu, wall = self._limits.cpu.total_seconds(), self._limits.wall.total_seconds()
        if child is None:
            return f"{who}: no process could be started to parse it; memory or processes may be short"
        code = child.end()
        if child.overdue:
            reason = f"it took longer than {wall:g} s"
        elif code == -24:  # SIGXCPU
            reason = f"it used more than {cpu:g} s of processor time"
        else:
            reason = f"the process ended with {'signal ' + str(-code) if code and code < 0 else 'code ' + str(code)}"
        return f"{who}: expected a page that can be parsed within the limits, got one of {size} bytes at which the parser was stopped: {reason}"


def _charset(fetched: Fetched) -> str | None:
    found = _CHARSET.search(fetched.headers.get("content-type", ""))
    return found[1] if found else None
