"""One page watched as text and links."""

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import PageRule, Watch
from cgtwatch.parse.page import parse
from parse.parse_kit import page, source

PAGE = """<html><head><title>Guidance | Agency</title></head><body><header><h1>Agency</h1></header><nav><a href="/">Home</a></nav>
<main><article><header><h2>Cell therapy guidance</h2></header><p>The fee is {fee}.</p><p>浏览次数：{views}次</p><p class="ad-slot">{ad}</p>
<a href="/g.pdf?utm_source=x">Guidance</a></article></main><script>var t={views}</script><footer>Page generated at 10:0{ad}</footer></body></html>"""


def read(*, fee=10, views=1, ad=1, body=PAGE, **rule):
    return parse(source("page", page=PageRule(**rule) if rule else None), page(body.format(fee=fee, views=views, ad=ad))).drafts[
        0
    ]


def test_the_page_is_its_text_without_the_frame_of_the_site():
    assert read().text == "Cell therapy guidance\nThe fee is 10.\n1\nGuidance"


def test_counters_make_no_difference_and_content_does():
    assert read(views=1).text == read(views=999).text
    assert read(fee=10).text != read(fee=11).text


def test_what_is_ignored_makes_no_difference():
    assert read(ad=1, ignore=("p.ad-slot",)).text == read(ad=2, ignore=("p.ad-slot",)).text


def test_only_the_part_counts_where_one_is_named():
    assert read(part="article p").text == "The fee is 10.\n1"


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(ParseError, match=r"page\.part 'div\.gone' finds nothing"):
        read(part="div.gone")


def test_links_are_watched_without_their_tracking():
    draft = read(watch=Watch.LINKS)
    assert draft.links == ("https://www.example.gov.cn/g.pdf",)
    assert draft.text == "Guidance <https://www.example.gov.cn/g.pdf>"


def test_text_alone_has_no_links():
    assert read().links == ()


def test_the_page_is_known_again_by_the_sources_address():
    assert read().guid == source("page").url


def test_a_page_without_text_is_refused():
    with pytest.raises(ParseError, match="drawn by script"):
        read(body="<html><body><script>go()</script></body></html>")


def test_a_page_that_is_all_frame_is_kept():
    assert read(body="<html><body><div class='menu'>Fee: 10</div></body></html>").text == "Fee: 10"
