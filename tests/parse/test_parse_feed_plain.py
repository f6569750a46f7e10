"""The fast reader of feeds gives what feedparser gives, or leaves the feed to it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.errors import ParseError
from cgtwatch.parse import Page, feed, feed_plain
from cgtwatch.parse.feed_plain import read
from parse.parse_kit import item, page, rss, source
from shared import SHARED, needs_shared

FEED = source("feed")
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:own="urn:own" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def parsed(body: Page, by_feedparser: bool) -> object:
    """What becomes of the feed; what is wrong with it where nothing does."""
    with pytest.MonkeyPatch.context() as patch:
        if by_feedparser:
            patch.setattr(feed_plain, "read", lambda markup: None)
        try:
            return feed.parse(FEED, body)
        except ParseError as error:
            return str(error)


PIECES = (
    "细胞 治疗",
    "Cell &amp; gene",
    "<![CDATA[<p>One &amp; <b>two</b></p>]]>",
    "&lt;p&gt;x&lt;/p&gt;",
    "&amp;nbsp;",
    " ",
    "\n",
    "é",
    "Ã©",
    "\u0093q\u0094",
    "<!-- a note -->",
)
URLS = st.sampled_from(
    (
        "https://example.org/1?a=1&amp;b;=2",
        "/n/2",
        "http:////example.org/3",
        " https://example.org/中文 ",
        "tag:example.org,2026:4",
        "",
        "urn:5",
    )
)
DATES = st.sampled_from(("Wed, 08 Jul 2026 10:00:00 +0800", "2026-07-08T00:30:00Z", "2026年7月8日", "yesterday", ""))
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
KINDS = st.sampled_from(
    ("", ' type="html"', ' type="text"', ' type="xhtml"', ' type="application/octet-stream"', ' mode="escaped"')
)


NONE = st.just("")


def element(name: str, value: st.SearchStrategy[str], attributes: st.SearchStrategy[str] = NONE) -> st.SearchStrategy[str]:
    return st.tuples(attributes, value).map(lambda pair: f"<{name}{pair[0]}>{pair[1]}</{name}>")


HARMLESS = st.sampled_from(
    (
        "<category domain='x'>c</category>",
        "<comments>https://example.org/c</comments>",
        "<slash:comments>4</slash:comments>",
        "<source url='https://example.org/'>Elsewhere</source>",
        "<enclosure url='https://example.org/a.pdf' type='application/pdf' length='1'/>",
        "<media:thumbnail url='https://example.org/t.png'/>",
        "<own:number>4</own:number>",
        "<own:title>Own</own:title>",
        "<dc:identifier>doi</dc:identifier>",
    )
)
ODD = st.sampled_from(
    (
        "<media:title>Other</media:title>",
        "<media:group><media:title>Inner</media:title></media:group>",
        "<itunes:summary>Spoken</itunes:summary>",
        "<own:box><title>Boxed</title></own:box>",
        "<dc:title>Second</dc:title>",
        "<a:link href='https://example.org/atom' rel='alternate'/>",
        "<summary>Short</summary>",
        "<unknown>1</unknown>",
        "<link>http://[x</link>",
        "<description type='html'>typed</description>",
        "<body>Whole</body>",
    )
)
RSS_PARTS = st.one_of(
    element("title", TEXTS),
    element("link", URLS),
    element("description", TEXTS),
    element("guid", URLS, st.sampled_from(("", ' isPermaLink="false"', ' isPermaLink="true"', ' ispermalink="false"'))),
    element("pubDate", DATES),
    element("dc:date", DATES),
    element("author", st.sampled_from(("a@example.org (Ann Ö)", "Ann"))),
    element("dc:creator", TEXTS),
    element("content:encoded", TEXTS),
    element("feedburner:origLink", URLS),
    HARMLESS,
    ODD,
)
RSS_FEED_PARTS = st.one_of(
    element("title", TEXTS),
    element("language", st.sampled_from(("zh-cn", "en"))),
    element("dc:language", st.just("ja")),
    element("link", URLS),
    element("description", TEXTS),
    st.sampled_from(
        (
            "<image><url>https://example.org/i.png</url><title>Picture</title><link>https://example.org/</link></image>",
            "<a:link href='https://example.org/feed' rel='self'/>",
            "<dc:title>Named twice</dc:title>",
            "<ttl>60</ttl>",
            "<own:x/>",
            "<skipDays><day>Sunday</day></skipDays>",
        )
    ),
)
ROOTS = st.sampled_from(("", ' xml:lang="de-DE"', ' xml:base="https://example.org/base/"', ' xml:base="base/"'))
ATOM_PARTS = st.one_of(
    element("title", TEXTS, KINDS),
    element("id", URLS),
    element("published", DATES),
    element("updated", DATES),
    element("summary", TEXTS, KINDS),
    element("content", TEXTS, KINDS),
    element(
        "author",
        st.sampled_from(
            ("<name>Ann Ö</name>", "<name>Ann</name><email>a@example.org</email>", "<email>a@example.org</email>", "Ann")
        ),
    ),
    st.tuples(
        URLS.map(lambda url: f"href='{url}'"),
        st.sampled_from(("", "rel='alternate'", "rel='Enclosure' title='Guide'", "rel='self'")),
        st.sampled_from(("", "type='text/html'", "type='application/json'")),
    ).map(lambda given: f"<link {' '.join(given)}/>"),
    st.sampled_from(
        (
            "<category term='x'/>",
            "<rights>All</rights>",
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p></div></content>",
            "<source><title>Elsewhere</title></source>",
            "<own:number>4</own:number>",
            "<dc:date>2026-01-01</dc:date>",
            "<dc:creator>Ben</dc:creator>",
        )
    ),
)


def name_of(part: str) -> str:
    return part[1:].partition(">")[0].partition(" ")[0]


def entries(tag: str, parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Entries whose parts stand there once, mostly, as in feeds of people."""
    usual, any_parts = st.lists(parts, max_size=6, unique_by=name_of), st.lists(parts, max_size=6)
    entry = st.one_of(usual, usual, usual, any_parts).map(lambda each: f"<{tag}>{''.join(each)}</{tag}>")
    return st.lists(entry, max_size=3).map("".join)


ABOUT = "<item rdf:about='urn:x'>"
FEEDS = st.one_of(
    st.tuples(ROOTS, st.lists(RSS_FEED_PARTS, max_size=4).map("".join), entries("item", RSS_PARTS)).map(
        lambda made: f'<rss version="2.0" {NAMESPACES}{made[0]}><channel>{made[1]}{made[2]}</channel></rss>'
    ),
    st.tuples(ROOTS, entries("entry", ATOM_PARTS)).map(
        lambda made: f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}{made[0]}><title>T</title>{made[1]}</feed>'
    ),
    entries("item", RSS_PARTS).map(
        lambda made: (
            f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {NAMESPACES}>'
            f'<channel rdf:about="c"><title>T</title></channel>{made.replace("<item>", ABOUT)}</rdf:RDF>'
        )
    ),
)


@settings(max_examples=250, deadline=None)
@given(FEEDS)
def test_both_readers_see_the_same_in_any_feed(markup: str) -> None:
    body = page(markup)
    assert parsed(body, by_feedparser=False) == parsed(body, by_feedparser=True)


def test_an_ordinary_feed_needs_no_feedparser() -> None:
    assert read(rss(item(1), item(2, guid="g")).encode()) is not None


@pytest.mark.parametrize(
    "unusual",
    [
        "<item><title>One <b>two</b></title></item>",
        "<item><title>One</title><title>Two</title></item>",
        "<item><media:title xmlns:media='http://search.yahoo.com/mrss/'>One</media:title></item>",
        "<item><title>One</title>",
    ],
)
def test_an_unusual_feed_is_left_to_feedparser(unusual: str) -> None:
    assert read(f"<rss version='2.0'><channel><title>t</title>{unusual}</channel></rss>".encode()) is None


@needs_shared
@pytest.mark.recorded
def test_both_readers_see_the_same_in_every_recorded_feed() -> None:
    assert SHARED is not None
    files = [path for path in sorted((SHARED / "recorded" / "files").glob("*/**/*")) if path.is_file()]
    plain = 0
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for path in files:
        if path.parts[-2].startswith("feeds-") or path.suffix in (".xml", ".rss", ".atom"):
            body = Page(path.read_bytes(), "https://example.org/dir/", "application/xml", None, now)
            fast, slow = parsed(body, by_feedparser=False), parsed(body, by_feedparser=True)
            assert fast == slow, path.name
            plain += 1
    assert plain > 150
