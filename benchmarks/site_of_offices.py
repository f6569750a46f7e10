"""A loopback server for invented offices: many addresses, validators or none, plain or TLS. It runs in a thread of its own."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from corpus import Office, document

PER_NET = 200


class Site:
    """Serves `offices` on `hosts` addresses of loopback until the block ends. With `conditional` off it ignores conditions."""

    def __init__(self, offices: Sequence[Office], hosts: int, context: ssl.SSLContext | None = None) -> None:
        self.offices = {office.path: office for office in offices}
        self.hosts = [f"127.0.{1 + n // PER_NET}.{1 + n % PER_NET}" for n in range(hosts)]
        self.context = context
        self.conditional = True
        self.port = 0
        self.answers: Counter[int] = Counter()
        self._pages: dict[str, tuple[int, bytes]] = {}
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()

    def host_of(self, office: Office) -> str:
        """Scheme, address and port of the office."""
        scheme = "https" if self.context else "http"
        return f"{scheme}://{self.hosts[office.number % len(self.hosts)]}:{self.port}"

    def url_of(self, office: Office) -> str:
        """Where the office is read."""
        return self.host_of(office) + office.path

    def __enter__(self) -> Self:
        threading.Thread(target=self._run, daemon=True).start()
        if not self._up.wait(30):
            raise RuntimeError("the site did not come up")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._up.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        first = await asyncio.start_server(self._serve, self.hosts[0], 0, ssl=self.context)
        self.port = first.sockets[0].getsockname()[1]
        if len(self.hosts) > 1:
            await asyncio.start_server(self._serve, self.hosts[1:], self.port, ssl=self.context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                known = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("if-none-match:")), "")
                writer.write(self._answer(lines[0].split(" ")[1], known))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, known: str) -> bytes:
        office = self.offices.get(path)
        if office is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag = f'"{office.number}-{office.changed}"'
        if self.conditional and known == etag:
            self.answers[304] += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        self.answers[200] += 1
        page = self._page(office)
        kind = "application/rss+xml" if office.feed else "text/html"
        said = f"ETag: {etag}\r\n" if self.conditional else ""
        return f"HTTP/1.1 200 OK\r\n{said}Content-Type: {kind}\r\nContent-Length: {len(page)}\r\n\r\n".encode() + page

    def _page(self, office: Office) -> bytes:
        kept = self._pages.get(office.path)
        if kept is None or kept[0] != office.changed:
            kept = self._pages[office.path] = (office.changed, document(office, self.host_of(office)))
        return kept[1]
