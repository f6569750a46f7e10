"""Signed links."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.deliver.tokens import read, sign, unsubscribe_url
from cgtwatch.model.subscription import Cadence, Every, Subscription

KEY = b"k" * 32
NOW = datetime(2026, 7, 8, tzinfo=UTC)


@given(st.text(max_size=60))
def test_a_token_says_what_was_signed(subject):
    assert read(KEY, "unsubscribe", sign(KEY, "unsubscribe", subject), NOW) == subject


def test_a_token_is_for_one_purpose_and_one_key():
    token = sign(KEY, "unsubscribe", "reader")
    assert read(KEY, "log-in", token, NOW) is None
    assert read(b"other" * 8, "unsubscribe", token, NOW) is None


def test_a_token_ends_when_it_says():
    token = sign(KEY, "confirm", "reader", expires=NOW + timedelta(hours=1))
    assert read(KEY, "confirm", token, NOW) == "reader"
    assert read(KEY, "confirm", token, NOW + timedelta(hours=1)) is None


@given(st.text(max_size=80), st.integers(0, 60))
def test_what_was_not_signed_is_refused_without_an_error(text, place):
    token = sign(KEY, "unsubscribe", "reader")
    assert read(KEY, "unsubscribe", text, NOW) is None
    bent = token[:place] + ("A" if token[place : place + 1] != "A" else "B") + token[place + 1 :]
    # The last letter of a token may hold bits that no byte takes up: another spelling, never another subject.
    assert read(KEY, "unsubscribe", bent, NOW) in {None, "reader"}


def test_an_unsubscribe_link_stands_in_one_word_of_safe_characters():
    reader = Subscription("李 wei's \r\n list", "email", "a@b.example", Cadence(Every.DAILY), created_at=NOW)
    url = unsubscribe_url("https://cgt.example/", KEY, reader)
    assert url.startswith("https://cgt.example/unsubscribe/")
    assert all(char.isalnum() or char in ":/.-_" for char in url)
