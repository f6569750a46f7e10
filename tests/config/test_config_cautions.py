"""What is doubtful and no mistake: secrets in the file, variables that are not set, the built-in inbox, addresses watched twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cgtwatch.config.sources import inbox_source
from cgtwatch.model.source import FirstLook, Kind
from sources_file import KNOWN, load, mistakes

SECRET = "0123456789abcdef"
NOTHING_SET = replace(KNOWN, environment=frozenset())
ROW = "sources:\n- {id: a, kind: feed, url: 'https://a.example.org/', "


@pytest.mark.fault("C11")
@pytest.mark.parametrize(
    ("rest", "field"),
    [
        (f"headers: {{Authorization: Bearer {SECRET}}}}}", "headers"),
        (f"api: {{params: {{api_key: {SECRET}}}}}}}", "api.params.api_key"),
        (f"api: {{form: {{token: {SECRET}}}}}}}", "api.form.token"),
        (f"cookies: {{auth: {SECRET}}}}}", "cookies.auth"),
    ],
)
def test_a_secret_written_out_is_doubtful_and_never_shown(rest, field, tmp_path):
    [warning] = load(ROW + rest + "\n", tmp_path).warnings
    assert f":2: sources[1] a: {field}: holds a secret, and others can read this file; write env:NAME" in warning
    assert SECRET not in warning


@pytest.mark.parametrize(
    "rest", ["headers: {X-Api-Key: env:KEY}}", "api: {params: {key: 细胞治疗}}}", "api: {params: {key: env:KEY}}}"]
)
def test_a_named_secret_and_a_search_word_are_not_doubtful(rest, tmp_path):
    assert load(ROW + rest + "\n", tmp_path).warnings == ()


UNSET = {
    "header": ("headers: {X-Api-Key: env:KEY}}", "headers.X-Api-Key: KEY is not set; set it in the environment or in .env"),
    "parameter": ("api: {params: {key: env:KEY}}}", "api.params.key: KEY is not set"),
    "json": ("api: {json: {a: {b: [env:KEY]}}}}", "api.json: KEY is not set"),
    "cookie": ("cookies: {a: env:KEY}}", "cookies.a: KEY is not set"),
    "proxy": ("proxy: env:KEY}", "proxy: KEY is not set"),
    "rsshub": ("bridge: {rsshub: /a}}", "bridge.rsshub: nobody answers; set CGTWATCH_RSSHUB_URL"),
}


@pytest.mark.parametrize(("rest", "told"), UNSET.values(), ids=UNSET)
def test_a_variable_that_is_not_set_is_told_of_sources_that_are_on(rest, told, tmp_path):
    [warning] = load(ROW + rest + "\n", tmp_path, NOTHING_SET).warnings
    assert told in warning
    assert load(ROW + rest + "\n", tmp_path, replace(KNOWN, environment=frozenset({"KEY", "CGTWATCH_RSSHUB_URL"}))).warnings == ()
    assert load(ROW + "enabled: false, " + rest + "\n", tmp_path, NOTHING_SET).warnings == ()
    assert load(ROW + rest + "\n", tmp_path).warnings == ()


def test_one_address_asked_in_two_ways_is_watched_once_by_each(tmp_path):
    text = """
        sources:
          - {id: a, kind: api, url: "https://a.example.org/", api: {key: id, form: {column: 1}}}
          - {id: b, kind: api, url: "https://a.example.org/", api: {key: id, form: {column: 2}}}
        """
    assert load(text, tmp_path).warnings == ()


def test_a_private_page_asked_first_is_doubtful_but_a_bridge_is_the_operators_own(tmp_path):
    rest = "preload: {url: 'http://10.1.1.1/', cookies: keep}}\n"
    assert "preload: points into a private network" in load(ROW + rest, tmp_path).warnings[0]
    assert load(ROW + "bridge: {render: 'http://127.0.0.1:3000/?url={url}'}}\n", tmp_path).warnings == ()


def test_the_inbox_is_a_folder_whose_first_look_is_news(tmp_path):
    source = inbox_source(tmp_path)
    assert (source.id, source.kind, source.via, source.url) == ("inbox", Kind.FOLDER, "folder", "")
    assert (source.folder.path, source.first_look, source.gap) == (str(tmp_path / "inbox"), FirstLook.ANNOUNCE, timedelta())


def test_another_source_called_inbox_is_a_mistake_only_while_there_is_an_inbox_elsewhere(tmp_path):
    (tmp_path / "inbox").mkdir()
    own = "sources:\n- {id: inbox, kind: folder, folder: {path: inbox}}\n"
    assert load(own, tmp_path).sources
    assert load(own, tmp_path, replace(KNOWN, inbox=tmp_path / "inbox")).sources
    [told] = mistakes(own, tmp_path, replace(KNOWN, inbox=tmp_path / "data" / "inbox"))
    assert told.startswith("2: sources[1] inbox: id: 'inbox' is where pushed documents arrive")
    assert "give this source another id, or write kind: folder with folder: {path: " in told
