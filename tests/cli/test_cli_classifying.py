"""A file of JSON as a document: whatever its keys hold, there is a document or a word of what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.cli.classifying import document_of
from cgtwatch.errors import ConfigError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=20), lambda inner: st.lists(inner, max_size=2)
)


@given(title=VALUES, text=VALUES, url=VALUES, lang=VALUES)
def test_a_document_of_json_is_text_whatever_its_keys_hold(title: object, text: object, url: object, lang: object) -> None:
    found = document_of(json.dumps({"title": title, "text": text, "url": url, "lang": lang}).encode(), "x.json", None)
    assert f"{found.title}{found.text}{found.url}{found.language}".encode()


def test_a_day_that_is_none_is_told() -> None:
    with pytest.raises(ConfigError, match="yesterday"):
        document_of(b'{"title": "x", "published": "yesterday"}', "x.json", None)
