"""Every fault of mail that the fault matrix knows (M1 to M14), over kept sessions."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cgtwatch.deliver.mail.email import Email
from compose.samples import reader
from deliver.mails import MESSAGE
from deliver.senders import NOW, parts
from deliver.smtp_sinks import sinks
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]


@pytest.fixture(scope="module")
def sink():
    with sinks() as found:
        yield found


@pytest.fixture
def channel(tmp_path):
    """Makes channels to a server, and closes them."""
    made = []

    def make(port, *, user="", scheme="smtp", **changes):
        made.append(Email(parts(tmp_path, smtp_url=f"{scheme}://{user}127.0.0.1:{port}", **changes)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def send(channel, to, key, message=MESSAGE, times=1):
    """The outcomes of sending one delivery `times` over."""
    payload = channel.freeze(message, reader(target=f"{to}@example.org"), key)[0]
    return [channel.send(f"{to}@example.org", payload, key, NOW) for _ in range(times)]


@pytest.mark.fault("M1")
@pytest.mark.parametrize("mode", ["banner-421", "ehlo-refuse", "drop-on-connect"])
def test_m1_a_server_out_of_sorts_is_tried_again_and_so_is_every_other_mail(sink, channel, mode):
    (outcome,) = send(channel(sink.port(mode)), "reader", f"m1-{mode}")
    assert (outcome.result, outcome.everyone) == ("retry", True)


@pytest.mark.fault("M2")
def test_m2_starttls_that_is_missing_is_no_reason_to_go_on_in_plain_text(sink, channel):
    (outcome,) = send(channel(sink.port(), scheme="smtp+starttls"), "reader", "m2")
    assert (outcome.result, outcome.answer.partition(":")[0], sink.taken("m2")) == ("retry", "tls", [])


@pytest.mark.fault("M3")
@pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:.*login_data")  # the server's own, about a password in plain text
@pytest.mark.parametrize(("password", "results"), [("right", ["sent", "sent"]), ("wrong", ["retry", "retry"])])
def test_m3_a_log_in_is_made_where_asked_for_and_not_hammered(sink, channel, password, results):
    before = sink.connections
    outcomes = send(channel(sink.port(user="u"), user=f"u:{password}@"), "reader", f"m3-{password}", times=2)
    assert [one.result for one in outcomes] == results
    assert sink.connections - before == 1
    assert password == "right" or outcomes[1].answer.startswith("log-in: not tried")


@pytest.mark.fault("M4", "M5", "M6", "M7", "M8", "M9")
@pytest.mark.parametrize(
    ("to", "results", "copies"),
    [
        ("reader", ["sent"], 1),
        ("grey", ["retry", "retry", "sent"], 1),  # M4
        ("nouser", ["permanent"], 0),  # M5
        ("full", ["permanent"], 0),
        ("refuse", ["permanent"], 0),
        ("temp", ["retry"], 0),  # M6
        ("rate", ["retry"], 0),
        ("tempdata", ["retry"], 0),
        ("spam", ["permanent"], 0),  # M7
        ("drop-after-data", ["unknown", "unknown"], 2),  # M8
        ("rst-after-data", ["unknown"], 1),
        ("drop-mid-data", ["unknown"], 0),  # M9: all of it had left us
        ("drop-rcpt", ["retry"], 0),
    ],
)
def test_m4_to_m9_one_envelope_a_try_with_one_message_id(sink, channel, to, results, copies):
    kept = channel(sink.port())
    assert [one.result for one in send(kept, "reader", f"before-{to}")] == ["sent"]
    outcomes = send(kept, to, f"key-{to}", times=len(results))
    assert [one.result for one in outcomes] == results
    assert len(sink.taken(f"key-{to}")) == copies
    assert [one.result for one in send(kept, "reader", f"after-{to}")] == ["sent"]  # nobody else suffers
    assert len(sink.taken(f"after-{to}")) == 1


@pytest.mark.fault("M6")
def test_m6_a_sender_that_is_refused_for_now_is_tried_again(sink, channel):
    (outcome,) = send(channel(sink.port("mail-451")), "reader", "m6")
    assert (outcome.result, outcome.answer.startswith("sender: 451")) == ("retry", True)


@pytest.mark.fault("M10")
@pytest.mark.promise("P5")
def test_m10_one_refused_reader_of_fifty_keeps_nobody_else_from_theirs(sink, channel):
    kept, before = channel(sink.port()), sink.connections
    names = [f"reader{number}" if number != 25 else "nouser" for number in range(50)]
    with ThreadPoolExecutor(8) as senders:
        outcomes = list(senders.map(lambda name: send(kept, name, f"m10-{name}")[0], names))
    assert [names[place] for place, one in enumerate(outcomes) if one.result != "sent"] == ["nouser"]
    envelopes = [one["rcpts"] for name in names for one in sink.taken(f"m10-{name}")]
    assert sorted(envelopes) == sorted([f"{name}@example.org"] for name in names if name != "nouser")
    assert sink.connections - before <= 8


@pytest.mark.fault("M11")
def test_m11_a_server_that_takes_one_mail_a_connection_gets_one_a_connection(sink, channel):
    kept, before = channel(sink.port("one-per-connection")), sink.connections
    for number in range(4):
        assert [one.result for one in send(kept, "reader", f"m11-{number}")] == ["sent"]
        assert len(sink.taken(f"m11-{number}")) == 1
    assert sink.connections - before == 4


def test_mails_one_after_the_other_share_a_connection(sink, channel):
    kept, before = channel(sink.port()), sink.connections
    for number in range(5):
        send(kept, "reader", f"kept-{number}")
    assert sink.connections - before == 1


def test_a_stopped_channel_hands_nothing_over(sink, channel):
    kept = channel(sink.port())
    send(kept, "reader", "stop-1")
    kept.close()
    (outcome,) = send(kept, "reader", "stop-2")
    assert (outcome.result, sink.taken("stop-2")) == ("retry", [])


@pytest.mark.fault("M12", "M14")
def test_m12_and_m14_a_server_of_ascii_alone_finds_nothing_wrong_with_a_chinese_digest(sink, channel):
    send(channel(sink.port("no-8bit")), "reader", "m12")
    (got,) = sink.taken("m12")
    assert got["subject"] == MESSAGE.subject
    assert got["rcpts"] == ["reader@example.org"]
    assert (got["one_click_ok"], got["auto_submitted"], got["parts"]) == (True, "auto-generated", ["text/plain", "text/html"])
    assert (got["repeated"], got["injected"], got["markup"], got["bare_cr_or_lf"], got["raw_8bit_header"]) == (
        [], [], [], False, False,
    )  # fmt: skip
    assert set(got["schemes"]) <= {"http", "https", "mailto"}
    assert got["longest_line"] <= 998
    assert all(got[name] for name in ("list_id", "date", "message_id"))


@pytest.mark.fault("M13")
@pytest.mark.parametrize("most", [8_000, 20_000])
def test_m13_a_digest_too_big_for_the_server_is_shortened_with_a_link(sink, channel, most):
    (outcome,) = send(channel(sink.port(size_max=most)), "reader", f"m13-{most}")
    (got,) = sink.taken(f"m13-{most}")
    assert (outcome.result, "shortened" in outcome.answer) == ("sent", True)
    assert most * 0.8 < got["size"] <= most
    assert (got["parts"], got["one_click_ok"], got["subject"]) == (["text/plain"], True, MESSAGE.subject)


@pytest.mark.fault("M13")
def test_m13_what_not_even_fits_when_shortened_is_given_up(sink, channel):
    (outcome,) = send(channel(sink.port(size_max=1_000)), "reader", "m13-none")
    assert (outcome.result, outcome.answer.startswith("size: 552")) == ("permanent", True)


def test_reports_about_a_mail_go_to_an_address_of_its_own(sink, channel):
    key = "msg_" + "0a" * 16
    send(channel(sink.port(), bounces="bounces@cgt.example"), "reader", key)
    (got,) = sink.taken(key)
    assert re.fullmatch(r"bounces\+[a-z2-7]{42}@cgt\.example", got["mail_from"])
    send(channel(sink.port()), "reader", "plain")
    assert sink.taken("plain")[0]["mail_from"] == "watch@cgt.example"


def test_a_calendar_arrives_beside_the_digest(sink, channel):
    send(channel(sink.port()), "reader", "ics", replace(MESSAGE, calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    assert sink.taken("ics")[0]["parts"] == ["text/plain", "text/html", "text/calendar"]
