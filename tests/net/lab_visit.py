"""Runs inside a network of its own: asks for faults and names with the guard fully on, prints what became of each."""

import json
import sys
import time
from datetime import timedelta
from urllib.request import urlopen

from cgtwatch.net.request import NetAnswer, NetPolicy, NetRequest
from cgtwatch.net.session import Net


def main(port: str, deadline: str, *paths: str) -> None:
    """Visit each of `paths`: a fault of public.test, or a whole address."""
    net = Net(NetPolicy())
    for path in paths:
        began = time.monotonic()
        url = path if "://" in path else f"http://public.test/{path}"
        got = net.exchange(NetRequest(url, deadline=timedelta(seconds=float(deadline))))
        word = "answer" if isinstance(got, NetAnswer) else str(got.error)
        tell({"path": path, "word": word, "seconds": time.monotonic() - began})
    net.close()
    with urlopen(f"http://127.0.0.1:{port}/_log", timeout=10) as log:
        tell({"reached": sorted({row["listener"] for row in json.load(log)})})


def tell(row: dict) -> None:
    """One line of the report."""
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
