"""A place to run the real command in: its own data directory, sources and environment; and a site that tests can change."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import starter

PROGRAM = [sys.executable, "-m", "cgtwatch"]
Answer = tuple[int, Mapping[str, str], bytes]
Process = subprocess.Popen[bytes] | starter.Started


@dataclass
class Site:
    """A web server on loopback whose answers are what `pages` says at the moment; every request is noted."""

    pages: dict[str, Answer | Callable[[Mapping[str, str]], Answer]] = field(default_factory=dict)
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    posts: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def page(
        self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (
            status,
            {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}},
            data,
        )

    def asked(self, path: str) -> int:
        return sum(one == path for _, one, _ in self.requests)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go out as two packets: else each answer waits 40 ms for the other side

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            site.posts.append((dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length", "0")))))
            self.answer()

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.requests.append((self.command, self.path, headers))
            found = site.pages.get(self.path) or site.pages.get(self.path.partition("?")[0]) or (404, {}, b"no such page")
            status, sent, page = found(headers) if callable(found) else found
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Place:
    """Where one test works. `forked`: commands come from a process that has imported the program, see `starter`."""

    root: Path
    extra: dict[str, str] = field(default_factory=dict)
    forked: bool = True

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
        return {**kept, "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "PYTHONUNBUFFERED": "1", **self.extra}

    def sources(self, text: str) -> None:
        (self.root / "sources.yaml").write_text(text, encoding="utf-8")

    def run(
        self, *args: str, code: int | None = 0, stdin: bytes | None = None, timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        done = starter.run(args, self.root, self.env, stdin, timeout) if self.forked else self._started(args, stdin, timeout)
        result = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.stderr, result.stderr
        if code is not None:
            assert result.returncode == code, f"{args} ended with {result.returncode}: {result.stderr}{result.stdout}"
        return result

    def rows(self, *args: str, code: int | None = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*args, "--json", code=code).stdout.splitlines()]

    def poll(self, *args: str, code: int | None = 0) -> dict[str, dict[str, Any]]:
        """The rows of one poll by source."""
        return {row["source"]: row for row in self.rows("poll", *(args or ("--all",)), code=code) if "source" in row}

    def _started(self, args: tuple[str, ...], stdin: bytes | None, timeout: float) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [*PROGRAM, *args], cwd=self.root, env=self.env, capture_output=True, timeout=timeout, input=stdin, check=False
        )

    @contextmanager
    def service(self, *args: str) -> Iterator["Service"]:
        with (self.root / "service.log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
            process: Process
            if self.forked and "LD_PRELOAD" not in self.env:
                process = starter.start(("run", *args), self.root, self.env, (nothing, log, log))
            else:
                process = subprocess.Popen([*PROGRAM, "run", *args], cwd=self.root, env=self.env, stdout=log, stderr=log)
            service = Service(process, self.root / "service.log")
            try:
                yield service
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait(10)


@dataclass
class Service:
    process: Process
    log: Path

    def until(self, what: Callable[[], object], seconds: float = 30) -> None:
        """Wait until `what` says so; fails with the log when the process ends or time is up."""
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, f"the service ended with {self.process.returncode}: {self.text}"
            assert time.monotonic() < end, f"waited in vain: {self.text}"
            threading.Event().wait(0.05)  # a real process has no clock that a test could move

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM, within: float = 10) -> int:
        self.process.send_signal(how)
        return self.process.wait(within)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
