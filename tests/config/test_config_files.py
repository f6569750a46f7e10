"""sources.yaml as a file: what is no file, no YAML, a trap, or very large, and many mistakes at once."""

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.config.sources import load_sources
from cgtwatch.errors import ConfigError
from sources_file import KNOWN, load, mistakes

FILES = {
    "empty": (b"", "1: is empty"),
    "comments only": (b"# nothing\n\n", "1: is empty"),
    "text": (b"hello world\n", "1: is a text and no mapping"),
    "list": (b"- id: a\n", "1: is a list and no mapping; write sources: above"),
    "no sources": (b"defaults: {every: 1h}\n", "1: sources: is missing"),
    "nothing under sources": (b"sources:\n", "1: sources: has no value"),
    "sources as mapping": (b"sources: {a: 1}\n", "1: sources: is a mapping; write a list"),
    "unknown top key": (b"sources: []\nsurces: []\n", "2: surces: unknown key (did you mean 'sources'?)"),
    "html": (b'<!doctype html>\n<p class="x">a: b: c</p>\n', "is no"),
    "binary": (b"\x00\x01\x02", "1: holds NUL bytes"),
    "gbk": ("sources:\n# 药审中心\n".encode("gbk"), "2: is not UTF-8 but reads as GBK; save the file as UTF-8"),
    "utf-16": ("sources: []".encode("utf-16"), "1: is UTF-16; save the file as UTF-8"),
    "two documents": (b"sources: []\n---\nsources: []\n", "2: a second document begins"),
    "control character": (b"sources: []\n# a\x07\n", "2: holds the control character U+0007"),
    "alias of itself": (b"sources: &a [*a]\n", "alias *a stands for nothing yet, or for itself"),
    "deep": (b"sources: " + b"[" * 100_000, "is nested more than"),
    "deep blocks": (b"sources:\n  " + b"- " * 100_000, "is nested more than"),
}


@pytest.mark.fault("C1", "C4")
@pytest.mark.parametrize(("content", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_sources_file_says_why(content, message, tmp_path):
    assert any(message in line for line in mistakes(content, tmp_path))


@pytest.mark.fault("C3")
def test_an_alias_bomb_is_refused_in_no_time(tmp_path):
    rows = ["sources: []", "a: &a [x,x,x,x,x,x,x,x,x]"]
    rows += [f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    started = time.monotonic()
    assert any("alias bomb" in line for line in mistakes("\n".join(rows), tmp_path))
    assert time.monotonic() - started < 1


@pytest.mark.fault("C4")
def test_a_byte_order_mark_is_skipped_with_a_warning(tmp_path):
    found = load(b"\xef\xbb\xbfsources: [{id: a, kind: feed, url: 'https://a.example.org/'}]\n", tmp_path)
    assert [source.id for source in found.sources] == ["a"]
    assert "byte order mark" in found.warnings[0]


def test_a_file_that_is_missing_or_a_directory_or_a_pipe_or_too_large_says_so(tmp_path):
    pipe, large = tmp_path / "pipe", tmp_path / "large.yaml"
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    said = {
        "no.yaml": "does not exist",
        ".": "is a directory",
        "pipe": "is no regular file",
        "large.yaml": "is larger than 16 MiB",
    }
    for name, message in said.items():
        with pytest.raises(ConfigError, match=message):
            load_sources(tmp_path / name, KNOWN)


@contextmanager
def as_nobody():
    """Root reads everything: be somebody else meanwhile."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.fault("C4")
def test_an_unreadable_file_says_so(tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text("sources: []")
    path.chmod(0)
    with as_nobody(), pytest.raises(ConfigError, match="cannot be read"):
        load_sources(path, KNOWN)


@pytest.mark.fault("C1")
def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_the_file(tmp_path):
    told = mistakes(
        """defaults: {evry: 1h}
sources:
  - id: a
    kind: feed
    url: https://a.example.org/
    every: 6x
  - id: a
    kind: list
    url: https://b.example.org/
    list: {item: "li["}
\tevery: 1h
  - id: c
    kind: feed
    kind: page
    url: https://c.example.org/
  - id: d
    url: "https://d.example.org/
  - id: e
    kind: fed
    url: https://e.example.org/
""",
        tmp_path,
    )
    found = [(int(line.partition(":")[0]), line) for line in told]
    assert [number for number, _ in found] == sorted(number for number, _ in found)
    for number, words in [
        (1, "defaults: evry: unknown key"),
        (6, "sources[1] a: every: '6x' is no duration"),
        (7, "id: 'a' stands here and at line 3"),
        (10, "list.item: 'li[' is no CSS"),
        (11, "a tab in the indentation"),
        (14, "key 'kind' stands here and at line 13"),
        (19, "kind: 'fed' is not known"),
    ]:
        assert any(number == at and words in line for at, line in found), (number, words, told)
    assert any(line.startswith("17: sources[4]: is no YAML") for line in told)


@pytest.mark.fault("C12")
def test_ten_thousand_sources_load_in_two_seconds(tmp_path):
    rule = '{item: "#main tr", title: "td.name a", link: "td.name a@href", date: "td.on", date_format: "%d.%m.%Y", next: "a.older@href"}'
    rows = "".join(
        f"""  - id: s-{n}
    name: {{zh: 名 {n}, en: name {n}}}
    kind: list
    url: https://h{n}.example.org/a/
    issuer: cde
    jurisdiction: CN
    language: zh
    every: 1h
    timezone: Asia/Shanghai
    list: {rule}
    detail: {{body: "main section", attachments: "p.files a@href"}}
"""
        for n in range(10_000)
    )
    started = time.process_time()
    found = load("sources:\n" + rows, tmp_path)
    assert len(found.sources) == 10_000
    assert time.process_time() - started < 4  # 2 s on an idle core; a busy one is given twice that


def test_a_key_that_holds_escapes_or_a_megabyte_is_told_in_one_short_printable_line(tmp_path):
    told = mistakes('sources: []\n"a\\n\\x1b[31mb": 1\n' + "k" * 900 + ": 2\n? " + "x" * 1_000_000 + "\n: 1\n", tmp_path)
    assert len(told) == 3
    assert all(line.isprintable() and len(line) < 1100 for line in told)


@pytest.mark.fault("C4")
def test_a_file_that_is_being_written_is_refused_and_not_half_read(tmp_path, monkeypatch):
    path = tmp_path / "sources.yaml"
    path.write_text("sources: []\n")
    opened = Path.open

    def open_and_write(self, *args, **kwargs):
        file = opened(self, *args, **kwargs)
        os.utime(self, ns=(1, 1))  # somebody writes between our two looks
        return file

    monkeypatch.setattr(Path, "open", open_and_write)
    with pytest.raises(ConfigError, match="was changed while it was read"):
        load_sources(path, KNOWN)


@given(st.binary(max_size=300))
def test_any_bytes_give_sources_or_a_config_error_and_nothing_else(tmp_path_factory, raw):
    folder = tmp_path_factory.getbasetemp()
    with suppress(ConfigError):
        assert load(b"sources:\n- " + raw, folder).sources is not None


def test_a_source_of_both_languages_leaves_it_to_each_document(tmp_path):
    row = "sources:\n  - {id: a, name: A, kind: feed, url: 'https://a.example.org/', language: both}\n"
    assert load(row, tmp_path).sources[0].language is None
