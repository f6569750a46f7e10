"""Start the hostile peer that stands beside the project, and stop it again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from shared import SHARED


@dataclass(frozen=True)
class Peer:
    """Where its listeners are: `ports` by name, `ca` the bundle of its own authority."""

    ports: dict[str, int]
    ca: str

    def url(self, fault: str, at: str = "127.0.0.1") -> str:
        return f"http://{at}:{self.ports['http']}/{fault}"

    def control(self, name: str):
        with urlopen(self.url(f"_{name}"), timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def hostile_peer(*further: str) -> Iterator[Peer]:
    """The peer, for as long as it is asked; on the `further` loopback addresses too, so that faults can be on hosts of their own."""
    assert SHARED is not None
    script, peer = Path(__file__).with_name("peer_at.py"), SHARED / "hostile" / "peer.py"
    command = [sys.executable, str(script), str(peer), ",".join(further), "--log", "/dev/null", "--max-s", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = json.loads(process.stdout.readline())
            yield Peer(ready["ports"], ready["ca"])
        finally:
            process.terminate()
