"""What is sent, and what is read of whatever comes back."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.translate.ask import Text, UnreadableError, key, read_answer, request_body, text_of


def answer(content: object, **choice: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}, **choice}]}).encode()


def test_a_document_goes_out_as_data_and_not_as_an_order():
    sent = json.loads(request_body(Text('Title "x"', "One."), "zh", "m"))
    orders, data = sent["messages"]
    assert (orders["role"], data["role"], sent["temperature"], sent["model"]) == ("system", "user", 0, "m")
    assert json.loads(data["content"]) == {"title": 'Title "x"', "summary": "One."}
    assert "Simplified Chinese" in orders["content"]


def test_addresses_and_hidden_characters_are_not_sent():
    assert text_of("A\u202e title", "See https://a.example/x for\nmore") == Text("A title", "See for more")


def test_a_long_text_is_cut_before_it_is_sent():
    assert len(text_of("x" * 5000, "y" * 5000).whole) < 700


def test_the_hash_is_that_of_the_text_alone():
    assert key(Text("a", "b")) == key(Text("a", "b")) != key(Text("a", "c"))


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", " {} "])
def test_an_answer_is_read_bare_or_fenced(fence):
    content = fence.replace("{}", json.dumps({"title": " T ", "summary": "S"}))
    assert read_answer(answer(content)) == Text("T", "S")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{}]}', b'{"choices": {"0": 1}}', b"[" * 100_000, b"\xff\xfe",
        b'{"error": {"message": "no"}}', b"null", b'{"choices": [{"message": null}]}',
    ],
)  # fmt: skip
def test_a_server_that_speaks_otherwise_is_told_apart(body):
    with pytest.raises(UnreadableError) as caught:
        read_answer(body)
    assert caught.value.whole


@pytest.mark.parametrize(
    "body",
    [
        answer(None), answer(""), answer("Sure! Here it is"), answer("[]"), answer('{"title": 1, "summary": ""}'), answer('{"summary": "x"}'),
        answer('{"title": "a", "summary": ["b"]}'), answer('{"title": "a", "summary": "b", "note": "c"}'), answer(["a"]),
        answer('{"title": "a", "summary": "b"}', finish_reason="length"), answer('{"title": "a"'),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_translation_is_refused(body):
    with pytest.raises(UnreadableError) as caught:
        read_answer(body)
    assert not caught.value.whole


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_translation_or_a_reason(body):
    with suppress(UnreadableError):
        assert isinstance(read_answer(body), Text)
