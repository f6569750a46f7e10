"""HTML to text."""

import time

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.html import parse_html, to_text


def test_blocks_become_lines_and_what_is_hidden_is_gone():
    page = "<div><h1>标题</h1><script>x()</script><p>一<b>二</b>三<br>四</p><p style='display: none'>隐</p><p hidden>藏</p></div>"
    assert to_text(page) == "标题\n一二三\n四"


def test_cells_of_a_table_stand_apart_and_rows_are_lines():
    assert to_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>") == "a b\nc d"


def test_a_plain_text_keeps_its_angle_brackets():
    assert to_text("p < 0.05 and q > 3") == "p < 0.05 and q > 3"


def test_entities_become_characters():
    assert to_text("Kymriah&reg; &amp; Yescarta&#174;") == "Kymriah® & Yescarta®"


def test_a_page_nested_fifty_thousand_deep_is_survived():
    assert to_text("<div>" * 50_000 + "x") in ("", "x")


@given(st.text())
def test_reducing_to_text_never_raises(text):
    to_text(text)
    to_text(f"<p>{text}</p>")


def test_an_element_of_endless_attributes_is_read_without_them_in_no_time():
    many = " ".join(f'a{n}="{n}" b{n}' for n in range(60_000))
    began = time.process_time()
    root = parse_html(f"<html><body><p {many}>one</p><p class='two'>two</p></body></html>")
    assert time.process_time() - began < 2
    assert [(p.text, len(p.attrib)) for p in root.iter("p")] == [("one", 0), ("two", 1)]


def test_one_attribute_may_be_as_long_as_it_likes():
    told = "word " * 20_000
    (part,) = parse_html(f"<html><body><p data-page='{told}' class='x'>one</p></body></html>").iter("p")
    assert (len(part.get("data-page")), part.get("class")) == (len(told), "x")
