"""The mailbox of reports over TLS: read where its certificate is trusted, and never where it is not."""

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import inside

from cgtwatch.engine.returning import Returning
from cgtwatch.engine.storage import Storage
from deliver.imap_server import PROGRAM, Imap, imap_server
from exchanges import PEM

MAIL = b"Subject: out of office\r\n\r\nI am away.\r\n"


@pytest.fixture(scope="module")
def imap() -> Iterator[Imap]:
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("dovecot is missing: install dovecot-imapd")
        pytest.skip("dovecot is missing: no IMAP server to test against")
    with imap_server() as server:
        yield server


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """The certificate of an authority that signed nothing of ours."""
    made, key = tmp_path / "stranger.pem", tmp_path / "key.pem"
    asked = [
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=stranger",
    ]
    subprocess.run(["openssl", "req", *asked, "-out", str(made), "-keyout", str(key)], check=True, capture_output=True)
    return str(made)


def look(root: Path, imap: Imap, trusted: str) -> None:
    """One look of the service, whose settings trust that bundle."""
    (root / ".env").write_text(f"SSL_CERT_FILE={trusted}\n" if trusted else "")
    mailbox = f"imaps://bounces:s3%3Acr%40t@127.0.0.1:{imap.tls_port}/INBOX"
    with inside(root, "sources: []\n", bounce_mailbox=mailbox) as bench:
        Returning(bench.app, Storage(lambda: None)).look()


def test_a_mailbox_whose_certificate_is_trusted_is_read(tmp_path: Path, imap: Imap, caplog: pytest.LogCaptureFixture) -> None:
    imap.deliver("mine", MAIL)
    caplog.set_level(logging.INFO)
    look(tmp_path, imap, PEM)
    assert imap.flags()["mine"] == "S"
    assert "outcome=ignored" in caplog.text


@pytest.mark.parametrize("whose", ["nobody", "stranger"])
def test_a_mailbox_with_a_strange_certificate_is_not_read(
    tmp_path: Path, imap: Imap, stranger: str, caplog: pytest.LogCaptureFixture, whose: str
) -> None:
    imap.deliver(whose, MAIL)
    look(tmp_path, imap, stranger if whose == "stranger" else "")
    assert imap.flags()[whose] == ""
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "cr@t" not in caplog.text
