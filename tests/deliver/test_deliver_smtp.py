"""SMTP against a server that refuses, delays and drops."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from cgtwatch.deliver.mail.email import Email
from cgtwatch.deliver.mail.smtp import read_server
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import SendResult
from compose.samples import reader
from deliver.mails import MESSAGE
from deliver.senders import NOW, parts, running
from shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("url", "facts"),
    [
        ("smtp://relay.example", ("relay.example", 25, "plain", "", "")),
        ("smtps://u:p%40ss@relay.example", ("relay.example", 465, "tls", "u", "p@ss")),
        ("smtp+starttls://u%40x:p@relay.example:2587", ("relay.example", 2587, "starttls", "u@x", "p")),
        ("smtp://u:p@127.0.0.1:2525", ("127.0.0.1", 2525, "plain", "u", "p")),
    ],
)
def test_a_servers_address_is_read(url, facts):
    server = read_server(url)
    assert (server.host, server.port, server.secure, server.user, server.password) == facts
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "url", ["relay.example", "http://relay.example", "smtp://", "smtp://x:port", "smtp://u:s3cret@relay.example"]
)
def test_a_wrong_server_address_is_refused_with_the_mend_and_without_the_password(url):
    with pytest.raises(ConfigError, match=r"smtp\+starttls://USER") as refused:
        read_server(url)
    assert "s3cret" not in str(refused.value)


def deliver(tmp_path, target, port, *, scheme="smtp", times=1, **changes):
    """The outcomes of sending one delivery `times` over."""
    channel = Email(parts(tmp_path, smtp_url=f"{scheme}://{changes.pop('user', '')}127.0.0.1:{port}", **changes))
    payload = channel.freeze(MESSAGE, reader(target=target), "k-1")[0]
    return [channel.send(target, payload, "k-1", NOW) for _ in range(times)]


def test_nobody_listening_means_try_again(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (outcome,) = deliver(tmp_path, "a@example.org", taken.getsockname()[1])
    assert outcome.result is SendResult.RETRY


def script(*steps: bytes) -> int:
    """A server of one session that answers each line (and each mail) with the next step, then hangs up. Its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), listener, listener.accept()[0] as peer, peer.makefile("rb") as reading:
            for step in filter(None, steps):
                peer.sendall(step)
                until = {b".\r\n", b""} if step.startswith(b"354") else None
                while until and reading.readline() not in until:
                    pass
                if not until:
                    reading.readline()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


HELLO = (b"220 hi\r\n", b"250 fine\r\n")
TO_DATA = (*HELLO, b"250 sender fine\r\n", b"250 recipient fine\r\n", b"354 go on\r\n")


@pytest.mark.parametrize(
    ("steps", "result", "word"),
    [
        ((*TO_DATA, b"250 2.0.0 taken\r\n"), SendResult.SENT, "250 2.0.0 taken"),
        ((*TO_DATA, b"451 4.3.0 later\r\n"), SendResult.RETRY, "mail: 451"),
        ((*TO_DATA, b"554 5.7.1 spam\r\n"), SendResult.PERMANENT, "mail: 554"),
        (TO_DATA, SendResult.UNKNOWN, "perhaps taken"),
        ((*TO_DATA, b"what?\r\n"), SendResult.UNKNOWN, "perhaps taken"),
        (
            (*HELLO, b"250 fine\r\n", b"550 5.1.1 <a@example.org> unknown\r\n"),
            SendResult.PERMANENT,
            "recipient: 550 5.1.1 <<address>> unknown",
        ),
        ((*HELLO, b"250 fine\r\n", b"450 4.2.0 greylisted\r\n"), SendResult.RETRY, "recipient: 450"),
        ((*HELLO, b"550 5.7.1 sender rejected\r\n"), SendResult.RETRY, "sender: 550"),
        ((*HELLO, b"530 5.7.0 Authentication required\r\n"), SendResult.RETRY, "sender: 530"),
        ((*HELLO, b"552 5.3.4 too big\r\n"), SendResult.PERMANENT, "sender: 552"),
        ((*HELLO, b"250 fine\r\n", b"250 fine\r\n"), SendResult.RETRY, "before the mail"),
        ((b"220 hi\r\n", b"250-fine\r\n250 SIZE 1000\r\n"), SendResult.PERMANENT, "the server takes 1000"),
        ((b"421 busy\r\n",), SendResult.RETRY, "greeting: 421"),
        ((b"554 no\r\n",), SendResult.RETRY, "greeting: 554"),
        ((b"220 hi\r\n", b"554 go away\r\n", b"554 go away\r\n"), SendResult.RETRY, "greeting: 554"),
        ((b"SSH-2.0-x\r\n",), SendResult.RETRY, ""),
        ((), SendResult.RETRY, "before the mail"),
    ],
)
def test_a_servers_answer_is_sorted(tmp_path, steps, result, word):
    (outcome,) = deliver(tmp_path, "a@example.org", script(*steps))
    assert outcome.result is result
    assert word in outcome.answer


def test_starttls_that_is_not_offered_is_no_reason_to_go_on_in_plain_text(tmp_path):
    (outcome,) = deliver(tmp_path, "a@example.org", script(*TO_DATA, b"250 taken\r\n"), scheme="smtp+starttls")
    assert (outcome.result, outcome.answer.startswith("tls:")) == (SendResult.RETRY, True)


def test_a_refused_log_in_is_not_hammered(tmp_path):
    port = script(b"220 hi\r\n", b"250-fine\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 wrong\r\n")
    first, second = deliver(tmp_path, "a@example.org", port, user="u:p@", times=2)
    assert (first.result, first.answer) == (SendResult.RETRY, "log-in: 535 5.7.8 wrong")
    assert second.answer.startswith("log-in: not tried")
    assert second.retry_after == timedelta(minutes=15)


def test_a_certificate_of_nobody_we_know_is_refused(tmp_path, monkeypatch):
    assert ssl.create_default_context().check_hostname
    (outcome,) = deliver(tmp_path, "a@example.org", script(b"220 plain text\r\n"), scheme="smtps")
    assert outcome.result is SendResult.RETRY


@pytest.fixture
def log(tmp_path):
    return tmp_path / "sink.jsonl"


def lines(log):
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = [str(folder / "cert.pem"), str(folder / "key.pem")]
    asked = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(["openssl", "req", *asked, "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    return made


AUTHORITY = """
[ca]
default_ca = own
[own]
database = {0}/index
serial = {0}/serial
new_certs_dir = {0}
default_md = sha256
policy = names
x509_extensions = server
[names]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1
"""


@pytest.fixture(scope="module")
def expired(tmp_path_factory, certificate):
    """As `certificate`, with the same key, but it was good for January 2020 alone."""
    folder, key = tmp_path_factory.mktemp("expired"), certificate[1]
    (folder / "ca.cnf").write_text(AUTHORITY.format(folder))
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    made = [str(folder / name) for name in ("ca.cnf", "asked.pem", "cert.pem")]
    asked = ["req", "-new", "-key", key, "-subj", "/CN=127.0.0.1", "-out", made[1]]
    signed = ["ca", "-batch", "-notext", "-config", made[0], "-selfsign", "-keyfile", key, "-in", made[1], "-out", made[2]]
    for words in (asked, [*signed, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    return [made[2], key]


@pytest.mark.fault("M2")
@pytest.mark.recorded
@needs_shared
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing: no certificate for the TLS tests")
@pytest.mark.parametrize(("scheme", "flag"), [("smtps", "--smtps"), ("smtp+starttls", "--starttls")])
def test_a_server_whose_certificate_has_expired_gets_no_mail_though_its_issuer_is_trusted(tmp_path, log, expired, scheme, flag):
    with running(SHARED / "hostile" / "smtp_sink.py", "--log", str(log), flag, *expired) as facts:
        (outcome,) = deliver(tmp_path, "reader@example.org", facts["port"], scheme=scheme, ca_file=expired[0])
    assert outcome.result is SendResult.RETRY
    assert "certificate has expired" in outcome.answer
    assert [line for line in lines(log) if line["event"] == "message"] == []


@pytest.mark.fault("M2")
@pytest.mark.recorded
@needs_shared
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing: no certificate for the TLS tests")
@pytest.mark.parametrize(("scheme", "flag"), [("smtps", "--smtps"), ("smtp+starttls", "--starttls")])
@pytest.mark.parametrize(("trusted", "result"), [(True, "sent"), (False, "retry")])
def test_mail_travels_encrypted_and_only_to_a_server_that_proves_its_name(
    tmp_path, log, certificate, scheme, flag, trusted, result
):
    with running(SHARED / "hostile" / "smtp_sink.py", "--log", str(log), flag, *certificate) as facts:
        (outcome,) = deliver(
            tmp_path, "reader@example.org", facts["port"], scheme=scheme, ca_file=certificate[0] if trusted else None
        )
    taken = [line for line in lines(log) if line["event"] == "message"]
    assert outcome.result == result
    assert len(taken) == trusted
    assert trusted or "CERTIFICATE_VERIFY_FAILED" in outcome.answer
