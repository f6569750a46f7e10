"""HTML to text."""

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.html import to_text


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
