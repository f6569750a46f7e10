"""Who may work where: one process alone, or several together on a server; nobody is kept out by one that died."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cgtwatch.errors import BusyError
from cgtwatch.ops.ownership import own_together
from cgtwatch.store import held
from cgtwatch.store.holding import _Holder

HOLD = "import sys, time\nfrom cgtwatch.store import held\nwith held(sys.argv[1], alone=True):\n    print('held', flush=True)\n    time.sleep(60)"


def test_a_second_process_on_a_file_is_refused(tmp_path: Path) -> None:
    with own_together(tmp_path, "sqlite:////nowhere.db", alone=True), pytest.raises(BusyError, match="stop it first"):
        own_together(tmp_path, "sqlite:////nowhere.db", alone=True).__enter__()


def test_a_second_process_that_wants_a_database_alone_is_refused_wherever_its_folder(postgres_url: str, tmp_path: Path) -> None:
    with own_together(tmp_path / "a", postgres_url, alone=True):
        for alone in (True, False):
            with pytest.raises(BusyError, match="stop it first"), own_together(tmp_path / "b", postgres_url, alone=alone):
                pass
    with own_together(tmp_path / "b", postgres_url, alone=True):
        pass


def test_several_work_together_and_nobody_alone_beside_them(postgres_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(own_together(tmp_path, postgres_url, alone=False))
        with pytest.raises(BusyError), own_together(tmp_path / "other", postgres_url, alone=True):
            pass


def test_one_that_was_killed_keeps_nobody_out(postgres_url: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, postgres_url], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(BusyError), held(postgres_url, alone=True):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    for _ in range(100):  # the server sees the end of the session a moment later
        try:
            with held(postgres_url, alone=True):
                return
        except BusyError:
            threading.Event().wait(0.05)
    pytest.fail("still held")


def test_whoever_lost_its_session_to_another_is_told(
    postgres_url: str, postgres_of_the_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.store.holding._LOOK", 0.05)
    told, name = threading.Event(), postgres_url.rpartition("/")[2]
    first = _Holder(postgres_url, alone=True, taken_over=told.set)
    first._hold()
    postgres_of_the_run.sql(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")
    with held(postgres_url, alone=True):
        first._keeper.start()
        assert told.wait(20)
    first.let_go()


def test_after_the_end_of_its_session_it_holds_again(
    postgres_url: str, postgres_of_the_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.store.holding._LOOK", 0.05)
    name = postgres_url.rpartition("/")[2]
    locks = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory' AND datname = %s"
    with held(postgres_url, alone=True), psycopg.connect(postgres_of_the_run.plain("postgres"), autocommit=True) as looking:
        postgres_of_the_run.sql(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")
        for _ in range(400):
            if looking.execute(locks, [name]).fetchone() == (1,):
                break
            threading.Event().wait(0.05)
        with pytest.raises(BusyError), held(postgres_url, alone=False):
            pass
