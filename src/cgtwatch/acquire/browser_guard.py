"""The only way out of the browser: a proxy on loopback that dials through `Net`'s guard and lets nobody in without a pass.

The browser keeps its own HTTP and TLS (a wall tells a made-up browser from a real one by these), cookies and redirects; where
it may connect to, for how long and for how many bytes is decided here. Plain requests carry one exchange a connection, so that
an answer can never be followed by a request for another host.
"""

import asyncio
import base64
import binascii
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetFailure
from cgtwatch.net.session import Net
from cgtwatch.text.hosts import site_of

NAME = "guard.invalid"  # what the browser knows it by; the one name that it can resolve at all
PIECE = 65536
LONGEST_HEAD = 65536
HEAD_WITHIN = 15.0  # seconds
DIAL = timedelta(seconds=10)
CONNECTIONS = 64  # of one visit at a time
HESITATION = 0.5  # seconds in which a navigation to another site may still be announced
HOP = (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"proxy-authenticate")
ELSEWHERE = NetFailure(
    ErrorClass.REFUSED, "the page leads to another site than its own", "use the address that the site itself shows in a browser"
)

Head = tuple[bytes, list[tuple[bytes, bytes]]]  # first line, fields


class _Ended(Exception):
    """The connection cannot go on; `answer` is what the browser is told."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        super().__init__(answer)


@dataclass(eq=False, slots=True)
class Pass:
    """What one visit may do: reach these sites, read `allowance` bytes. `refusals` tells what it was not let to."""

    sites: set[str]
    allowance: int
    proxy: str | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    refusals: dict[str, NetFailure] = field(default_factory=dict)  # by host
    spent: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def exhausted(self) -> bool:
        """Whether the visit has read all it may."""
        return self.spent >= self.allowance

    def admit(self, site: str) -> None:
        """From now on this site may be reached too."""
        self.sites.add(site)
        self._more.set()

    async def knows(self, site: str) -> bool:
        """Whether `site` may be reached; waits a moment, for a redirect reaches us before the word that it is a navigation."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HESITATION):
                while site not in self.sites:
                    self._more.clear()
                    await self._more.wait()
        return site in self.sites


class Guard:
    """Serves the browser's connections on the event loop that it was started on."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._passes: dict[str, Pass] = {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)

    async def stop(self) -> None:
        """Let nobody in any more and cut what is open."""
        for one in list(self._passes.values()):
            self.revoke(one)
        if self._server is not None:
            self._server.close()

    def issue(self, one: Pass) -> Pass:
        """Let the bearer of this pass in."""
        self._passes[one.token] = one
        return one

    def revoke(self, one: Pass) -> None:
        """The visit has ended: its connections are cut."""
        self._passes.pop(one.token, None)
        for writer in list(one.writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one: Pass | None = None
        try:
            async with asyncio.timeout(HEAD_WITHIN):
                first, fields = await _head(reader)
            one = self._passes.get(_token(fields))
            if one is None:
                raise _Ended("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=guard")
            if len(one.writers) >= CONNECTIONS:
                raise _Ended("503 Too Many Connections")
            one.writers.add(writer)
            await self._connect(one, (first, fields), reader, writer)
        except _Ended as end:
            if end.answer:
                writer.write(f"HTTP/1.1 {end.answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        except (OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # one side is gone, or speaks no HTTP
        finally:
            if one is not None:
                one.writers.discard(writer)
            writer.close()

    async def _connect(self, one: Pass, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = head[0].split(b" ", 2)
        tunnel = method == b"CONNECT"
        parts = urlsplit(("//" if tunnel else "") + target.decode("ascii"))
        if not parts.hostname or (not tunnel and parts.scheme != "http"):
            raise _Ended("400 Bad Request")
        port = parts.port or (443 if tunnel else 80)
        if not await one.knows(site_of(parts.hostname)):
            one.refusals.setdefault(parts.hostname, ELSEWHERE)
            raise _Ended("403 Third Party" if tunnel else "")  # a plain answer would look like the site's own
        there, back = await self._dial(one, parts.hostname, port, tunnel=tunnel)
        one.writers.add(back)
        try:
            if tunnel:
                await _tunnel(one, target, there, back)
                writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
                await _both(_pump(reader, back, None), _pump(there, writer, one))
            else:
                back.write(_request(head, parts.path or "/", parts.query, one.proxy))
                await _both(_send(reader, back, _length(head[1])), _answer(there, writer, one))
        finally:
            one.writers.discard(back)
            back.close()

    async def _dial(self, one: Pass, host: str, port: int, *, tunnel: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        came = await asyncio.get_running_loop().run_in_executor(None, self._net.dial, host, port, DIAL, one.proxy)
        if isinstance(came, NetFailure):
            one.refusals.setdefault(host, came)
            raise _Ended("502 Not Reached" if tunnel else "")
        came.setblocking(False)
        return await asyncio.open_connection(sock=came, limit=LONGEST_HEAD)


async def _head(reader: asyncio.StreamReader) -> Head:
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    fields = [line.partition(b":") for line in lines[1:] if line]
    return lines[0], [(name.strip().lower(), value.strip()) for name, _, value in fields]


def _token(fields: list[tuple[bytes, bytes]]) -> str:
    given = next((value for name, value in fields if name == b"proxy-authorization"), b"")
    with suppress(binascii.Error, UnicodeDecodeError):
        return base64.b64decode(given.removeprefix(b"Basic ")).decode("ascii").partition(":")[2]
    return ""


def _length(fields: list[tuple[bytes, bytes]]) -> int:
    """How long a request's body is; browsers always say so."""
    if any(name == b"transfer-encoding" for name, _ in fields):
        raise _Ended("411 Length Required")
    return int(next((value for name, value in fields if name == b"content-length"), b"0"))


def _joined(first: bytes, fields: list[tuple[bytes, bytes]], *more: bytes) -> bytes:
    kept = [name + b": " + value for name, value in fields if name not in HOP]
    return b"\r\n".join([first, *kept, *more, b"Connection: close", b"", b""])


def _request(head: Head, path: str, query: str, proxy: str | None) -> bytes:
    """The request as the site gets it, or as the operator's proxy does."""
    first, fields = head
    if proxy is not None:
        return _joined(first, fields, *_credentials(proxy))
    method, _, version = first.split(b" ", 2)
    target = (path + (f"?{query}" if query else "")).encode("ascii")
    return _joined(b" ".join((method, target, version)), fields)


def _credentials(proxy: str) -> tuple[bytes, ...]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return ()
    pair = f"{parts.username}:{parts.password or ''}".encode()
    return (b"Proxy-Authorization: Basic " + base64.b64encode(pair),)


async def _tunnel(one: Pass, target: bytes, there: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    """Where the operator's proxy stands between, have it make the tunnel."""
    if one.proxy is None:
        return
    back.write(_joined(b"CONNECT " + target + b" HTTP/1.1", [(b"host", target)], *_credentials(one.proxy)))
    async with asyncio.timeout(HEAD_WITHIN):
        first, _ = await _head(there)
    if first.split(b" ", 2)[1:2] != [b"200"]:
        raise _Ended("502 Refused By Proxy")


async def _answer(there: asyncio.StreamReader, writer: asyncio.StreamWriter, one: Pass) -> None:
    """Hand an answer on as the last one of its connection."""
    while True:
        first, fields = await _head(there)
        writer.write(_joined(first, fields))
        if not first.split(b" ", 2)[1].startswith(b"1"):
            break
    await _pump(there, writer, one)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, one: Pass | None, most: int | None = None) -> None:
    """Carry bytes until their end, `most`, or what the pass allows."""
    while most is None or most > 0:
        piece = await reader.read(PIECE if most is None else min(PIECE, most))
        if not piece:
            break
        if most is not None:
            most -= len(piece)
        if one is not None:
            one.spent += len(piece)
            if one.exhausted:
                raise _Ended
        writer.write(piece)
        await writer.drain()


async def _both(upward: Coroutine[Any, Any, None], downward: Coroutine[Any, Any, None]) -> None:
    """Both directions, until one ends: sites keep connections open that the browser is done with, and browsers never half-close."""
    ways = [asyncio.ensure_future(upward), asyncio.ensure_future(downward)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
    """Carry a request's body, then wait until the browser hangs up; what it may say further belongs to no exchange."""
    await _pump(reader, writer, None, length)
    while await reader.read(PIECE):
        pass
