"""Expressions, templates, XML and long JSON: what holds for any value."""

import json
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.source import ApiRule
from cgtwatch.parse.answer import read_answer
from cgtwatch.parse.jsonrows import read_rows
from cgtwatch.parse.literals import unescaped
from cgtwatch.parse.records import check, check_link, compile_link, compile_path, text_of
from cgtwatch.parse.xmlmap import to_mapping
from parse.parse_kit import page, source

NAMES = st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
WORDS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="<&"), min_size=1, max_size=6)


@given(value=VALUES, path=st.lists(NAMES, min_size=1, max_size=4))
def test_plain_names_find_what_jmespath_finds(value, path):
    compiled = compile_path(".".join(path))
    assert compiled.names is not None
    assert compiled.find(value) == compiled.compiled.search(value)


@given(value=VALUES, text=st.text(alphabet="ab.[]*@|&?(){}'`\"0:-, join", max_size=12))
def test_any_text_is_an_expression_or_is_told_why_not(value, text):
    if check(text) is None:
        compile_path(text).find(value)
    if check_link(text) is None:
        compile_link(text).find(value)


@given(value=st.text(max_size=20))
def test_a_value_in_a_template_never_leaves_blanks_or_breaks(value):
    filled = compile_link("https://e.org/{v}").find({"v": value})
    assert filled is None if not value else filled.isascii() and not set(filled) & set(' \t\r\n"<>\\^`{|}')


@given(value=VALUES)
def test_every_value_has_a_text(value):
    assert isinstance(text_of(value), str)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(VALUES, max_size=5), around=st.dictionaries(NAMES, VALUES, max_size=3), indent=st.sampled_from([None, 1]))
def test_rows_read_one_by_one_are_those_of_the_whole(rows, around, indent):
    document = {**around, "data": {"list": rows, "n": 1}}
    taken = []
    rest = read_rows(json.dumps(document, indent=indent), ("data", "list"), taken.append)
    assert taken == rows
    assert rest == {**around, "data": {"list": [], "n": 1}}


@given(keep=st.integers(0, 60))
def test_a_long_json_cut_anywhere_is_never_taken_as_whole(keep):
    text = json.dumps({"a": [1, {"b": "c"}], "data": [{"t": 1}, {"t": 2}], "z": None})
    try:
        read_rows(text[:keep], ("data",), lambda row: None)
    except json.JSONDecodeError:
        return
    assert keep >= len(text)


@settings(max_examples=60, deadline=None)
@given(
    document=st.dictionaries(NAMES, VALUES, min_size=1, max_size=3) | st.lists(VALUES, max_size=3),
    wrap=st.sampled_from(["cb({})", "/**/a.b.c({});", "var x={};", "let y = {}", "window['z'] = {};\n", "{}"]),
)
def test_a_wrapped_answer_is_the_answer(document, wrap):
    rule = ApiRule(format="jsonp")
    body = wrap.replace("{}", json.dumps(document))
    assert read_answer(source("api", api=rule), page(body), rule).document == document


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(WORDS, WORDS), max_size=5), prefixed=st.booleans())
def test_xml_gives_each_element_once(rows, prefixed):
    root, space = ("ns:r", ' xmlns:ns="urn:x"') if prefixed else ("r", "")
    inner = "".join(f"<row id='{n}'><t>{escape(title)}</t>{escape(tail)}</row>" for n, (title, tail) in enumerate(rows))
    got = to_mapping(f"<?xml version='1.0' encoding='gbk'?><{root}{space}>{inner}</{root}>").get("row", [])
    found = got if isinstance(got, list) else [got]
    assert found == [{"@id": str(n), "t": title, "#text": tail} for n, (title, tail) in enumerate(rows)]


def test_xml_resolves_no_entities():
    body = '<!DOCTYPE r [<!ENTITY a "boom"><!ENTITY f SYSTEM "file:///etc/passwd">]><r><t>x&a;&f;y</t></r>'
    assert to_mapping(body) == {"t": "xy"}


@given(text=st.text(max_size=20))
def test_a_json_string_in_a_script_is_read_as_it_was_meant(text):
    assert (
        unescaped(json.dumps(text.replace("\\", ""))[1:-1]).strip()
        == text.replace("\\", "").replace("\r", "\n").replace("\b", " ").replace("\f", " ").strip()
    )


def test_a_string_escaped_twice_is_read():
    assert unescaped(r"\\u7ec6\\u80de <a href=\\\"\/x\\\">") == '细胞 <a href="/x">'
