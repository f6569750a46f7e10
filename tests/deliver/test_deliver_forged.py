"""Reports that somebody made up: whoever knows everything of another's mail but the mail itself can say nothing about it."""

import time

import pytest

from cgtwatch.deliver.mail.email import Email
from cgtwatch.deliver.mail.returned import NoReport, read_report
from cgtwatch.deliver.tokens import bounce_sender, confirm_url, feed_url, id_proof, manage_url, sign, unsubscribe_url
from cgtwatch.model.delivery import Message
from cgtwatch.model.subscription import Cadence, Every, Subscription
from deliver.reports import ADDRESS, KEY, bounce, complaint, lines
from deliver.senders import NOW, SECRET_KEY, parts

MEI = Subscription("mei", "email", "mei@example.org", Cadence(Every.DAILY), created_at=NOW)
PROOF = id_proof(SECRET_KEY, KEY)
OWN = "msg_" + "0d" * 16  # the attacker's


def read(raw: bytes) -> str:
    found = read_report(raw, SECRET_KEY, NOW)
    return found.why if isinstance(found, NoReport) else found.delivery


def about(message_id: str, to: str = ADDRESS) -> bytes:
    """A bounce whose returned mail has that Message-ID."""
    return bounce(to=to).replace(f"<{KEY}.{PROOF}.cgtwatch@cgt.example>".encode(), message_id.encode())


def test_the_message_id_of_a_real_mail_is_taken(tmp_path):
    mail = Email(parts(tmp_path)).freeze(Message("digest.created", "s", "text", "<p>page</p>", {}, "en", NOW), MEI, KEY)[0].filled
    (line,) = [one for one in mail.decode("ascii").split("\r\n") if one.lower().startswith("message-id:")]
    assert read(about(line.partition(":")[2].strip())) == KEY


@pytest.mark.parametrize(
    "forged",
    [
        f"<{KEY}.cgtwatch@cgt.example>",  # what can be worked out from a list's page and a reader's name
        f"<{KEY}..cgtwatch@cgt.example>",
        f"<{KEY}.{'a' * len(PROOF)}.cgtwatch@cgt.example>",
        f"<{KEY}.{id_proof(SECRET_KEY, OWN)}.cgtwatch@cgt.example>",
        f"<{KEY}.{id_proof(b'another secret key of 32 bytes...', KEY)}.cgtwatch@cgt.example>",
        f"<{KEY}-2.{PROOF}.cgtwatch@cgt.example>",
    ],
)
def test_a_message_id_that_was_worked_out_is_not(forged):
    assert read(about(forged)) == "a report about no mail of ours"
    made_up = f"<{KEY}.{PROOF}.cgtwatch@cgt.example>".encode()
    nobody = complaint().replace(made_up, forged.encode()).replace(b"Original-Mail-From", b"X-Original")
    assert read(nobody) == "a report about no mail of ours"


@pytest.mark.parametrize(
    "token",
    [
        unsubscribe_url("", SECRET_KEY, MEI).rpartition("/")[2],
        manage_url("", SECRET_KEY, MEI, NOW).rpartition("/")[2],
        confirm_url("", SECRET_KEY, MEI, NOW).rpartition("/")[2],
        feed_url("", SECRET_KEY, MEI, "rss").rpartition("/")[2],
        sign(SECRET_KEY, "bounce", KEY),
        PROOF,
        KEY,
    ],
)
def test_a_token_for_another_purpose_is_none_for_reports(token):
    for to in (f"bounces+{token}@cgt.example", f"bounces+{token.lower()[:42].ljust(42, 'a')}@cgt.example"):
        assert read(about("<x@y.example>", to)) == "a report about no mail of ours"


def test_who_has_a_token_of_her_own_speaks_of_her_own_mail_alone():
    own = bounce_sender(ADDRESS, SECRET_KEY, OWN)
    assert read(bounce(to=own, key=KEY)) == OWN


def test_a_proof_says_nothing_of_the_secret_and_is_no_token():
    assert PROOF.isalnum()
    assert PROOF.lower() == PROOF
    assert PROOF not in bounce_sender(ADDRESS, SECRET_KEY, KEY)


def test_ten_megabytes_of_report_are_read_as_far_as_a_report_goes_and_at_once():
    raw = bounce().replace(b"I'm sorry", b"I'm sorry " + b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 135_000)
    assert len(raw) > 10_000_000
    began = time.process_time()
    assert read(raw) == "a report of a mail that went well"  # what is beyond the limit is not there
    assert time.process_time() - began < 3


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/report; report-type=delivery-status"])
def test_two_hundred_layers_of_parts_hold_no_report(kind):
    head, tail = ["From: a@b.example", f"To: {ADDRESS}", "MIME-Version: 1.0"], []
    for depth in range(200):
        head += [f'Content-Type: {kind}; boundary="b{depth}"', "", f"--b{depth}"]
        tail.insert(0, f"--b{depth}--")
    inner = bounce().decode().split("\r\n")
    began = time.process_time()
    assert read(lines(*head, *inner, *tail)) != KEY
    assert time.process_time() - began < 3
