"""A mail server, a webhook and a chat room on loopback that remember everything they took, whole, before they answer."""

import email
import email.policy
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from place import free_port


@dataclass(frozen=True)
class Post:
    """One request that came in whole."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")


@dataclass(frozen=True)
class Mail:
    """One mail that was taken."""

    sender: str
    to: str
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def id(self) -> str:
        return str(self.parsed["Message-ID"])


Answer = tuple[int, Mapping[str, str], bytes]
FINE: Answer = (200, {}, b"ok")


@dataclass
class Receivers:
    """Where they are, what they took, and how they answer. `answer` gets each post; a mail server's word is `mail_answer`."""

    url: str = ""
    smtp: str = ""
    posts: list[Post] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    answer: Callable[[Post], Answer] = lambda _: FINE
    mail_answer: Callable[[Mail], str] = lambda _: "250 taken"

    def at(self, path: str) -> list[Post]:
        return [post for post in self.posts if post.path == path]

    def clear(self) -> None:
        self.posts.clear()
        self.mails.clear()
        self.answer, self.mail_answer = lambda _: FINE, lambda _: "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = Mail(envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content or envelope.content)
        said = self.mail_answer(mail)
        if said.startswith("2"):
            self.mails.append(mail)
        return said


@contextmanager
def receiving(web_port: int = 0, mail_port: int = 0) -> Iterator[Receivers]:
    """All three, listening until the end; on ports of their own choice where none is named."""
    found = Receivers()
    server = _web(found, web_port)
    mail = _MailServer(found, hostname="127.0.0.1", port=mail_port or free_port())
    mail.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    found.smtp = f"smtp://127.0.0.1:{mail.port}"
    try:
        yield found
    finally:
        mail.stop()
        server.shutdown()
        server.server_close()


class _MailServer(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, ident="receiver", data_size_limit=50_000_000)


def _web(found: Receivers, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go out as two packets: else each answer waits 40 ms for the other side

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(size)
            if len(body) < size:
                return  # cut off: nothing was taken
            post = Post(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            status, headers, said = found.answer(post)
            if status < 300:
                found.posts.append(post)
            with suppress(OSError):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(said))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that dies in the middle is what the tests are about."""

    server = Quiet(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
