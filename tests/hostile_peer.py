"""Start the hostile peer that stands beside the project, and stop it again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from shared import SHARED


@dataclass(frozen=True)
class Peer:
    """Where its listeners are: `ports` by name, `ca` the bundle of its own authority."""

    ports: dict[str, int]
    ca: str

    def url(self, fault: str) -> str:
        return f"http://127.0.0.1:{self.ports['http']}/{fault}"

    def control(self, name: str):
        with urlopen(self.url(f"_{name}"), timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def hostile_peer() -> Iterator[Peer]:
    assert SHARED is not None
    command = [sys.executable, str(SHARED / "hostile" / "peer.py"), "--log", "/dev/null", "--max-s", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = json.loads(process.stdout.readline())
            yield Peer(ready["ports"], ready["ca"])
        finally:
            process.terminate()
