"""The limit of polling: ask for every address with a bare `requests.Session` a thread, keep its ETag, do nothing else.

limit.py ADDRESSES.json STATE.json THREADS [CA_FILE]. With a CA file all threads share one session with one SSL context.
"""

import json
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Shared(HTTPAdapter):
    """One SSL context for all connections."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=512, pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools that know the context."""
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, *_: Any) -> None:
        """The context checks."""
        conn.cert_reqs, conn.ca_certs = "CERT_REQUIRED", None


def main() -> None:
    """Ask once for each address."""
    addresses, state = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    known: dict[str, str] = json.loads(state.read_text()) if state.exists() else {}
    local = threading.local()
    shared = None
    if len(sys.argv) > 4:
        shared = requests.Session()
        shared.mount("https://", Shared(ssl.create_default_context(cafile=sys.argv[4])))

    def ask(url: str) -> tuple[str, str | None]:
        session = shared or getattr(local, "session", None)
        if session is None:
            session = local.session = requests.Session()
        headers = {"If-None-Match": known[url]} if url in known else {}
        answer = session.get(url, headers=headers, timeout=30)
        assert answer.status_code in (200, 304)
        return (url, answer.headers.get("ETag")) if answer.content else (url, known.get(url))

    with ThreadPoolExecutor(int(sys.argv[3])) as pool:
        found = {url: etag for url, etag in pool.map(ask, addresses) if etag}
    state.write_text(json.dumps(found))


main()
