"""A real PostgreSQL for tests: one server a run (or a worker of it), a fresh database a test.

It is Debian's package, started here on a socket of loopback and in a folder of its own, without fsync. It refuses to run as root, so
then it runs as `nobody`. Where the package is missing, what needs it is left out, aloud; in CI that is a failure.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

MISSING = "PostgreSQL is not installed here (Debian: apt-get install postgresql)"
_USER = "cgtwatch"
_NUMBERS = count(1)
_PLAIN = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB", "jit=off")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version that is installed; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parent.parent.name))
    if found:
        return found[-1].parent
    other = shutil.which("postgres")
    return Path(other).parent if other and shutil.which("initdb") else None


@dataclass(slots=True)
class Postgres:
    """A running server."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    durable: bool = False

    @property
    def root(self) -> str:
        """The address of the database that is always there."""
        return self.url("postgres")

    def url(self, name: str) -> str:
        """The address of a database, as `CGTWATCH_DATABASE_URL` takes it."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{name}"

    def plain(self, name: str) -> str:
        """The same address as the driver takes it."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template0") -> str:
        """A fresh database; its address."""
        name = f"t{os.getpid()}_{next(_NUMBERS)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self.sql(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside of a transaction."""
        import psycopg

        with psycopg.connect(f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}", autocommit=True) as db:
            db.execute(statement.encode())

    def start(self) -> None:
        """Start (again) and wait until it answers. Data stays from one start to the next."""
        bin_ = programs()
        if bin_ is None:
            raise RuntimeError(MISSING)
        settings = ("max_connections=200", "shared_buffers=64MB", "jit=off") if self.durable else _PLAIN
        options = [word for setting in (*settings, "unix_socket_directories=") for word in ("-c", setting)]
        command = [str(bin_ / "postgres"), "-D", str(self.folder / "data"), "-h", "127.0.0.1", "-p", str(self.port), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(_as_nobody(command), stdout=log, stderr=log, start_new_session=True)
        ready = [str(bin_ / "pg_isready"), "-q", "-t", "30", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended: {(self.folder / 'log').read_text()[-2000:]}")
            if subprocess.run(ready, check=False).returncode == 0:
                return
        raise RuntimeError("PostgreSQL did not answer")

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop: SIGINT ends sessions and closes files (fast), SIGQUIT ends as in a crash (immediate)."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """A server for as long as the block runs; `durable` with fsync, for tests of crashes."""
    bin_ = programs()
    if bin_ is None:
        raise RuntimeError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="cgtwatch-postgres-"))
    try:
        folder.chmod(0o777)  # its own user writes here
        init = [str(bin_ / "initdb"), "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        init += [] if durable else ["--no-sync"]
        made = subprocess.run(_as_nobody(init), capture_output=True, text=True, check=False, cwd="/")
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stderr}")
        server = Postgres(folder, _free_port(), durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
