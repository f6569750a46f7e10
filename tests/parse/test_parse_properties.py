"""On any bytes a parser gives a value or a ParseError, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.errors import ParseError
from cgtwatch.model.source import ApiRule, DetailMode, DetailRule, FolderRule, ListRule, PageRule, Paging, SitemapRule
from cgtwatch.parse import PARSERS
from cgtwatch.parse.document import document
from cgtwatch.registry import load
from parse.parse_kit import NOW, item, page, rss, source

SOURCES = {
    "feed": source("feed"),
    "list": source(
        "list", list=ListRule("li, tr", date="span | td", text="self", next="a@href"), detail=DetailRule(DetailMode.AUTO)
    ),
    "api": source(
        "api",
        api=ApiRule(
            format="jsonp",
            items="data[] || @",
            ok="@",
            key="id",
            link="https://e.org/{id}",
            date="date",
            text="body",
            attachments="files",
            fields=(("n", "n"),),
            html=(("title", "a"),),
        ),
        paging=Paging("cursor", next="next", total="total"),
    ),
    "sitemap": source("sitemap", sitemap=SitemapRule(match="e", index="x")),
    "page": source("page", page=PageRule(ignore=("b",))),
    "folder": source("folder", url="", folder=FolderRule("/srv/inbox")),
}
PIECES = st.sampled_from(
    [b"<rss>", b"<channel>", b"<item>", b"</item>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"</entry>", b"</feed>", b"<title>",
     b"</title>", b"<![CDATA[", b"]]>", b"&", b"&lt;", b"&#0;", b"<!--", b"-->", b"<li><a href='x'>", b"<ul>", b"<html>", b"<body>", b"<base href=':'>",
     b"<pubDate>", b"<link href='//['/>", b"{", b"[", b'"', b"\x00", b"\xff", b"\xef\xbb\xbf", b"---\n", b"title: x\n", b"<!DOCTYPE x [", b"%PDF-1.4\n",
     b"1 0 obj", b"trailer<</Root 1 0 R>>", b"startxref\n0\n%%EOF", "日期：2026".encode(), b"xml:lang='", b"<script type='text/xml'>", b"x:y=",
     b"<urlset>", b"<sitemapindex>", b"<url><loc>", b"http://e.org/x", b"</loc></url>", b"</urlset>", b"\x1f\x8b\x08", b'{"data":[', b'{"title":"x","id":',
     b"NaN", b"1e999", b"]}", b"}", b"cb(", b");", b"var x = ", b"\\u00", b"[" * 60, b"9" * 30]
)  # fmt: skip
BODIES = st.binary(max_size=200) | st.lists(PIECES, max_size=25).map(b"".join)
WHOLE = rss(item(1), item(2), item(3)).encode()


@pytest.mark.parametrize("kind", PARSERS)
@settings(max_examples=60, deadline=None)
@given(body=BODIES, charset=st.sampled_from([None, "utf-8", "gbk", "utf-16"]))
def test_a_parser_raises_nothing_but_parse_error(kind, body, charset):
    with suppress(ParseError):
        load(PARSERS, kind, what="kind")(SOURCES[kind], page(body, charset=charset))


@settings(max_examples=60, deadline=None)
@given(body=BODIES, name=st.sampled_from(["a.html", "a.pdf", "a.md", "a.txt", ""]))
def test_a_document_raises_nothing_but_parse_error(body, name):
    with suppress(ParseError):
        document(body, name, now=NOW)


@settings(max_examples=100, deadline=None)
@given(keep=st.integers(0, len(WHOLE)))
def test_a_feed_cut_anywhere_is_never_taken_as_complete(keep):
    try:
        parsed = load(PARSERS, "feed", what="kind")(SOURCES["feed"], page(WHOLE[:keep]))
    except ParseError:
        return
    assert parsed.truncated or len(parsed.drafts) == 3
    assert [draft.title for draft in parsed.drafts] == [f"公告 {n + 1}" for n in range(len(parsed.drafts))]
