"""Servers that repeat the password they refuse: it goes no further."""

import ssl
from base64 import b64encode

import pytest
from parrot import parrot

from cgtwatch.deliver.mail.postbox import knock
from cgtwatch.deliver.mail.smtp import open_session, read_server
from cgtwatch.model.delivery import SendOutcome

PASSWORD = "sw4n-l4ke"


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_a_mail_server_that_repeats_our_password_is_quoted_without_it() -> None:
    with parrot("220 parrot", PASSWORD) as port:
        found = open_session(read_server(f"smtp://user:{PASSWORD}@127.0.0.1:{port}"), "here", ssl.create_default_context())
    assert isinstance(found, SendOutcome)
    assert found.answer.startswith("log-in: 535")
    forms = (PASSWORD.encode(), b64encode(PASSWORD.encode()), b64encode(f"\0user\0{PASSWORD}".encode()))
    assert not any(form.decode() in found.answer for form in forms)


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_a_mailbox_that_repeats_our_password_is_quoted_without_it() -> None:
    with parrot("* OK parrot", PASSWORD) as port:
        found = knock(f"imap://user:{PASSWORD}@127.0.0.1:{port}/INBOX", ssl.create_default_context(), 5)
    assert "is wrong" in str(found)
    assert PASSWORD not in str(found)
