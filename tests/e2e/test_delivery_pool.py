"""Mail servers that hang up, refuse or forget between the mails of one session: each mail arrives once, and one bad address spoils no other."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from place import free_port

from cgtwatch.compose.messages import digest
from cgtwatch.deliver.mail.email import Email
from cgtwatch.model.delivery import SendResult
from compose.samples import ANNOUNCEMENTS, CONTEXT, reader
from deliver.senders import NOW, parts

DIGEST = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)


class Rude:
    """A server with bad manners: `habit` says which."""

    def __init__(self, habit: str) -> None:
        self.habit, self.taken, self.sessions = habit, Counter[str](), 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        session.mails = 0
        return responses if "plain" in self.habit else [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if "421 at the second" in self.habit and session.mails:
            server.transport.close()
            return "421 4.7.0 one is enough"
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody"):
            if "hangs up on strangers" in self.habit:
                await server.push("550 5.1.1 nobody of that name")
                server.transport.close()
                return ""
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:
        if "hangs up at a reset" in self.habit:
            server.transport.abort()
        return "502 5.5.1 not here" if "refuses resets" in self.habit else "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.update(envelope.rcpt_tos)
        session.mails += 1
        if "hangs up after each" in self.habit:
            await server.push("250 taken")
            server.transport.close()
            return ""
        return "250 taken"


@contextmanager
def serving(habit: str) -> Iterator[tuple[Rude, str]]:
    rude = Rude(habit)

    class Server(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, ident="rude")

    server = Server(rude, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield rude, f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()


HABITS = (
    "well mannered", "421 at the second", "hangs up after each", "refuses resets", "hangs up at a reset", "hangs up on strangers",
)  # fmt: skip


@pytest.mark.fault("M11")
@pytest.mark.parametrize("way", ["pipelined", "plain"])
@pytest.mark.parametrize("habit", HABITS)
def test_each_mail_of_a_session_arrives_once_whatever_the_server_does_between_them(tmp_path: Path, habit: str, way: str) -> None:
    to = ["a@x.example", "nobody@x.example", "b@x.example", "nobody2@x.example", "c@x.example", "d@x.example"]
    with serving(f"{habit} {way}") as (rude, url):
        channel = Email(parts(tmp_path, smtp_url=url))
        outcomes = {}
        for number, address in enumerate(to):
            payload = channel.freeze(DIGEST, reader(target=address), f"k-{number}")[0]
            outcomes[address] = channel.send(address, payload, f"k-{number}", NOW)
        channel.close()
    known = [address for address in to if not address.startswith("nobody")]
    assert {address: outcomes[address].result for address in known} == dict.fromkeys(known, SendResult.SENT)
    assert rude.taken == Counter(known)
    strangers = {outcomes[address].result for address in to if address not in known}
    assert strangers == {SendResult.PERMANENT}, "a refusal is known though the server hangs up after it"
