"""The doctor tries each way of delivery as far as it goes without a message being sent, and names the mend."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from inside import inside

from cgtwatch.config.settings import Settings, load_settings
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.subscription import Status
from cgtwatch.ops import doctor_delivery as delivery
from deliver.imap_server import PROGRAM, imap_server
from exchanges import PEM


class Counting(Sink):
    """Counts the mails that come."""

    mails = 0

    async def handle_DATA(self, *_: Any) -> str:
        Counting.mails += 1
        return "250 taken"


@contextmanager
def smtp_server(way: str = "smtp", *, log_in: bool = False) -> Iterator[int]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(PEM)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    keywords: dict[str, Any] = {"smtps": {"ssl_context": tls}, "smtp+starttls": {"tls_context": tls}}.get(way, {})
    if log_in:
        keywords |= {"authenticator": lambda *given: AuthResult(success=given[-1].password == b"r:ght", handled=False)}
        keywords |= {"auth_require_tls": False}
    server = Controller(Counting(), hostname="127.0.0.1", port=port, data_size_limit=20_000_000, **keywords)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def settings(root: Path, ca: str = "", **given: str) -> Settings:
    """As the environment would have them."""
    environ = {f"CGTWATCH_{name.upper()}": value for name, value in given.items()}
    return load_settings({**environ, **({"SSL_CERT_FILE": ca} if ca else {})}, root)


@pytest.mark.parametrize(
    ("way", "how"), [("smtp", "not encrypted"), ("smtps", "encrypted, "), ("smtp+starttls", "encrypted by STARTTLS")]
)
def test_a_mail_server_is_greeted_and_left_without_a_mail(tmp_path: Path, way: str, how: str) -> None:
    with smtp_server(way) as port:
        found, mend = delivery.mail(settings(tmp_path, PEM, smtp_url=f"{way}://127.0.0.1:{port}"))
    assert (mend, Counting.mails) == ("", 0)
    assert f"127.0.0.1:{port} answers in 0." in found
    assert how in found
    assert "mails up to 20 MB" in found


@pytest.mark.parametrize(("password", "told", "mends"), [("r%3Aght", "logged in", False), ("wr0ng", "log-in: 535", True)])
def test_a_log_in_is_tried_and_its_password_never_shown(tmp_path: Path, password: str, told: str, mends: bool) -> None:
    with smtp_server(log_in=True) as port:
        found, mend = delivery.mail(settings(tmp_path, smtp_url=f"smtp://me:{password}@127.0.0.1:{port}"))
    assert told in found
    assert ("CGTWATCH_SMTP_URL" in mend) is mends
    assert not {"r:ght", "wr0ng"} & {*found.split(), *mend.split()}


def test_a_mail_server_in_trouble_is_told_with_the_mend(tmp_path: Path) -> None:
    with smtp_server("smtps") as tls, smtp_server() as plain:
        strange = delivery.mail(settings(tmp_path, smtp_url=f"smtps://127.0.0.1:{tls}"))
        stripped = delivery.mail(settings(tmp_path, PEM, smtp_url=f"smtp+starttls://127.0.0.1:{plain}"))
        mistaken = delivery.mail(settings(tmp_path, PEM, smtp_url=f"smtps://127.0.0.1:{plain}"))
    closed = delivery.mail(settings(tmp_path, smtp_url=f"smtp://127.0.0.1:{plain}"))
    assert "SSL_CERT_FILE" in strange[1]
    assert "offers no STARTTLS" in stripped[0]
    assert "smtps://HOST:465" in stripped[1]
    assert "smtp+starttls://HOST:587" in mistaken[1]
    assert "firewall" in closed[1]


def test_without_a_server_mail_goes_to_the_local_mailbox(tmp_path: Path) -> None:
    assert delivery.mail(settings(tmp_path)) == ("no SMTP server: mail goes to the local mailbox", "")


def test_a_maildir_of_bounces_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(b"x")
    assert delivery.bounces(settings(tmp_path, bounce_mailbox=f"maildir:{tmp_path}/box")) == (
        "the mailbox can be opened; 1 new",
        "",
    )
    assert (tmp_path / "box" / "new" / "1").exists()
    assert "readable" in delivery.bounces(settings(tmp_path, bounce_mailbox=f"maildir:{tmp_path}/none"))[1]


def test_an_address_for_reports_that_nobody_reads_is_told(tmp_path: Path) -> None:
    assert "CGTWATCH_BOUNCE_TOKEN" in delivery.bounces(settings(tmp_path, bounce_address="bounces@example.org"))[1]
    both = {"bounce_address": "bounces@example.org", "bounce_token": "t" * 20}
    assert delivery.bounces(settings(tmp_path, **both)) == ("reports come by POST /api/bounces", "")


@pytest.mark.skipif(PROGRAM is None and not os.environ.get("CI"), reason="dovecot is missing: no IMAP server to test against")
def test_a_mailbox_of_bounces_is_logged_in_to_and_left_as_it_is(tmp_path: Path) -> None:
    with imap_server() as server:
        server.deliver("1", b"Subject: x\r\n\r\ny\r\n")
        at = f"127.0.0.1:{server.tls_port}"
        good = delivery.bounces(settings(tmp_path, PEM, bounce_mailbox=f"imaps://me:s3%3Acr%40t@{at}/INBOX"))
        strange = delivery.bounces(settings(tmp_path, bounce_mailbox=f"imaps://me:s3%3Acr%40t@{at}/INBOX"))
        wrong = delivery.bounces(settings(tmp_path, PEM, bounce_mailbox=f"imaps://me:wr0ng@{at}/INBOX"))
        flags = server.flags()
    assert good == ("the mailbox can be opened; 1 new", "")
    assert (flags, "SSL_CERT_FILE" in strange[1], "user, password" in wrong[1]) == ({"1": ""}, True, True)
    assert "wr0ng" not in "".join(wrong)


def test_page_and_sign_up_say_what_readers_get(tmp_path: Path) -> None:
    bare, public = settings(tmp_path), settings(tmp_path, public_url="https://watch.example.org", signup="on")
    assert "no one-click unsubscribing" in delivery.page(bare)[0]
    assert delivery.sign_up(bare) == ("off", "")
    assert "https://watch.example.org" in delivery.page(public)[0]
    assert "CGTWATCH_SMTP_URL" in delivery.sign_up(public)[1]


def test_a_broken_template_is_told_with_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    assert "every message" in delivery.templates(settings(tmp_path, templates=str(folder)))[0]
    (folder / "digest.txt.j2").write_text("{{ nobody.knows }}")
    found, mend = delivery.templates(settings(tmp_path, templates=str(folder)))
    assert "digest.txt.j2" in found
    assert "templates check" in mend


def test_the_place_of_alarms_is_said_without_its_secret(tmp_path: Path) -> None:
    assert "the local mailbox" in delivery.alarms(settings(tmp_path))[0]
    room = settings(tmp_path, operator="dingtalk:https://oapi.example/robot/send?access_token=hunter2#secret=SECx")
    assert delivery.alarms(room) == ("go to https://oapi.example/… (dingtalk)", "")
    mail = settings(tmp_path, operator="mailto:ops@example.org", smtp_url="smtp://mail.example.org")
    assert "about the mail server itself" in delivery.alarms(mail)[0]
    with pytest.raises(ConfigError, match="CGTWATCH_OPERATOR: "):
        delivery.alarms(settings(tmp_path, operator="dingtalk:https://oapi.example/robot"))


def test_what_waits_for_a_word_is_counted_with_the_mend(tmp_path: Path) -> None:
    assert delivery.deliveries(settings(tmp_path / "new")) == ("none yet", "")
    with inside(tmp_path, "sources: []\n") as bench:
        store, now = bench.app.store, bench.now
        for name in ("mei", "li", "wei", "on-leave"):
            bench.ask("subscriptions.add", name=name, to=f"mailto:{name}@example.org")
        bench.ask("subscriptions.pause", name="on-leave")  # by its reader: no trouble
        assert delivery.deliveries(bench.app.settings) == ("nothing needs a word", "")
        for result in (SendResult.PERMANENT, SendResult.PERMANENT, SendResult.UNKNOWN):
            key = str(bench.ask("subscriptions.test", name="mei")[0]["delivery"])
            store.redeliver(key, now)
            store.begin_attempt(key, now)
            store.settle(key, SendOutcome(result, "550"), None, now)
            bench.pass_time(minutes=1)
        store.update_subscription("li", status=Status.PAUSED, note="bounced")
        store.update_subscription("wei", status=Status.DISABLED, note="410")
        found, mend = delivery.deliveries(bench.app.settings)
    assert found == (
        "2 dead letters, 1 unknown outcomes, 1 subscriptions switched off (their target is gone), "
        "1 subscriptions paused after bounces or complaints"
    )
    assert "--state dead" in mend
    assert "--state unknown" in mend
    assert mend.count("resume NAME") == 1
