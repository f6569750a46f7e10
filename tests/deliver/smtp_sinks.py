"""The hostile mail server, as many of them as modes are wanted, on one thread of this process."""

import asyncio
import importlib.util
import io
import json
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

from aiosmtpd.smtp import SMTP, AuthResult

from shared import SHARED


class Sinks:
    """Starts servers; `messages` and `refusals` are what all of them saw."""

    def __init__(self, program: ModuleType, loop: asyncio.AbstractEventLoop) -> None:
        self._program, self._loop = program, loop
        self._ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        self._options: list[Namespace] = []
        self._sessions: list[SMTP] = []
        self.connections = 0
        program.LOGF = self._log = io.StringIO()

    def port(
        self, mode: str = "", size_max: int = 33_554_432, user: str = "", tls: ssl.SSLContext | None = None, smtps: bool = False
    ) -> int:
        """Where a server of that mode listens; with `tls` it offers STARTTLS, or (`smtps`) speaks it from the first byte."""
        name = f"{mode} {size_max} {user} {id(tls)} {smtps}"
        if name not in self._ports:
            start = self._start(mode, size_max, user, tls, smtps)
            self._ports[name] = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        return self._ports[name]

    def mend(self, mode: str) -> None:
        """From now on no server has that mode."""
        for options in self._options:
            if options.mode == mode:
                options.mode = ""

    async def _start(self, mode: str, size_max: int, user: str, tls: ssl.SSLContext | None, smtps: bool) -> int:
        options = Namespace(mode=mode, p=0.5, store=None)
        self._options.append(options)
        sink = type("Sink", (self._program.Sink,), {"opt": options, "connection_lost": _lost})
        starttls = None if smtps else tls
        keywords = {"data_size_limit": size_max, "ident": "hostile-smtp", "tls_context": starttls}
        if user:
            keywords |= {"auth_required": True, "auth_require_tls": starttls is not None}
            keywords["authenticator"] = lambda *given: AuthResult(success=given[-1].password == b"right", handled=False)

        def connected():
            self.connections += 1
            self._sessions.append(sink(self._program.Handler(sink.opt), loop=self._loop, **keywords))
            return self._sessions[-1]

        server = await self._loop.create_server(connected, "127.0.0.1", 0, ssl=tls if smtps else None)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    @property
    def seen(self) -> list[dict]:
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    def taken(self, key: str) -> list[dict]:
        """The mails of that delivery that reached the end of their data, and were not lost."""
        return [one for one in self.seen if one["event"] == "message" and f"<{key}." in one["message_id"] and one["copies"]]


def _lost(self, error):
    if self.transport is not None:  # else it was dropped before it began
        SMTP.connection_lost(self, error)


@contextmanager
def sinks(pace: float = 1) -> Iterator[Sinks]:
    """`pace`: how long a second of theirs is, in ours."""
    spec = importlib.util.spec_from_file_location("smtp_sink", SHARED / "hostile" / "smtp_sink.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    program.asyncio = SimpleNamespace(sleep=lambda seconds: asyncio.sleep(seconds * pace))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    found = Sinks(program, loop)
    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(found.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
