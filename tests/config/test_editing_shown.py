"""An entry of sources.yaml as it is shown holds no secret."""

import pytest

from cgtwatch.config.editing import values_of
from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.showing import HIDDEN, without_secrets


@pytest.mark.fault("C11")
@pytest.mark.parametrize(
    "entry",
    [
        "id: a\nheaders: {X-App: sesame, Authorization: 'Bearer sesame'}", "id: a\ncookies: {anything: sesame}", "id: a\nproxy: http://me:sesame@proxy.example:8080",
        "id: a\nurl: https://a.example.org/?api_key=sesame&x=1", "{id: a, api: {params: {api_key: sesame, q: x}}}", "id: a\napi:\n  form:\n    token: sesame",
        "id: a\napi: {json: '{\"accessToken\": \"sesame\", \"q\": 1}'}", "id: a\npreload: {url: 'https://a.example.org/?token=sesame'}", "id: a\nalternates: ['https://b.example.org/?secret=sesame']",
    ],
)  # fmt: skip
def test_secrets_are_made_unreadable_and_the_rest_stays(entry: str) -> None:
    shown = without_secrets(entry)
    assert "sesame" not in shown
    assert HIDDEN in shown
    assert "id: a" in shown


@pytest.mark.parametrize(
    "entry", ["id: a\nheaders: {Accept: text/html, X-Key: env:KEY}", "id: a\nurl: https://a.example.org/?page=1 # key"]
)
def test_what_is_no_secret_is_shown_as_it_is(entry: str) -> None:
    assert without_secrets(entry) == entry


def test_shipped_entries_are_shown_as_they_are_written() -> None:
    text = packaged_sources().read_text("utf-8")
    entry = values_of(text, "cn-nmpa-en-news")
    assert without_secrets(entry) == entry
