"""A machine on which the product runs by a clock that we move: it is switched off, killed, and its clock is set wrong at times."""

import random
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from inside import Parts, migrated

from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare
from cgtwatch.pipeline.send import SendParts
from simulated.doors import Doors
from simulated.readers import Wish
from simulated.world import Scale, World, sources_of

SETTINGS = {
    "CGTWATCH_SMTP_URL": "smtp://127.0.0.1:9", "CGTWATCH_MAIL_FROM": "watch@example.org", "CGTWATCH_PUBLIC_URL": "https://watch.example",
    "CGTWATCH_SECRET_KEY": "0123456789abcdef0123456789abcdef", "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What was done on the machine, by its own clock: `tick` (digests were looked for), `duties` (a day was looked at), `start`, or an
    operation on a subscription. `seq`: the last announcement by then. `at`: what the time really was.
    """

    what: str
    clock: datetime
    at: datetime
    seq: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Troubles:
    """When the machine is off, when it is killed (at the n-th use of a door after that), and how far its clock is out."""

    off: tuple[tuple[datetime, datetime], ...] = ()
    kills: tuple[tuple[datetime, int], ...] = ()
    steps: tuple[tuple[datetime, datetime, timedelta], ...] = ()

    def out(self, at: datetime) -> timedelta:
        """By how much the clock is wrong."""
        return next((by for begin, end, by in self.steps if begin <= at < end), timedelta())


class _Watched(Parts):
    """The real parts; only the two doors lead into the invented world."""

    doors: Doors

    @property
    def net(self) -> Any:
        return self.doors

    @property
    def send_parts(self) -> SendParts:
        return replace(super().send_parts, jitter=lambda: 0.5)


@dataclass
class Machine:
    """Where the product runs."""

    root: Path
    doors: Doors
    troubles: Troubles
    now: datetime
    diary: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = self.root / "data"
        self.data.mkdir(parents=True)
        shutil.copy(migrated(), self.data / "cgtwatch.db")
        self.app: _Watched | None = None
        self.doors.snapshot = self.keep
        self.kept = self.root / "kept"

    @property
    def running(self) -> "_Watched":
        assert self.app is not None
        return self.app

    def clock(self) -> datetime:
        """What the machine takes for the time."""
        return self.now + self.troubles.out(self.now)

    def start(self) -> None:
        environ = {**SETTINGS, "CGTWATCH_DATA_DIR": str(self.data), "CGTWATCH_SOURCES": str(self.root / "sources.yaml")}
        self.app = _Watched(load_settings(environ, self.root), self.clock)
        self.app.doors = self.doors
        self.doors.dead, self.doors.fuse = False, None
        prepare(self.app)
        self.engine = Engine(self.app)
        self.note("start")

    def stop(self) -> None:
        """As SIGTERM does."""
        self.engine.stop()
        self.running.close()
        self.app = None

    def keep(self) -> None:
        """The files as they are at this instant, as SIGKILL leaves them."""
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir()
        for path in self.data.glob("cgtwatch.db*"):
            shutil.copy(path, self.kept / path.name)

    def be_killed(self) -> None:
        """What was done after the kill never was: the files are again what they were."""
        with suppress(Exception):
            self.stop()
        self.app = None
        for path in self.data.glob("cgtwatch.db*"):
            path.unlink()
        for path in self.kept.glob("cgtwatch.db*"):
            if not path.name.endswith("-shm"):  # the kernel's memory of it went with the process
                shutil.copy(path, self.data / path.name)

    def note(self, what: str, name: str = "") -> None:
        self.diary.append(Note(what, self.clock(), self.now, self.running.store.last_seq(), name))

    def ask(self, operation: str, **args: Any) -> list[dict[str, Any]]:
        return list(perform(self.engine, operation, args))

    def work(self) -> bool:
        """What the service's ticks do by now; False where it was killed meanwhile."""
        while self.engine.poll_due():
            pass
        if self.doors.dead:
            return False
        made = self.engine.digest_due()
        self.note("tick")
        if made or self.now.minute == self.now.hour % self.doors.world.scale.sends == 0:
            self.engine.sends.due()
        if not self.doors.dead and (
            self.now.minute == self.now.hour % self.doors.world.scale.duties == 0 or self.diary[-2].what == "start"
        ):
            self.engine.housekeep()
            self.note("duties")
            self.engine.sends.due()
        return not self.doors.dead


def _at_once(_threads: object, _key: object, work: Any) -> "Future[Any]":
    future: Future[Any] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - as a pool does it
        future.set_exception(error)
    return future


def _no_keeper(sends: Any) -> None:
    while sends._work():
        pass


@contextmanager
def one_thing_at_a_time(doors: Doors) -> Iterator[None]:
    """No threads, so that a seed tells all; mail goes through our door."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cgtwatch.engine.threads.Threads.submit", _at_once)
        patch.setattr("cgtwatch.engine.sends.Sends._keep", _no_keeper)
        patch.setattr("cgtwatch.deliver.mail.email.Pool", lambda *_args: doors)
        yield


@dataclass(frozen=True, slots=True)
class Lived:
    """What is left after all of it."""

    world: World
    doors: Doors
    machine: Machine
    wishes: Mapping[str, Wish]
    sizes: list[float]


@contextmanager
def lived(
    root: Path, seed: int, scale: Scale, wishes: Mapping[str, Wish], troubles: Troubles, lies: Mapping[str, Any]
) -> Iterator[Lived]:
    """A life of that length. At its end all servers work again and a person sends what was given up."""
    world = World(seed, scale)
    doors = Doors(world, seed, scale.begin, {host: list(spans) for host, spans in lies.items()})
    (root / "sources.yaml").write_text(sources_of(world), encoding="utf-8")
    machine = Machine(root, doors, troubles, scale.begin)
    drawn, sizes = random.Random(f"machine {seed}"), []
    todo = sorted((at, name, step) for name, wish in wishes.items() for at, step in wish.steps)
    kills = sorted(troubles.kills)
    with one_thing_at_a_time(doors):
        while machine.now < scale.end:
            _pass(machine, doors, todo, wishes, kills, drawn)
            machine.now = doors.now = machine.now + scale.tick
            if machine.now.hour == machine.now.minute == 0:
                sizes.append(_resident())
        _settle(machine, doors)
        try:
            yield Lived(world, doors, machine, wishes, sizes)
        finally:
            machine.stop()


def _pass(
    machine: Machine, doors: Doors, todo: list[Any], wishes: Mapping[str, Wish], kills: list[Any], drawn: random.Random
) -> None:
    """A quarter of an hour."""
    if any(begin <= machine.now < end for begin, end in machine.troubles.off):
        if machine.app is not None:
            if drawn.random() < 0.5:
                machine.stop()
            else:
                machine.keep()
                machine.be_killed()
        return
    if machine.app is None:
        machine.start()
    while todo and todo[0][0] <= machine.now:
        _, name, step = todo.pop(0)
        machine.ask(f"subscriptions.{step.partition(' ')[0]}", name=name, **wishes[name].args(step))
        machine.note(step, name)
    if kills and kills[0][0] <= machine.now:
        doors.fuse = kills.pop(0)[1]
    if not machine.work():
        machine.be_killed()


def _settle(machine: Machine, doors: Doors) -> None:
    """Everything works for four days more: what is under way arrives."""
    doors.lies.clear()
    doors.world.outages = {name: [] for name in doors.world.offices}
    if machine.app is None:
        machine.start()
    doors.fuse = None
    machine.ask("deliveries.redeliver", dead=True)
    end = machine.now + timedelta(days=4)
    while machine.now < end:
        assert machine.work()
        machine.now = doors.now = machine.now + doors.world.scale.tick


def _resident() -> float:
    """MiB of this process."""
    import os

    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
