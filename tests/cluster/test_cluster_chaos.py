"""The proof of several workers: everybody is killed again and again, the database goes away, one worker sleeps for two minutes."""

import json
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from cluster.cluster_kit import Cluster, cluster, prove, settle
from postgres import MISSING, programs, running

OFFICES, HOSTS = 2000, 200
NAMES = ("scheduler-1", "scheduler-2", "worker-1", "worker-2", "worker-3", "worker-4")
KILLS = 50  # of each kind
BETWEEN = (2.0, 8.0)  # seconds between two kills
ASLEEP = 120.0  # seconds
DOWN = 10.0  # seconds without a database


@pytest.mark.chaos
@pytest.mark.skipif(programs() is None, reason=MISSING)
def test_nothing_is_lost_or_told_twice_whoever_is_killed_a_hundred_times(tmp_path: Path) -> None:
    with running(durable=True) as server, cluster(tmp_path, server, OFFICES, HOSTS, NAMES, "5m") as at:
        at.until(
            lambda: at.one("SELECT count(*) FROM source_state WHERE last_ok IS NOT NULL") >= OFFICES // 4, 600, "first visits"
        )
        began = time.monotonic()
        sleeping = fall_asleep(at)
        restarts = [signal.SIGINT, signal.SIGQUIT]  # an orderly one, and a crash
        while at.kills["worker"] < KILLS or at.kills["scheduler"] < KILLS or sleeping:
            for kind in ("worker", "scheduler"):
                if at.kills[kind] < KILLS:
                    at.kill(kind)
            pause(at, random.uniform(*BETWEEN))
            if sleeping and time.monotonic() - began > ASLEEP:
                wake_up(at, sleeping)
                sleeping = ""
            if restarts and sum(at.kills.values()) >= 2 * KILLS * (3 - len(restarts)) // 3:
                at.server.stop(restarts.pop(0))
                pause(at, DOWN)
                at.server.start()
        lasted = time.monotonic() - began
        settled = settle(at, 1500)
        figures = prove(at)
        sys.stdout.write(json.dumps({"killing seconds": round(lasted), "settled after": round(settled), **figures}) + "\n")


def fall_asleep(at: Cluster) -> str:
    name = random.choice([one for one in NAMES if one.startswith("worker")])
    at.stopped.add(name)
    at.processes[name].send_signal(signal.SIGSTOP)
    return name


def wake_up(at: Cluster, name: str) -> None:
    at.processes[name].send_signal(signal.SIGCONT)
    at.stopped.discard(name)


def pause(at: Cluster, seconds: float) -> None:
    """Let so much time pass for all, and start again who was killed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        at.keep_alive()
        time.sleep(0.2)
