"""Starts the command for tests: each in a process of its own, forked from one that has imported the program already.

Importing and the shipped rules, most of a second, are saved a command; all else is as with `python -m cgtwatch`: its own working directory, environment,
standard streams, exit code. Tests of the start itself start Python.
"""

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

_REQUEST = 1_000_000
_STREAMS = 3
_LEFT_OUT = ("cgtwatch.__main__", "cgtwatch.parse.worker", "cgtwatch.store.migrations.env")


def run(
    args: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes | None, timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run` of `python -m cgtwatch ARGS` with captured output."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin or b"")
        given.seek(0)
        started = start(args, cwd, env, (given, out, err))
        try:
            code = started.wait(timeout)
        except subprocess.TimeoutExpired:
            started.kill()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(args), code, out.read(), err.read())


def start(args: Sequence[str], cwd: Path, env: Mapping[str, str], streams: tuple[IO[Any], IO[Any], IO[Any]]) -> "Started":
    """`subprocess.Popen` of `python -m cgtwatch ARGS` with these standard streams."""
    answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        request = json.dumps({"args": list(args), "cwd": str(cwd), "env": dict(env)}).encode()
        handles = array.array("i", [*(stream.fileno() for stream in streams), theirs.fileno()])
        socket.send_fds(_starter(), [request], list(handles))
    return Started(list(args), answers)


class Started:
    """A command at work; what `Popen` says and does of it."""

    def __init__(self, args: list[str], answers: socket.socket) -> None:
        self.args, self._answers = args, answers
        self.pid = int(answers.recv(64))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                self.returncode = int(self._answers.recv(64))
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from error
            self._answers.close()
        return self.returncode

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _starter() -> socket.socket:
    """The starter of this test process; it ends when the test process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _REQUEST)
    with theirs:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
        started = subprocess.Popen([sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], env=kept)
    atexit.register(_end, ours, started)
    return ours


def _end(ours: socket.socket, started: "subprocess.Popen[bytes]") -> None:
    ours.close()
    started.wait(10)


# ---- in the starter


def _main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    _import_all()
    gc.freeze()  # what all children share is not gone through in each of them
    request = _serve(asked)
    if request is not None:  # we are the child
        _become(request)
        runpy.run_module("cgtwatch", run_name="__main__", alter_sys=True)


def _import_all() -> None:
    import cgtwatch

    for module in pkgutil.walk_packages(cgtwatch.__path__, "cgtwatch."):
        if not module.name.startswith(_LEFT_OUT):
            with suppress(ImportError):  # whichever command needs it will say so
                importlib.import_module(module.name)
    importlib.import_module("cgtwatch.understand.own").shipped()


def _serve(asked: socket.socket) -> dict[str, Any] | None:
    """Fork a child for each request and tell how it ended; None at the end, in a child its request."""
    waiting = selectors.DefaultSelector()
    waiting.register(asked, selectors.EVENT_READ)
    children: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for key, _ in waiting.select():
            if key.fileobj is asked:
                data, handles, *_ = socket.recv_fds(asked, _REQUEST, _STREAMS + 1)
                if not data:
                    return None
                answer = socket.socket(fileno=handles.pop())
                pid = os.fork()
                if pid == 0:
                    for stream, handle in enumerate(handles):
                        os.dup2(handle, stream)
                        os.close(handle)
                    for one in (asked, answer, waiting):
                        one.close()
                    return dict(json.loads(data))
                for handle in handles:
                    os.close(handle)
                watched = os.pidfd_open(pid)
                children[watched] = (pid, answer)
                waiting.register(watched, selectors.EVENT_READ)
                answer.send(str(pid).encode())
            else:
                watched = key.fd
                waiting.unregister(watched)
                os.close(watched)
                pid, answer = children.pop(watched)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with suppress(OSError):  # the test gave up waiting
                    answer.send(str(code).encode())
                answer.close()


def _become(request: Mapping[str, Any]) -> None:
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["cgtwatch", *request["args"]]
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - a standard stream
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, errors="backslashreplace")  # noqa: SIM115


if __name__ == "__main__":
    _main()
