"""Mail servers that fail in every way they know, by recipient and by session: what becomes of the mails, and of everything else.

The servers' seconds are hundredths of ours, and so is our patience; `chaos` waits the real ones.
"""

import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, desk, until
from place import Site
from receivers import receiving
from verdicts import Verdict, alarmed, judged, served

from cgtwatch.deliver.mail import smtp
from deliver.senders import running
from deliver.smtp_sinks import Sinks, sinks
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

RECIPIENTS: dict[str, Verdict] = {
    "mei": ("sent", 1, 1, "active"),
    "grey": ("sent", 3, 1, "active"),
    "temp3": ("sent", 4, 1, "active"),
    "refuse": ("dead", 1, 0, "active"),
    "nouser": ("dead", 1, 0, "paused"),  # nobody of that name: asking on is rude
    "full": ("dead", 1, 0, "active"),
    "spam": ("dead", 1, 0, "active"),
    "temp": ("retry", 0, 0, "active"),  # hourly, for three days
    "rate": ("retry", 0, 0, "active"),
    "tempdata": ("retry", 0, 0, "active"),
    "drop-rcpt": ("retry", 0, 0, "active"),
    "drop-mid-data": ("unknown", 2, 0, "active"),
    "drop-after-data": ("unknown", 2, 2, "active"),
    "rst-after-data": ("unknown", 2, 2, "active"),
    "slow-data": ("sent", 1, 1, "active"),  # 8 s of our 600
    "late-data": ("sent", 1, 1, "active"),  # 90 s of our 600
}


@dataclass(frozen=True)
class Session:
    """What a server does to whoever comes, and what its answer in the ledger begins with; `state` as long as nobody mends it."""

    state: str
    answer: str
    mode: str = ""
    scheme: str = "smtp"
    user: str = ""  # as the server wants it
    login: str = ""  # as we say it
    tls: bool = False
    size_max: int = 33_554_432
    known: bool = True  # the certificate
    hours: float = 1  # until the operator has heard


SESSIONS: dict[str, Session] = {
    "banner-421": Session("retry", "greeting: 421", "banner-421"),
    "banner-slow": Session("sent", "250", "banner-slow"),
    "banner-silent": Session(
        "retry", "before the mail was handed over: Connection unexpectedly closed: timed out", "banner-silent"
    ),
    "ehlo-refuse": Session("retry", "greeting: 554", "ehlo-refuse"),
    "mail-451": Session("retry", "sender: 451", "mail-451"),
    "mail-550": Session("retry", "sender: 550", "mail-550"),
    "no-8bit": Session("sent", "250", "no-8bit"),
    "drop-on-connect": Session("retry", "before the mail was handed over", "drop-on-connect"),
    "one-per-connection": Session("sent", "250", "one-per-connection"),
    "starttls": Session("sent", "250", scheme="smtp+starttls", tls=True),
    "starttls of a stranger": Session("retry", "before the mail", scheme="smtp+starttls", tls=True, known=False),
    "no starttls": Session("retry", "tls: 454", scheme="smtp+starttls"),
    "smtps": Session("sent", "250", scheme="smtps", tls=True),
    "auth": Session("sent", "250", scheme="smtp+starttls", tls=True, user="u", login="u:right@"),
    "auth with a wrong password": Session("retry", "log-in: ", user="u", login="u:wrong@", hours=3),
    "auth without a password": Session("retry", "sender: 530", user="u"),
    "size-max": Session("sent", "250 2.0.0 taken (shortened", size_max=5_000),
    "size-max of nearly nothing": Session("dead", "size: 552", size_max=1_000),
}
OFTEN = {"banner-silent", "starttls of a stranger", "mail-550", "mail-451"}  # the rest by `make chaos`
READERS = ("mei", "bo")


@pytest.fixture(scope="module")
def servers() -> Iterator[Sinks]:
    with sinks(pace=0.01) as found:
        yield found


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself, and what a server shows of it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing: no certificate for the TLS tests")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext"]
    command = ["openssl", "req", *asked, "subjectAltName=IP:127.0.0.1", "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return cert, context


def copies(seen: list[dict[str, Any]], address: str) -> int:
    """How many copies of its mail the address took."""
    return max((mail["copies"].get(address, 0) for mail in seen if mail["event"] == "message"), default=0)


def amiss(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mails at which a server would frown, or a reader."""
    mails = [mail for mail in seen if mail["event"] == "message"]
    bad = ("injected", "repeated", "markup", "bare_cr_or_lf", "raw_8bit_header")
    return [mail for mail in mails if any(mail[name] for name in bad) or mail["longest_line"] > 998]


@pytest.mark.fault("M4", "M5", "M6", "M7", "M8", "M9")
@pytest.mark.promise("P5")
def test_every_fault_of_a_recipient_leads_where_it_should(tmp_path: Path, site: Site, servers: Sinks) -> None:
    to = {name: f"mailto:{name}@reader.example" for name in RECIPIENTS}
    with served(tmp_path, site, to, hours=6, smtp_url=f"smtp://127.0.0.1:{servers.port()}") as at:
        seen = [one for one in servers.seen if "@reader.example" in str(one)]
        taken = {name: copies(seen, f"{name}@reader.example") for name in RECIPIENTS}
        assert judged(at, {name: (name, expected) for name, expected in RECIPIENTS.items()}, taken) == {}
        assert alarmed(at) == {name for name, expected in RECIPIENTS.items() if expected[0] != "sent"}
        assert amiss(seen) == []
        mails = [mail for mail in seen if mail["event"] == "message"]
        assert len({mail["message_id"] for mail in mails}) == len({mail["rcpts"][0] for mail in mails})


@contextmanager
def at_server(root: Path, site: Site, url: str, domain: str, hours: float) -> Iterator[Desk]:
    """A desk where an event was told to some readers by mail, one in the local mailbox and one hook, and a while has passed."""
    to = {name: f"mailto:{name}@{domain}" for name in READERS} | {"shelf": "local:"}
    with receiving() as others, served(root, site, to | {"hook": f"{others.url}/hook"}, hours, smtp_url=url) as at:
        assert len(others.posts) == 1
        yield at


@pytest.mark.fault("M1", "M2", "M3")
@pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:.*login_data")  # the server's own, about a password in plain text
@pytest.mark.parametrize("fault", [pytest.param(one, marks=() if one in OFTEN else pytest.mark.chaos) for one in SESSIONS])
def test_a_server_at_odds_with_everybody_loses_no_mail_and_is_told_of_once(
    tmp_path: Path, site: Site, servers: Sinks, fault: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    session, tls = SESSIONS[fault], None
    if session.mode == "banner-silent":
        monkeypatch.setattr(smtp, "_CONNECT", 0.15)
    if session.tls:
        cert, tls = request.getfixturevalue("certificate")
        monkeypatch.setenv("SSL_CERT_FILE", str(cert if session.known else cert.with_name("none.pem")))
    port = servers.port(session.mode, session.size_max, session.user, tls, session.scheme == "smtps")
    domain, before = f"{fault.replace(' ', '-')}.example", servers.connections
    url = f"{session.scheme}://{session.login}127.0.0.1:{port}"
    with at_server(tmp_path, site, url, domain, session.hours) as at:
        everybody = {name: at.ledger(name)[0] for name in READERS}
        assert {one.state.value for one in everybody.values()} == {session.state}
        assert {one.answer[: len(session.answer)] for one in everybody.values()} == {session.answer}
        assert {at.ledger(name)[0].state.value for name in ("shelf", "hook")} == {"sent"}, "the others were served"
        wanted = {"retry": {"email"}, "dead": set(READERS), "sent": set()}[session.state]
        assert alarmed(at) == wanted
        assert session.state != "retry" or servers.connections - before <= 4 * len(READERS), "it was not hammered"
        if session.state == "retry" and session.mode:
            servers.mend(session.mode)
            at.live_on(2)
            assert {at.ledger(name)[0].state.value for name in READERS} == {"sent"}
            assert at.told()[-1] == ("closed", "channel:email")
        seen = [one for one in servers.seen if f"@{domain}" in str(one)]
        out = session.state == "sent" or (session.state == "retry" and session.mode)
        assert [copies(seen, f"{name}@{domain}") for name in READERS] == [1 if out else 0] * len(READERS)
        if session.scheme == "smtp+starttls":
            assert {mail["tls"] for mail in seen if mail["event"] == "message"} <= {True}
        assert {mail["auth"] for mail in seen if mail["event"] == "message"} <= {bool(session.user)}
        assert amiss(seen) == []


def test_a_server_that_drops_at_random_gets_no_mail_more_than_twice(tmp_path: Path, site: Site, servers: Sinks) -> None:
    readers = {f"r{number}": f"mailto:r{number}@random.example" for number in range(16)}
    with served(tmp_path, site, readers, hours=3, smtp_url=f"smtp://127.0.0.1:{servers.port('random-drop')}") as at:
        seen = [one for one in servers.seen if "@random.example" in str(one)]
        for name in readers:
            (delivery,), taken = at.ledger(name), copies(seen, f"{name}@random.example")
            assert delivery.state in {"sent", "unknown"}
            assert taken >= (delivery.state == "sent")
            assert max(taken, delivery.attempts) <= 2
        assert alarmed(at) == {name for name in readers if at.ledger(name)[0].state == "unknown"}


@pytest.mark.fault("M8")
def test_an_answer_that_comes_too_late_costs_one_more_copy_at_most(
    tmp_path: Path, site: Site, servers: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "AFTER_DATA", 0.3)  # more than the 8 s of theirs, less than the 90
    to = {name: f"mailto:{name}@late.example" for name in ("slow-data", "late-data")}
    with served(tmp_path, site, to, hours=1, smtp_url=f"smtp://127.0.0.1:{servers.port()}") as at:
        seen = [one for one in servers.seen if "@late.example" in str(one)]
        wanted: dict[str, Verdict] = {"slow-data": ("sent", 1, 1, "active"), "late-data": ("unknown", 2, 2, "active")}
        taken = {name: copies(seen, f"{name}@late.example") for name in to}
        assert judged(at, {name: (name, expected) for name, expected in wanted.items()}, taken) == {}


@pytest.mark.fault("M1")
def test_a_server_that_never_greets_holds_up_mail_alone_and_that_not_for_long(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp._CONNECT <= 30
    monkeypatch.setattr(smtp, "_CONNECT", 1.5)
    with (
        sinks() as slow,
        receiving() as others,
        desk(tmp_path, site, smtp_url=f"smtp://127.0.0.1:{slow.port('banner-silent')}") as at,
    ):
        readers = {f"r{number}": f"mailto:r{number}@reader.example" for number in range(12)}
        at.subscribe(**readers, shelf="local:", **{f"h{number}": f"{others.url}/{number}" for number in range(12)})
        at.publish()
        at.bench.engine.digest_due()
        began = time.monotonic()
        at.bench.engine.sends.due()
        until(lambda: len(others.posts) == 12 and at.ledger("shelf")[0].state == "sent")
        states = [at.ledger(name)[0].state.value for name in readers]
        assert sorted(states) == ["attempted"] * 8 + ["queued"] * 4, "mail waits while all others are served"
        until(lambda: "attempted" not in {at.ledger(name)[0].state for name in readers})
        assert time.monotonic() - began < 1.5 * 4
        at.bench.engine.sends.due()
        assert slow.connections == 8, "those who waited do not ask a server that is silent"


def left(at: Desk, log: Path) -> dict[str, tuple[str, int, int]]:
    """State, attempts and copies of each mail."""
    seen = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
    mails = [one for one in at.ledger() if one.channel == "email"]
    return {one.subscription: (one.state.value, one.attempts, copies(seen, one.target)) for one in mails}


@pytest.mark.fault("M8")
@pytest.mark.chaos
@pytest.mark.parametrize(
    ("mode", "seconds", "came"),
    [
        ("", 90, {"slow-data": ("sent", 1, 1), "late-data": ("sent", 1, 1)}),
        ("banner-slow", 16, {"slow-data": ("sent", 1, 1)}),
        ("banner-silent", 20, {"mei": ("retry", 1, 0)}),
    ],
)
def test_a_server_takes_as_long_as_it_takes(
    tmp_path: Path, site: Site, mode: str, seconds: float, came: dict[str, tuple[str, int, int]]
) -> None:
    assert SHARED is not None
    log, to = tmp_path / "mails.jsonl", {name: f"mailto:{name}@reader.example" for name in came}
    with running(SHARED / "hostile" / "smtp_sink.py", "--log", str(log), *(["--mode", mode] if mode else [])) as facts:
        began = time.monotonic()
        with served(tmp_path, site, to, hours=0, smtp_url=f"smtp://127.0.0.1:{facts['port']}") as at:
            assert left(at, log) == came
            assert seconds <= time.monotonic() - began < 130


def test_no_fault_that_the_sink_offers_is_without_a_row() -> None:
    assert SHARED is not None
    program = (SHARED / "hostile" / "smtp_sink.py").read_text(encoding="utf-8")
    help_text = program.split('"""')[1]
    recipients, _, rest = help_text.partition("RCPT")[2].partition("DATA")
    data, _, modes = rest.partition("modes")
    named = set(re.findall(r"(?:^|\|) *([a-z]+(?:-[a-z]+)*N?) ", f"{recipients}|{data}", re.MULTILINE))
    named |= set(re.findall(r"\| ([a-z-]+)$", recipients, re.MULTILINE))
    assert len(named) > 14
    assert {name.replace("tempN", "temp3") for name in named} - set(RECIPIENTS) == set()
    offered = set(re.sub(r"\([^)]*\)", "", modes.partition("\n")[0]).replace(" ", "").split(","))
    assert len(offered) > 9
    assert offered - set(SESSIONS) == {"random-drop"}, "which has a test of its own"
    options = set(re.findall(r'add_argument\("--([\w-]+)"', program)) - {"port", "mode", "p", "store", "log"}
    assert options == {"starttls", "smtps", "auth", "size-max"} <= set(SESSIONS)
