"""What a page that nobody has described offers: feeds, and the rows of a list as a rule that gives them again."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.parse import Page
from cgtwatch.parse.discover import offer
from cgtwatch.parse.listing import parse

NOW = datetime(2026, 7, 10, 8, tzinfo=UTC)
SOURCE = Source("new", Kind.PAGE, "https://www.example.org/tzgg/", Names("新", "new"), timezone="Asia/Shanghai")
TITLES = [
    f"关于公开征求《细胞治疗产品{word}技术指导原则》意见的通知"
    for word in ("药学", "非临床", "临床", "变更", "长期随访", "说明书")
]
MENU = "<ul class='nav'>" + "".join(f"<li><a href='/c{n}/'>栏目名称{n}号</a></li>" for n in range(12)) + "</ul>"


def page(body: str, url: str = SOURCE.url) -> Page:
    return Page(f"<html><head><title>通知公告</title></head><body>{body}</body></html>".encode(), url, "text/html", "utf-8", NOW)


def rows(form: str) -> str:
    return "".join(
        form.format(title=title, short=title[:12] + "…", n=n, day=f"2026-07-{n + 1:02}", packed=f"202607{n + 1:02}")
        for n, title in enumerate(TITLES)
    )


ROWS = {
    "list with span": ("<div class='box'><ul class='list'>{}</ul></div>", "<li><a href='./t{packed}_{n}.html'>{title}</a><span>{day}</span></li>"),
    "table": ("<table id='docs'><tr><th>标题</th></tr>{}</table>", "<tr><td>{n}</td><td><a href='/d/{n}.htm'>{title}</a></td><td>{day}</td></tr>"),
    "cut titles": ("<div class='news_list'>{}</div>", "<p><a href='/d/{n}.htm' title='{title}'>{short}</a> <i class='date'>{day}</i></p>"),
    "bare links": ("<div class='main'><div class='lst'>{}</div></div>", "<a href='/t{packed}_{n}.htm'>{title}</a>"),
    "second column": (
        "<table class='tb'>{}</table>", "<tr><td><a href='/x'>栏目通知</a></td><td><a href='/d/{n}.htm'>{title}</a></td><td>{day}</td></tr>",
    ),
    "cards": ("<section>{}</section>", "<article class='card'><h3><a href='/p/{n}'>{title}</a></h3><time>{day}</time><p>摘要文字</p></article>"),
}  # fmt: skip
SHAPES = {name: around.format(rows(row)) for name, (around, row) in ROWS.items()}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rows_of_a_list_are_found_and_given_again_by_the_proposed_rule(shape: str) -> None:
    whole = page(f"<header>{MENU}</header>{SHAPES[shape]}<div class='footer'>{MENU}</div>")
    best = offer(SOURCE, whole).lists[0]
    assert [one.title for one in best.drafts] == TITLES
    assert best.dated == len(TITLES)
    given = parse(replace(SOURCE, kind=Kind.LIST, list=best.rule), whole)
    assert [(one.title, one.published_on, one.url) for one in given.drafts] == [
        (one.title, one.published_on, one.url) for one in best.drafts
    ]
    assert best.drafts[0].published_on in (date(2026, 7, 1), date(2026, 7, 10))


def test_a_menu_is_no_list() -> None:
    assert offer(SOURCE, page(MENU + "<p>欢迎光临本网站。</p>")).lists == ()


def test_a_list_cut_into_blocks_is_one() -> None:
    blocks = "".join(
        f"<ul class='b'><li><a href='/d/{n}.htm'>{title}</a><span>2026-07-0{n + 1}</span></li>"
        f"<li><a href='/e/{n}.htm'>{title}（二）</a><span>2026-07-0{n + 1}</span></li></ul>"
        for n, title in enumerate(TITLES)
    )
    assert len(offer(SOURCE, page(f"<div class='m'>{blocks}</div>")).lists[0].drafts) == 12


def test_feeds_of_the_head_and_of_links_are_named_once() -> None:
    head = "<link rel='alternate' type='application/rss+xml' title='新闻' href='/rss.xml'>"
    found = offer(
        SOURCE, page(f"{head}<a href='/rss.xml'>RSS</a> <a href='/news.atom'>Atom</a> <a href='/feedback'>意见</a>")
    ).feeds
    assert [(one.url, one.title) for one in found] == [
        ("https://www.example.org/rss.xml", "新闻"),
        ("https://www.example.org/news.atom", "Atom"),
    ]


def test_older_pages_are_proposed_by_their_script_or_link() -> None:
    listed = SHAPES["list with span"]
    numbered = offer(SOURCE, page(listed + "<script>createPageHTML(25, 0, 'index', 'html');</script>")).lists[0]
    assert numbered.paging is not None
    assert numbered.paging.path == "index_{n}.html"
    linked = offer(SOURCE, page(listed + "<a href='index_2.html'>下一页</a>")).lists[0]
    assert linked.rule.next is not None
    after = parse(replace(SOURCE, kind=Kind.LIST, list=linked.rule), page(listed + "<a href='index_2.html'>下一页</a>"))
    assert after.next_url == "https://www.example.org/tzgg/index_2.html"


def test_the_language_of_the_rows_is_told() -> None:
    assert offer(SOURCE, page(SHAPES["table"])).language == "zh"


def test_what_is_no_page_is_refused() -> None:
    with pytest.raises(ParseError):
        offer(SOURCE, replace(page(""), body=b"%PDF-1.7"))
