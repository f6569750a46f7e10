"""Real recordings against their known answers; the floors stand in floors.json and only go up."""

import gzip
import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import DetailMode, DetailRule, ListRule
from cgtwatch.parse.document import document, read_article
from cgtwatch.parse.drafts import plain
from cgtwatch.parse.feed import parse as parse_feed
from cgtwatch.parse.listing import parse as parse_list
from cgtwatch.parse.page import parse as parse_page
from cgtwatch.text.canonical import canonical
from cgtwatch.text.charset import decode
from cgtwatch.text.html import to_text
from parse.parse_kit import NOW, page, source
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
RECORDED = (SHARED or Path()) / "recorded"
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
# The names under which the answers know a charset, and ours: the widest of its family.
FAMILY = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "euc_jp": "euc-jp",
    "euc_kr": "euc-kr",
    "gb2312": "gb18030",
    "iso-8859-1": "windows-1252",
    "iso-8859-7": "iso8859-7",
}


@cache
def rows():
    return [json.loads(line) for line in (RECORDED / "index.jsonl").read_text().splitlines()]


def group(*names):
    return [row for row in rows() if row["group"] in names] if SHARED else []


def body_of(row):
    raw = (RECORDED / row["file"]).read_bytes()
    return gzip.decompress(raw) if row["file"].endswith(".gz") else raw


def gold_of(row):
    return json.loads((RECORDED / row["gold_file"]).read_text())


def declared(row):
    found = re.search(r"charset=([\w-]+)", str(((row.get("http") or {}).get("headers") or {}).get("content-type", "")))
    return found[1] if found else None


def feed(row):
    return parse_feed(source("feed", timezone="UTC"), page(body_of(row), charset=declared(row)))


def short(row):
    return Path(row["file"]).name


@pytest.mark.parametrize("row", group("feeds-feedrs"), ids=short)
def test_every_feed_of_feed_rs_has_its_entries_titles_and_times(row):
    if not row["gold_file"]:  # one that must not break the parser: it is cut inside its first entry
        with pytest.raises(ParseError, match="cut off"):
            feed(row)
        return
    parsed = feed(row)
    wanted = gold_of(row)["entries"]
    assert len(parsed.drafts) == len(wanted)
    for draft, want in zip(parsed.drafts, wanted, strict=True):
        if want["title"] and want["title"]["content"]:
            assert draft.title == " ".join(plain(want["title"]["content"]).split())
        if want["published"] or want["updated"]:
            at = datetime.fromisoformat(want["published"] or want["updated"]).replace(microsecond=0)
            assert draft.published_on == at.date()
            # A bare day is a day for us, and midnight for that parser.
            assert draft.published == at or (draft.published is None and (at.hour, at.minute, at.second) == (0, 0, 0))


@pytest.mark.parametrize("row", group("feeds-chinese-charsets"), ids=short)
def test_every_feed_in_an_eastern_charset_is_read_in_it_and_whole(row):
    encoding = row["gold"]["encoding"].lower()
    decoded = decode(body_of(row), None, "xml", None)
    assert decoded.encoding == FAMILY.get(encoding, encoding)
    assert "\ufffd" not in decoded.text
    if row["gold"]["items_counted"]:
        assert len(feed(row).drafts) == row["gold"]["items_counted"]
    else:
        with pytest.raises(ParseError, match="an HTML page"):
            feed(row)


def listed(name, url, **rule):
    row = next(row for row in rows() if row["file"].endswith(name))
    return parse_list(source("list", url=url, list=ListRule(**rule)), page(body_of(row), url=url)), row


NOTICES = "https://www.nmpa.gov.cn/yaopin/ypggtg/"


def test_the_nmpa_list_has_its_twenty_items_with_address_and_date():
    parsed, row = listed(
        "nmpa_list_page_20251014T112101_200.html", f"{NOTICES}index.html",
        item="div.list > ul > li", title="a@title | a", date="span", next='a:contains("下一页")@href',
    )  # fmt: skip
    assert [(d.title, d.url, str(d.published_on)) for d in parsed.drafts] == [
        (w["title"], w["url"], w["date"]) for w in gold_of(row)["items"]
    ]
    assert parsed.next_url == f"{NOTICES}index_1.html"


@pytest.mark.parametrize(
    ("name", "url", "rule", "count", "encoding"),
    [
        ("prspiders_b.html", "https://fj.tzxm.gov.cn/eap/x", {"item": "tr.project", "title": "td", "date": "td:nth-child(4)"}, 10, "utf-8"),
        ("prspiders_c.html", "https://kyqgs.mnr.gov.cn/x", {"item": 'tr:has(a[href*="projects_views"])', "date": "td:last-child"}, 10, "utf-8"),
        ("hrfund_announcement.html", "http://hr.example/", {"item": "div.infor-con li", "title": "h2 a", "link": "h2 a@href", "date": "i"}, 10, "utf-8"),
        ("netease_rolling_news.html", "https://n.example/", {"item": "ul.list_txt li", "title": "a:last-child", "date": "span"}, 40, "utf-8"),
        ("rtfund_xxpl.html", "http://www.rtfund.com/", {"item": "#expertList1 li", "date": "span"}, 15, "utf-8"),
        ("gne_forum.html.gz", "https://n.example/", {"item": "tbody[id^=normalthread]", "title": "a.xst", "date": "em span@title | em span"}, 40, "utf-8"),
    ],
)  # fmt: skip
def test_a_recorded_list_has_its_rows_with_titles_and_dates(name, url, rule, count, encoding):
    parsed, _ = listed(name, url, **rule)
    assert (len(parsed.drafts), parsed.encoding) == (count, encoding)
    assert all(draft.published_on and len(draft.title) > 2 for draft in parsed.drafts)


@pytest.mark.parametrize("name", ["feeds-codehollow", "feeds-fastfeedparser", "feeds-robustness"])
def test_other_feeds_have_their_entries_up_to_the_floor(name):
    right = 0
    for row in group(name):
        gold = row["gold"] or {}
        wanted = gold.get("entries", gold.get("items_counted"))
        right += wanted is None or len(feed(row).drafts) == wanted
    assert right >= FLOORS[name]["right"]


def test_every_recorded_page_is_read_in_its_charset():
    known = [row for row in rows() if (row.get("charset") or {}).get("actual")]
    wrong = []
    for row in known:
        actual = row["charset"]["actual"].partition(" with")[0]
        kind = "xml" if row["kind"] in ("rss", "atom", "feed", "xml", "rdf") else "html"
        got = decode(body_of(row), declared(row), kind, None).encoding
        # Wide charsets are recorded as ascii or utf-16 without their byte order.
        if got != FAMILY.get(actual, actual) and not got.startswith(("utf-16", "utf-32")):
            wrong.append((short(row), actual, got))
    assert len(known) - len(wrong) >= FLOORS["charsets"]["right"], wrong


AUTO = source("list", timezone="UTC", detail=DetailRule(DetailMode.AUTO))


def test_articles_have_their_dates_up_to_the_floor():
    right = 0
    for row in group("article-dates"):
        gold = gold_of(row)
        right += str(read_article(AUTO, page(body_of(row), url=gold["url"])).published_on) == gold["date"]
    assert right >= FLOORS["article-dates"]["right"]


@pytest.mark.parametrize("name", ["article-bodies", "article-readability", "zh-articles"])
def test_articles_have_their_main_text_up_to_the_floor(name):
    known = [(row, wanted) for row in group(name) if (wanted := main_text_of(row))]
    scores = [
        overlap(read_article(AUTO, page(body_of(row), url=row["gold"].get("url", "https://e.org/"))).text, wanted)
        for row, wanted in known
    ]
    assert sum(scores) / len(scores) >= FLOORS[name]["mean_f1"]


def main_text_of(row):
    """The known main text; some answers are HTML, and some pages have none."""
    if not row["gold_file"].endswith(".json"):
        return (RECORDED / row["gold_file"]).read_text()
    gold = gold_of(row)
    return gold.get("main_text") or to_text(gold.get("expected_html", ""))


def test_laws_have_their_titles_and_dates():
    right = 0
    for row in group("cn-law-text"):
        article = document(body_of(row), Path(row["file"]).name, now=NOW)
        right += (article.title, str(article.published_on)) == (row["gold"]["title"], row["gold"]["date"])
    assert right >= FLOORS["cn-law-text"]["right"]


def test_pairs_of_pages_differ_where_the_change_matters_and_only_there():
    pairs = {}
    for row in group("change-pairs"):
        draft = parse_page(source("page"), page(body_of(row))).drafts[0]
        pairs.setdefault(row["unit"], []).append(canonical(draft.text))
        pairs[row["unit"], "matters"] = row["gold"].get("meaningful", True)
    for name in [key for key in pairs if isinstance(key, str)]:
        assert (pairs[name][0] != pairs[name][1]) == pairs[name, "matters"], name


SEEDS = {
    "000": ("National health commission: attach", "2019-09-12", "en"),
    "001": ("Policy review: China's national ministries", "2023-01-07", "en"),
    "002": ("浙江卫健委：细胞治疗", "2021-11-25", "zh"),
    "003": ("Focus on 2024 National Two Sessions:", "2024-03-12", "en"),
    "004": ("The State Drug Administration has led the investigation", "2024-04-26", "en"),
}


@pytest.mark.parametrize("number", SEEDS)
def test_a_seed_document_has_its_title_date_language_and_all_its_words(number):
    path = next(((SHARED or Path()) / "seeds").glob(f"{number}_*"))
    article = document(path.read_bytes(), path.name, now=NOW)
    title, on, language = SEEDS[number]
    assert article.title.startswith(title)
    assert (str(article.published_on), article.language) == (on, language)
    raw = re.sub(
        r"(?s)<style.*?</style>|<[^>]*>", " ", path.read_text().rpartition("\n---\n")[2] if number == "002" else path.read_text()
    )
    words = Counter(re.findall(r"\w+", raw)) - Counter(re.findall(r"\w+", article.title + " " + article.text))
    assert not {word: count for word, count in words.items() if word not in ("nbsp", "quot", "amp")}


def overlap(one, other):
    """F1 of shared runs of four words; a Han, kana or Hangul character is a word."""
    grams = [Counter(zip(*(words[n:] for n in range(4)), strict=False)) for words in map(words_of, (one, other))]
    shared = sum((grams[0] & grams[1]).values())
    return 2 * shared / max(1, sum(grams[0].values()) + sum(grams[1].values()))


def words_of(text):
    return re.findall(r"[\u3040-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u9fff\uac00-\ud7a3]+", text.lower())
