"""Selector expressions."""

import pytest

from cgtwatch.parse.select import check, compile_expression
from cgtwatch.text.html import parse_html

ROW = parse_html(
    '<ul><li class="row" data-id="7"><a href="/t20260708_9.html" title="全名">短名…</a><span> 2026-07-08 </span><b></b></li></ul>'
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a", "短名…"),
        ("a@href", "/t20260708_9.html"),
        ("li@data-id", "7"),
        ("b | a@title", "全名"),
        ("i@title | b | span", "2026-07-08"),
        (r"a@href ~ /t(\d{8})_", "20260708"),
        (r"span ~ \d{4}", "2026"),
        ("a@href ~ nothing", ""),
        ('a[href*="@"]', ""),
        ("li:has(a) span", "2026-07-08"),
        ('a:contains("短")@title', "全名"),
    ],
)
def test_an_expression_finds_its_value(expression, value):
    assert compile_expression(expression).first(ROW) == value


def test_self_is_the_row():
    link = ROW.find(".//a")
    assert compile_expression("self@title").first(link) == "全名"


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("div[", "no CSS selector"),
        ("", "empty selector"),
        ("a | ", "empty selector"),
        ("a ~ (", "does not compile"),
        ("a ~ (a+)+$", "for ever"),
        (r"a ~ (\w*x)*", "for ever"),
        ("a::attr(href)", "no CSS selector"),
    ],
)
def test_a_wrong_expression_is_refused_with_the_reason(expression, wrong):
    assert wrong in (check(expression) or "")


def test_a_right_expression_has_nothing_wrong():
    assert check(r"td:nth-child(2) a@href | self ~ (\d+)") is None
    assert check(r"self ~ (\d+,)*\d+") is None


def test_above_finds_the_nearest_before_the_row():
    tree = parse_html("<h3>2026-07-08</h3><ul><li>a</li><li>b</li></ul><h3>2026-07-07</h3><p><b>x</b></p><ul><li>c</li></ul>")
    rows = compile_expression("li").elements(tree)
    assert [compile_expression("above h3").first(row) for row in rows] == ["2026-07-08", "2026-07-08", "2026-07-07"]
    assert [compile_expression("above b | above h3").first(row) for row in rows] == ["2026-07-08", "2026-07-08", "x"]
