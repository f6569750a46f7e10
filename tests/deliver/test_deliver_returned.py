"""What comes back about a mail counts for the delivery that it proves to be about, and for no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.deliver.mail.returned import NoReport, gone, meaning, read_report, refused
from cgtwatch.deliver.tokens import bounce_sender, bounced_key
from deliver.reports import ADDRESS, FREE_TEXT, KEY, VACATION, bounce, complaint, envelope
from deliver.senders import NOW, SECRET_KEY

OTHER_SECRET = b"another installation's secret key"


def read(raw):
    found = read_report(raw, SECRET_KEY, NOW)
    return found.why if isinstance(found, NoReport) else (found.delivery, str(found.kind), found.status)


@pytest.mark.parametrize(
    ("status", "action", "diagnostic", "expected"),
    [
        ("5.1.1", "failed", "smtp; 550 5.1.1 unknown", (KEY, "hard", "5.1.1")),
        ("5.0.0", "failed", "smtp; 550-5.1.1 The email account does not exist", (KEY, "hard", "5.1.1")),
        ("5.0.0", "failed", "smtp; 550 no such user", (KEY, "hard", "5.0.0")),
        ("5.2.2", "Failed", "smtp; 552 5.2.2 full", (KEY, "hard", "5.2.2")),
        ("4.4.7", "failed", "x-unix; delivery time expired", (KEY, "soft", "4.4.7")),
        ("4.2.2", "delayed", "smtp; 452 4.2.2 full", (KEY, "soft", "4.2.2")),
        ("5.6.0", "failed", "smtp; 554 5.6.0 bad form", (KEY, "soft", "5.6.0")),
        ("2.0.0", "delivered", "smtp; 250 ok", "a report of a mail that went well"),
        ("2.0.0", "relayed", "smtp; 250 ok", "a report of a mail that went well"),
    ],
)
def test_a_bounce_says_whether_it_is_for_good(status, action, diagnostic, expected):
    assert read(bounce(status, action, diagnostic)) == expected


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822", "message/global-headers"])
def test_a_bounce_to_a_plain_address_is_known_by_the_mail_that_came_back(returned):
    assert read(bounce(to=ADDRESS, returned=returned)) == (KEY, "hard", "5.1.1")


def test_a_token_survives_a_server_that_changes_the_case_of_addresses():
    assert read(bounce(to=envelope().upper())) == (KEY, "hard", "5.1.1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("abuse", (KEY, "complaint", "")), ("fraud", (KEY, "complaint", "")), ("not-spam", "a report that is no complaint")],
)
def test_a_complaint_is_told_from_other_feedback(kind, expected):
    assert read(complaint(kind)) == expected


@pytest.mark.parametrize(
    "forged",
    [
        bounce(to=envelope(secret=OTHER_SECRET), key="x"),
        bounce(to=envelope()[:-20] + "a@cgt.example", key="x"),
        bounce(to=ADDRESS, key="msg_guess"),
        bounce(to="bounces+" + "a" * 42 + "@cgt.example", key="x"),
    ],
)
def test_a_forged_report_is_about_no_mail_of_ours(forged):
    assert read(forged) == "a report about no mail of ours"


def test_an_automatic_answer_is_no_bounce_even_to_the_envelope():
    assert read(VACATION) == "an automatic answer"


def test_a_bounce_in_free_text_is_not_read():
    assert read(FREE_TEXT).startswith("no report")


def test_two_reports_about_one_delivery_are_one():
    one, two = (read_report(bounce(diagnostic=f"smtp; 550 5.1.1 {word}"), SECRET_KEY, NOW) for word in ("a", "b"))
    assert one.report == two.report != read_report(complaint(), SECRET_KEY, NOW).report


def test_what_a_server_says_is_kept_without_addresses():
    assert "mei@example.org" not in read_report(bounce(), SECRET_KEY, NOW).said


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("recipient: 550 5.1.1 <address> unknown", ("hard", "5.1.1")),
        ("recipient: 550 no such user", ("hard", "5.0.0")),
        ("recipient: 552 5.2.2 full", ("hard", "5.2.2")),
        ("mail: 554 5.7.1 spam", None),
        ("recipient: 450 4.2.0 later", None),
        ("sender: 550 5.7.1 no", None),
    ],
)
def test_a_refusal_of_the_recipient_is_a_bounce_and_that_of_the_mail_is_none(answer, expected):
    found = refused(KEY, answer, NOW)
    assert (found and (str(found.kind), found.status)) == expected


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.6", "5.1.10"])
def test_an_address_that_is_no_more_is_known_by_its_status(status):
    assert gone(status)
    assert not gone("5.2.2")


def test_every_status_has_words():
    assert (meaning("5.2.2"), meaning("5.9.9"), meaning("4.4.7")) == (
        "the mailbox is full",
        "the mail is refused",
        "it came back",
    )


def test_a_token_is_good_for_its_delivery_and_its_purpose_alone():
    token = bounce_sender(ADDRESS, SECRET_KEY, KEY).partition("+")[2].partition("@")[0]
    assert len(f"bounces-bounce+{token}") <= 64
    assert bounced_key(SECRET_KEY, token) == KEY
    assert bounced_key(OTHER_SECRET, token) is None
    assert bounce_sender(ADDRESS, SECRET_KEY, "k-1") == ADDRESS


WHOLE = bounce()


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 40), st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_damaged_report_is_read_or_not_but_never_breaks(at, cut, junk):
    read(WHOLE[:at] + junk + WHOLE[at + cut :])


def test_a_mail_of_a_thousand_layers_breaks_nothing():
    layer = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\n"
    assert isinstance(read(b"".join(layer % (n, n) for n in range(1000))), str)
