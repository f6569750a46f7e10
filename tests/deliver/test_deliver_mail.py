"""A message as mail: what the standard library reads out of it again."""

import email
import email.policy
import html
import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.compose.messages import alarm, digest
from cgtwatch.deliver.mail.email import Email
from cgtwatch.deliver.mail.press import Letterhead, Mould, Recipient, list_id, message_id
from cgtwatch.deliver.tokens import digest_page, member, read
from cgtwatch.errors import ConfigError
from cgtwatch.model.health import Alarm
from cgtwatch.text.clean import one_line
from compose.samples import ANNOUNCEMENTS, CONTEXT, NOW, announce, event, reader
from compose.test_compose_digest import HOSTILE
from deliver.senders import SECRET_KEY, parts

DIGEST = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)


def mailed(message=DIGEST, tmp_path=None, subscription=None, key="reader-0-18", **changes):
    frozen = Email(parts(tmp_path, **changes)).freeze(message, subscription or reader(), key)[0]
    return email.message_from_bytes(frozen.filled, policy=email.policy.default), frozen.filled


def test_a_mail_reads_back_as_it_was_composed(tmp_path):
    mail, _ = mailed(tmp_path=tmp_path)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["Subject"] == DIGEST.subject
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").startswith(DIGEST.text)
    assert DIGEST.html.partition("<!--unsubscribe-->")[0] in mail.get_body(("html",)).get_content().replace("\r\n", "\n")
    assert not mail.defects


@pytest.mark.fault("M14")
def test_a_mail_has_the_headers_that_lists_need(tmp_path):
    mail, raw = mailed(tmp_path=tmp_path)
    assert mail["From"].addresses[0].addr_spec == "watch@cgt.example"
    assert mail["From"].addresses[0].display_name == "CGT 监测"
    assert mail["To"] == "reader@example.org"
    assert mail["Date"].datetime == NOW
    assert re.fullmatch(r"<reader-0-18\.[a-z2-7]{16}\.cgtwatch@cgt\.example>", mail["Message-ID"])
    assert mail["List-Id"] == "<reader.cgtwatch.cgt.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-CN"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(mail.keys()) == len({name.lower() for name in mail.keys()})  # noqa: SIM118 - a header may stand twice
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert raw.isascii()


def test_the_unsubscribe_link_names_the_subscription_in_header_text_and_page(tmp_path):
    mail, _ = mailed(tmp_path=tmp_path)
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert read(parts(tmp_path).secret_key, "unsubscribe", link.rpartition("/")[2], NOW) == member(reader())
    assert f"退订：{link}" in mail.get_body(("plain",)).get_content()
    assert f'<a href="{link}"' in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(("public_url", "headers"), [(None, (False, False)), ("http://box.lan:8710", (True, False))])
def test_unsubscribing_is_offered_only_as_far_as_it_works(tmp_path, public_url, headers):
    mail, _ = mailed(tmp_path=tmp_path, public_url=public_url)
    assert (mail["List-Unsubscribe"] is not None, mail["List-Unsubscribe-Post"] is not None) == headers


def test_an_alarm_offers_no_unsubscribing(tmp_path):
    told = alarm([Alarm("network", "network", "network", "nothing answers", "", NOW)], (), "en", NOW)
    mail, _ = mailed(told, tmp_path=tmp_path, subscription=reader(name="operator"))
    assert mail["List-Unsubscribe"] is None


def test_an_alarm_belongs_to_the_list_of_the_operator(tmp_path):
    told = alarm([Alarm("network", "network", "network", "nothing answers", "", NOW)], (), "en", NOW)
    for name in ("", "reader"):
        mail, _ = mailed(told, tmp_path=tmp_path, subscription=reader(name=name))
        assert mail["List-Id"] == "<operator.cgtwatch.cgt.example>"


def test_two_readers_of_one_digest_are_two_lists(tmp_path):
    press = Email(parts(tmp_path))
    ids = [
        email.message_from_bytes(press.freeze(DIGEST, reader(name=name), name)[0].filled, policy=email.policy.default)["List-Id"]
        for name in ("mei", "desk")
    ]
    assert ids == ["<mei.cgtwatch.cgt.example>", "<desk.cgtwatch.cgt.example>"]


@pytest.mark.parametrize("name", ["Mei", "mei.li", "mei_li", "operator", "-", "李", "m" * 64, "a>\r\nB: c"])
def test_a_name_that_is_no_slug_still_makes_a_list_id_of_its_own(name):
    made = list_id(name, "x.example")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}\.cgtwatch\.x\.example", made)
    assert made != list_id(name + "x", "x.example")


def test_every_attempt_has_the_same_bytes_and_every_delivery_its_own_id(tmp_path):
    first, again, other = (mailed(tmp_path=tmp_path, key=key)[1] for key in ("a-1", "a-1", "a-2"))
    assert first == again
    assert first != other


def test_copies_differ_in_the_recipients_lines_alone():
    mould = Mould(DIGEST, Letterhead("watch@cgt.example"))
    one, two = (mould.payload(Recipient(f"{name}@example.org", "k1")).filled.decode() for name in ("a", "b"))
    assert one.replace("a@example.org", "b@example.org") == two


def test_thousands_of_readers_share_one_body_and_have_their_own_lines_beside_it(tmp_path):
    press = Email(parts(tmp_path))
    frozen = [press.freeze(DIGEST, reader(name=f"r{n}", target=f"r{n}@example.org"), f"k{n}")[0] for n in range(3)]
    assert frozen[0].body is frozen[1].body is frozen[2].body
    assert all(len("".join(one.fillings.values())) < 2_000 for one in frozen)
    assert len({one.filled for one in frozen}) == 3
    assert b".invalid" not in frozen[0].filled


def test_a_readers_address_that_looks_like_a_hole_fills_none(tmp_path):
    press = Email(parts(tmp_path))
    marks = [mark for mark in press.freeze(DIGEST, reader(), "k1")[0].fillings if "@" in mark]
    for mark in marks:
        mail = email.message_from_bytes(press.freeze(DIGEST, reader(target=mark), "k1")[0].filled, policy=email.policy.default)
        assert mail["To"] == mark


def test_an_odd_key_still_makes_a_valid_message_id():
    assert re.fullmatch(r"[0-9a-f]{40}\.cgtwatch@x\.example", message_id("reader 李:1\r\n<x>", "x.example"))


def test_the_mails_of_a_subscription_are_one_conversation(tmp_path):
    first, second, other = (
        mailed(tmp_path=tmp_path, key=key, subscription=reader(name=name))[0]
        for key, name in (("a", "mei"), ("b", "mei"), ("c", "desk"))
    )
    assert first["References"] == first["In-Reply-To"] == second["References"] != other["References"]
    assert re.fullmatch(r"<series-[0-9a-f]{24}\.cgtwatch@cgt\.example>", first["References"])


def test_alerts_about_one_act_are_a_conversation_of_their_own(tmp_path):
    def root(thread):
        told = replace(DIGEST, kind="event.alert", data={"events": [{"thread": thread}]})
        return mailed(told, tmp_path=tmp_path)[0]["References"]

    assert root("t1") == root("t1") != root("t2")


def test_a_mail_names_the_page_on_which_it_can_be_read_again(tmp_path):
    mail, _ = mailed(tmp_path=tmp_path, key="msg_1")
    assert mail["Archived-At"] == f"<{DIGEST.data['whole']}>"  # which its reader may open
    for whole in ("", "https://cgt.example/told?query=" + "x" * 1000):  # no line of a mail is as long
        mail, _ = mailed(replace(DIGEST, data={**DIGEST.data, "whole": whole}), tmp_path=tmp_path, key="msg_1")
        assert mail["Archived-At"] == f"<{digest_page('https://cgt.example', SECRET_KEY, 'msg_1')}>"
    assert mailed(tmp_path=tmp_path, public_url=None)[0]["Archived-At"] is None


def test_answers_of_readers_go_where_the_operator_wants_them(tmp_path):
    mail, _ = mailed(tmp_path=tmp_path, reply_to="政策组 <desk@example.org>")
    assert str(mail["Reply-To"].addresses[0]) == "政策组 <desk@example.org>"
    assert mailed(tmp_path=tmp_path)[0]["Reply-To"] is None


def test_a_confirmation_is_no_part_of_a_series_and_offers_no_unsubscribing(tmp_path):
    mail, _ = mailed(replace(DIGEST, kind="subscription.confirm"), tmp_path=tmp_path)
    assert [mail[name] for name in ("References", "List-Unsubscribe", "Archived-At")] == [None, None, None]


def test_the_deadlines_come_as_a_file_beside_text_and_page(tmp_path):
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:截止\r\nEND:VCALENDAR\r\n".encode()
    mail, raw = mailed(replace(DIGEST, calendar=calendar), tmp_path=tmp_path)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_param("method"), file.get_param("charset")) == ("deadlines.ics", "PUBLISH", "utf-8")
    assert file.get_payload(decode=True) == calendar
    assert mail["Content-Language"] == "zh-CN"
    assert not mail.defects
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)


WILD = st.lists(
    st.one_of(
        st.sampled_from('\r\n\x00\u2028\u2029\x85\x0b\u202e\u200f\ud800=?.<>:"\\,;@'),
        st.characters(),
        st.sampled_from(["=?utf-8?b?eA==?=", "\r\nBcc: x@y.z\r\n\r\n", "🏳️‍🌈", "A" * 2_000, "药" * 2_000, "\r\n.\r\n"]),
    ),
    max_size=40,
).map("".join)


@given(title=WILD, name=WILD.map(lambda wild: ("n" + wild.encode("utf-8", "replace").decode())[:64]), text=WILD)
@settings(max_examples=40, deadline=None)
@pytest.mark.fault("S8", "S11")
def test_no_text_breaks_out_of_its_place_in_a_mail(title, name, text, tmp_path_factory):
    tmp_path = tmp_path_factory.getbasetemp()
    whole = replace(DIGEST, subject=title, text=text, html=f"<p>{html.escape(text)}</p>")
    mail, raw = mailed(whole, tmp_path=tmp_path, subscription=reader(name=name))
    plain, _ = mailed(tmp_path=tmp_path)
    assert mail.keys() == plain.keys()
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert str(mail["Subject"]) == (one_line(title, 250) or "-")
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert raw.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\x00", raw)
    assert not mail.defects


@pytest.mark.parametrize(
    "subject",
    ["3 份征求意见，最近 5 天后截止 · CGT 政策摘要", "plain", "x" * 240, "=?utf-8?q?trick?=", "药" * 200, "a 药 b 药  c"],
)
def test_a_subject_reads_back_to_the_letter(subject, tmp_path):
    mail, raw = mailed(replace(DIGEST, subject=subject), tmp_path=tmp_path)
    assert str(mail["Subject"]) == " ".join(subject.split())
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) < 200  # the longest is the link's


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.fault("S10")
def test_a_hostile_title_injects_nothing(title, tmp_path):
    told = digest(reader("en"), [announce(1, event("e1", title, summary=title))], CONTEXT, NOW)
    for message in (told, replace(told, subject=title)):
        mail, raw = mailed(message, tmp_path=tmp_path)
        plain, _ = mailed(tmp_path=tmp_path)
        assert mail.keys() == plain.keys()
        assert str(mail["Subject"]).isprintable()
        assert max(map(len, raw.split(b"\r\n"))) < 998
        assert mail["Date"].datetime == datetime.fromisoformat("2026-07-22T00:00:00+00:00")
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_sender_that_is_no_address_is_refused_with_the_mend(tmp_path):
    with pytest.raises(ConfigError, match="CGTWATCH_MAIL_FROM"):
        Email(parts(tmp_path, mail_from="nobody"))
