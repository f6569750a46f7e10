"""A process that polls everything once for each line it reads, and answers with its size in MiB; rounds.py ROUNDS."""

import os
import sys
from pathlib import Path

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.prepare import prepare


def size() -> float:
    """Resident memory of this process now, in MiB; the parse children have their own."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


with App(load_settings(os.environ, Path.cwd())) as app:
    prepare(app)
    engine = Engine(app)
    for _ in sys.stdin:
        for row in engine.poll(app.sources):
            assert row.error is None, row
        print(size(), flush=True)
    engine.stop()
