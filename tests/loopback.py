"""A small site on loopback that answers with the very bytes a test hands it, and remembers what it was asked."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(frozen=True)
class Asked:
    """One request as it came in. `connection` numbers the connections from 0."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Slowly:
    """Send `start`, then `piece` again and again until the client leaves."""

    start: bytes
    piece: bytes
    every: float = 0.02


CUT = b""  # close without an answer


def reply(body: bytes | str = b"", status: int = 200, length: int | None = None, **headers: str) -> bytes:
    """A plain answer; header names are written with `_` for `-`."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X"] + [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if status not in (204, 304):
        lines.append(f"Content-Length: {len(data) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data


class Site:
    """Serves until closed; `answer` gets each request. An answer is bytes, `Slowly`, or `CUT`."""

    def __init__(self, answer: Callable[[Asked], bytes | Slowly], tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self._answer, self._tls = answer, tls
        self._open: list[socket.socket] = []
        self._stop = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._door.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._door.accept()
            except OSError:
                return
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self.connections += 1
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError), sock:  # a client may speak no HTTP
            stream = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
            self._open.append(stream)
            with stream, stream.makefile("rb") as lines:
                while self._one(stream, lines, number):
                    pass

    def _one(self, stream, lines, number) -> bool:
        first = lines.readline().split()
        if len(first) < 2:
            return False
        headers = {}
        while line := lines.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = lines.read(int(headers.get("content-length", 0)))
        asked = Asked(first[0].decode(), first[1].decode(), headers, body, number)
        self.asked.append(asked)
        answer = self._answer(asked)
        if isinstance(answer, Slowly):
            stream.sendall(answer.start)
            while not self._stop.wait(answer.every):
                stream.sendall(answer.piece)
            return False
        stream.sendall(answer)
        return bool(answer) and b"connection: close" not in answer[:2000].lower()


def pages(table: Mapping[str, bytes | Slowly]) -> Callable[[Asked], bytes | Slowly]:
    """Answers by path; anything else is 404."""
    return lambda asked: table.get(asked.target, reply("no such page", 404))
