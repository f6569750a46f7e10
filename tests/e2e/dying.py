"""Run the real command in forked children, and kill a child with SIGKILL at a step that is named here, from outside.

A program of its own: one JSON line in (`cwd`, `env`, `commands`, `die`), one out (`code`, `calls`). The steps are watched by the
interpreter's profiling hook, so the product knows nothing of them; forking spares the imports of each new process.
"""

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from system_calls import answer, ask_before_calls

SERVICE = ("app", "engine.engine", "engine.operations", "web.site")
ROOMS = ("cli", "config", "compose", "deliver", "engine", "net", "pipeline", "select", "store")
CHANNELS = (
    "deliver.mail.email:Email",
    "deliver.webhook:Webhook",
    "deliver.rooms.slack:Slack",
    "deliver.mail.maildir:LocalMailbox",
)

# Name → when, the functions whose call or return it is (`*`: of all channels), and the how manyth time. One message is composed for all
# readers, and the second write of the ledger of attempts holds the outcome of the first one.
STEPS: dict[str, tuple[str, str, int]] = {
    "before choosing": ("call", "select.choice:wanted", 2),
    "after choosing": ("return", "select.choice:wanted", 2),
    "before composing": ("call", "compose.messages:digest", 1),
    "after composing": ("return", "compose.messages:digest", 1),
    "before freezing": ("call", "*.freeze", 2),
    "after freezing": ("return", "*.freeze", 2),
    "before recording": ("call", "store.digests:Digests.record_digests", 1),
    "inside recording": ("call", "store.queue:enqueue", 1),
    "at the end of recording": ("return", "store.queue:enqueue", 1),
    "after recording": ("return", "store.digests:Digests.record_digests", 1),
    "before the attempt is recorded": ("call", "store.deliveries:Deliveries.exchange", 1),
    "while the attempt is recorded": ("return", "store.deliveries:_begin", 1),
    "after the attempt is recorded": ("return", "store.deliveries:Deliveries.exchange", 1),
    "before connecting": ("connect", "", 1),
    "after the first byte": ("first byte", "", 1),
    "half sent": ("half", "", 1),
    "after the last byte": ("last byte", "", 1),
    "after the answer": ("return", "*.send", 1),
    "before the outcome is recorded": ("call", "store.deliveries:Deliveries.exchange", 2),
    "while the outcome is recorded": ("return", "store.deliveries:_settle", 2),
    "after the outcome is recorded": ("return", "store.deliveries:Deliveries.exchange", 2),
}
BEGIN = "engine.operations:perform"  # what is before is the same for all commands and touches nothing


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # the signal may reach another thread first


def code_of(name: str) -> CodeType | None:
    """The code of `module:qualified.name` below cgtwatch; None where there is no such thing."""
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(f"cgtwatch.{module}")
    for part in path.split("."):
        found = getattr(found, part, None)
    return getattr(found, "__code__", None)


def codes(name: str) -> set[CodeType]:
    names = [f"{channel}{name[1:]}" for channel in CHANNELS] if name.startswith("*") else [name]
    return {found for each in names if (found := code_of(each))}


def watch_step(name: str) -> None:
    """Die at that step."""
    when, function, nth = STEPS[name]
    left = count(nth, -1)
    if not function:
        return watch_socket(when, lambda: next(left) == 1)
    wanted = codes(function)

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == when and frame.f_code in wanted and next(left) == 1:
            die()

    return profile(look)


def watch_socket(when: str, due: Callable[[], bool]) -> None:
    """Die at a moment of a conversation over TCP."""
    send, connect = socket.socket.sendall, socket.socket.connect

    def watched_connect(self: socket.socket, address: Any) -> None:
        if when == "connect" and self.family != socket.AF_UNIX and due():
            die()
        connect(self, address)

    def watched_send(self: socket.socket, data: Any, *flags: int) -> None:
        whole = bytes(data)
        message = whole[:1] == b"{" or b"\r\nSubject: " in whole
        begins = message or whole[:4] == b"POST"
        if when == "first byte" and begins and due():
            send(self, whole[:1])
            die()
        if when == "half" and message and due():
            send(self, whole[: len(whole) // 2])
            die()
        send(self, data, *flags)
        if when == "last byte" and message and due():
            die()

    socket.socket.sendall, socket.socket.connect = watched_send, watched_connect  # type: ignore[method-assign,assignment]


def watch_calls(at: int | None) -> Iterator[int]:
    """Die at the `at`-th call after the work began; what is given back counts them."""
    calls, begin, working = count(), code_of(BEGIN), []

    def look(frame: FrameType, event: str, _: object) -> None:
        if frame.f_code is begin:
            working.append(True)
        if working and next(calls) == at:
            die()

    profile(look)
    return calls


def profile(look: Callable[[FrameType, str, object], None]) -> None:
    threading.setprofile(look)
    sys.setprofile(look)


def child(asked: dict[str, Any], told: int, asks: socket.socket) -> None:
    """The commands one after the other in this process, as if each were typed."""
    os.chdir(asked["cwd"])
    os.environ.update(asked["env"])
    output = os.open("commands.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    main = importlib.import_module("cgtwatch.cli.main").main
    slack = importlib.import_module("cgtwatch.deliver.rooms.slack").Slack
    slack.vendor = replace(slack.vendor, rest=0)  # a room that asks for no pause between posts: nobody has time to wait
    how = asked["die"] or {}
    calls = None
    if "step" in how:
        watch_step(how["step"])
    elif "system" in how:
        ask_before_calls(asks)
    elif how:
        calls = watch_calls(how["call"])
    code = 0
    for command in asked["commands"]:
        sys.argv = ["cgtwatch", *command]
        try:
            post(command[1]) if command[0] == "POST" else main()
        except SystemExit as ended:
            code = code or int(ended.code or 0)
    sys.setprofile(None)
    os.write(told, str(next(calls) if calls else 0).encode())
    os._exit(code)


def post(path: str) -> None:
    """What the service does with a POST by a mail program (RFC 8058). Exits with 1 where it did not answer 200."""
    app, engine, operations, site = (importlib.import_module(f"cgtwatch.{name}") for name in SERVICE)
    settings = importlib.import_module("cgtwatch.config.settings").load_settings(os.environ, Path.cwd())
    client = importlib.import_module("starlette.testclient").TestClient
    with app.App(settings) as running:
        asked = client(
            site.make_site(running, partial(operations.perform, engine.Engine(running))), base_url="http://127.0.0.1:8710"
        )
        if asked.post(path, data={"List-Unsubscribe": "One-Click"}).status_code != 200:
            sys.exit(1)


def tell(fact: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def warm_up() -> None:
    """What each child would read anew, and the same: modules and rules."""
    for room in ROOMS:
        package = importlib.import_module(f"cgtwatch.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"cgtwatch.{room}."):
            with suppress(ImportError):  # it needs an extra
                importlib.import_module(module.name)
    own, rules = (importlib.import_module(f"cgtwatch.understand.{name}") for name in ("own", "rules"))
    rules.issuer_ids()
    names = dict(rules.issuer_names(own.shipped()))
    rules.issuer_names = lambda _: names


def main() -> None:
    warm_up()
    tell({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        ours, asks = socket.socketpair()
        number = os.fork()
        if number == 0:
            os.close(reading)
            ours.close()
            child(asked, writing, asks)
        os.close(writing)
        asks.close()
        system = (asked["die"] or {}).get("system")
        counted = [] if system is None else answer(number, ours, Path(asked["cwd"]), system)
        ours.close()
        with open(reading) as told:  # noqa: PTH123 - a pipe
            calls = int(told.read() or 0)
        _, status = os.waitpid(number, 0)
        tell({"code": os.waitstatus_to_exitcode(status), "calls": len(counted) or calls, "last": counted[-1:]})


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    main()
