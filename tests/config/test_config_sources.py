"""sources.yaml: what right files become, and what each wrong one gets."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from cgtwatch.config.sources import Vocabulary, load_sources
from cgtwatch.errors import ConfigError
from cgtwatch.model.source import DetailMode, DetailRule, FirstLook, FolderRule, Kind, ListRule, Names, PageRule, Paging, Watch
from cgtwatch.model.taxonomy import Level
from cgtwatch.parse.select import check
from sources_file import KNOWN, load, mistakes, one, with_key

LISTED = "list: {item: li}"


def test_every_key_of_a_list_source_reaches_its_field(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    source = one(
        """
        sources:
          - id: cn-cde-drafts
            name: {zh: 征求意见, en: Drafts}
            kind: list
            url: https://www.example.org/a/
            via: http
            enabled: false
            issuer: cde
            jurisdiction: CN
            level: national
            language: zh
            confidence: high
            timezone: Asia/Shanghai
            every: {exactly: 6h}
            timeout: 45s
            gap: 2.5s
            connections: 2
            max_bytes: 20MB
            robots: ignore
            first_look: announce
            must_match: ul.news
            encoding: gb18030
            headers: {Referer: "https://www.example.org/"}
            user_agent: watcher/1.0
            verify: ca.pem
            alternates: [https://www.example.org/b/]
            list:
              {item: ul.news li, title: "a@title | a", date: 'a@href ~ /t(\\d{8})_', date_format: "%Y%m%d", drop: .top}
            paging: {by: path, path: "index_{n}.html", start: 2, max_pages: 3}
            detail: {body: div.article, attachments: "a[href$='.pdf']@href"}
        """,
        tmp_path,
    )
    assert (source.id, source.kind, source.name) == ("cn-cde-drafts", Kind.LIST, Names("征求意见", "Drafts"))
    assert (source.enabled, source.issuer, source.jurisdiction, source.level) == (False, "cde", "CN", Level.NATIONAL)
    assert (source.every, source.exactly, source.timeout) == (timedelta(hours=6), True, timedelta(seconds=45))
    assert (source.gap, source.connections, source.max_bytes) == (timedelta(seconds=2.5), 2, 20_000_000)
    assert (source.robots, source.first_look, source.must_match) == ("ignore", FirstLook.ANNOUNCE, "ul.news")
    assert (source.encoding, source.headers) == ("gb18030", (("Referer", "https://www.example.org/"),))
    assert (source.user_agent, source.verify) == ("watcher/1.0", str(tmp_path / "ca.pem"))
    assert source.alternates == ("https://www.example.org/b/",)
    assert source.list == ListRule(
        "ul.news li", title="a@title | a", date=r"a@href ~ /t(\d{8})_", date_format="%Y%m%d", drop=".top"
    )
    assert source.paging == Paging("path", "index_{n}.html", start=2, max_pages=3)
    assert source.detail == DetailRule(DetailMode.RULE, body="div.article", attachments="a[href$='.pdf']@href")


def test_a_source_needs_only_id_kind_and_url(tmp_path):
    source = one("sources:\n- {id: a, kind: feed, url: 'https://a.example.org/feed'}\n", tmp_path)
    assert (source.name, source.every, source.exactly, source.via) == (Names("a", "a"), timedelta(hours=6), False, "http")


def test_defaults_lie_beneath_every_source_and_part_rules_only_beneath_their_kind(tmp_path):
    found = load(
        """
        defaults: {every: 1d, detail: auto, list: {item: li}, headers: {A: b}, name: Both}
        sources:
          - {id: a, kind: feed, url: "https://a.example.org/"}
          - {id: b, kind: list, url: "https://b.example.org/", every: 1h30m, detail: none}
        """,
        tmp_path,
    ).sources
    assert [source.every for source in found] == [timedelta(days=1), timedelta(minutes=90)]
    assert [source.list for source in found] == [None, ListRule("li")]
    assert [source.detail.mode for source in found] == [DetailMode.AUTO, DetailMode.NONE]


def test_page_and_folder_sources_are_read(tmp_path):
    (tmp_path / "inbox").mkdir()
    page, folder = load(
        """
        sources:
          - {id: p, kind: page, url: "https://a.example.org/", page: {part: main, ignore: [.counter, .date], watch: both}}
          - {id: f, kind: folder, folder: {path: inbox, match: "*.txt"}}
        """,
        tmp_path,
    ).sources
    assert page.page == PageRule("main", (".counter", ".date"), Watch.BOTH)
    assert (folder.folder, folder.url, folder.via) == (FolderRule(str(tmp_path / "inbox"), "*.txt"), "", "folder")


def test_anchors_and_merge_keys_work_as_yaml_says(tmp_path):
    text = """
        sources:
          - &first {id: a, kind: feed, url: "https://a.example.org/", every: 1h}
          - {<<: *first, id: b, url: "https://b.example.org/"}
        """
    assert [(s.id, s.every) for s in load(text, tmp_path).sources] == [("a", timedelta(hours=1)), ("b", timedelta(hours=1))]


def test_norway_is_a_place_and_no_is_its_language(tmp_path):
    source = one("sources:\n- {id: a, kind: feed, url: 'https://a.example.org/', jurisdiction: NO, language: no}\n", tmp_path)
    assert (source.jurisdiction, source.language) == ("NO", "no")


WRONG = {
    "unknown key": ("evry: 1h", "evry: unknown key (did you mean 'every'?)"),
    "unknown list key": ("list: {item: li, titel: a}", "list.titel: unknown key (did you mean 'title'?)"),
    "unknown paging": ("paging: {by: paths}", "paging.by: 'paths' is not known (did you mean 'path'?)"),
    "paging without its part": ("paging: {by: query}", "paging.param: is missing"),
    "paging with another's part": ("paging: {by: query, param: p, path: 'a{n}'}", "paging.path: does not go with by: query"),
    "page number nowhere": ("paging: {by: path, path: index.html}", "paging.path: 'index.html' must hold {n} once"),
    "pages": ("paging: {by: query, param: p, max_pages: 0}", "paging.max_pages: '0' is no whole number from 1"),
    "via": ("via: folder", "via: 'folder' is not known; known: browser, http"),
    "unknown via": ("via: htpp", "via: 'htpp' is not known (did you mean 'http'?)"),
    "selector": ("list: {item: 'li['}", "list.item: 'li[' is no CSS selector"),
    "regex": ("list: {item: li, date: 'a ~ (\\d+'}", "list.date: 'a ~ (\\\\d+': the pattern does not compile"),
    "catastrophic": ("list: {item: li, date: 'a ~ (a+)+$'}", "the pattern can take for ever"),
    "number for text": ("must_match: 12", "must_match: is the number 12, a text is expected; put quotes"),
    "list for text": ("must_match: [a]", "must_match: is a list, a text is expected"),
    "text for mapping": ("list: li", "list: is a text; write a mapping with item"),
    "no item": ("list: {title: a}", "list.item: is missing; add it"),
    "text for truth": ('enabled: "true"', "enabled: is a text; write true or false"),
    "nothing": ("issuer:", "issuer: has no value; write one, or take the key away"),
    "every 0": ("every: 0s", "every: '0s' is out of bounds; write 1s to 366d"),
    "every bare": ("every: 3600", "every: '3600' is no duration; write a number with a unit"),
    "every negative": ("every: -1h", "every: '-1h' is no duration"),
    "every nan": ("every: .nan", "every: '.nan' is no duration"),
    "every 1e9": ("every: 1e9", "every: '1e9' is no duration"),
    "every huge": ("every: 999999999w", "every: '999999999w' is out of bounds"),
    "every cron": ("every: '* * * * * *'", "every: '* * * * * *' is no duration"),
    "exactly": ("every: {exactly: never}", "every.exactly: 'never' is no duration"),
    "exact": ("every: {exact: 6h}", "every.exact: unknown key (did you mean 'exactly'?)"),
    "size": ("max_bytes: big", "max_bytes: 'big' is no size"),
    "zone": ("timezone: Asia/Shanghia", "timezone: 'Asia/Shanghia' is no time zone (did you mean 'Asia/Shanghai'?)"),
    "Mars": ("timezone: Mars", "timezone: 'Mars' is no time zone"),
    "zone path": ("timezone: ../../etc/passwd", "timezone: '../../etc/passwd' is no time zone"),
    "issuer": ("issuer: cdee", "issuer: 'cdee' is no issuer (did you mean 'cde'?)"),
    "jurisdiction": ("jurisdiction: UK", "jurisdiction: 'UK' is no jurisdiction (did you mean 'GB'?)"),
    "province": ("jurisdiction: CN-XX", "jurisdiction: 'CN-XX' is no jurisdiction"),
    "level": ("level: nationwide", "level: 'nationwide' is not known"),
    "language": ("language: chinese!", "language: 'chinese!' is no language"),
    "confidence": ("confidence: hi", "confidence: 'hi' is not known"),
    "first look": ("first_look: loud", "first_look: 'loud' is not known"),
    "robots": ("robots: obay", "robots: 'obay' is not known (did you mean 'obey'?)"),
    "encoding": ("encoding: gbk2312", "encoding: 'gbk2312' is no charset"),
    "no text codec": ("encoding: hex", "encoding: 'hex' is no charset"),
    "header break": ('headers: {A: "b\\r\\nC: d"}', "headers.A: is no header value"),
    "own header": ("headers: {Host: b}", "headers.Host: is no header that can be set here"),
    "verify": ("verify: no.pem", "is no file; write true, false or the path"),
    "alternates": ("alternates: [https://a.example.org/, 'ftp://b']", "alternates[2]: 'ftp://b' has the scheme 'ftp'"),
    "detail": ("detail: atuo", "detail: 'atuo' is not known (did you mean 'auto'?)"),
    "empty detail": ("detail: {}", "detail: is an empty mapping"),
    "date format": ("list: {item: li, date_format: YYYY-MM-DD}", "list.date_format: 'YYYY-MM-DD' holds no %"),
    "bad directive": ("list: {item: li, date_format: '%Y-%Q'}", "list.date_format: '%Y-%Q': 'Q' is a bad directive"),
    "other kind's part": ("page: {part: main}", "page: belongs to kind: page, and this source is a list"),
    "names": ("name: {de: x}", "name.de: unknown key"),
    "date format key twice": ("list: {item: li, item: ol}", "key 'item' stands here and at line 5; keep one of them"),
    "tag": ("must_match: !!python/object/apply:os.system [id]", "tag !!python/object/apply:os.system is not allowed here"),
}


@pytest.mark.fault("C2", "C8", "C10", "S15")
@pytest.mark.parametrize(("line", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_told_with_line_source_field_and_mend(line, message, tmp_path):
    rest = "" if line.startswith("list:") else f"\n    {LISTED}"
    told = [mistake for mistake in mistakes(with_key(line + rest), tmp_path) if message in mistake]
    assert len(told) == 1
    assert told[0].startswith("5: sources[1] a: ")


URLS = {
    "file:///etc/passwd": "has the scheme 'file'",
    "gopher://a.example.org/": "has the scheme 'gopher'",
    "javascript:alert(1)": "has the scheme 'javascript'",
    "www.example.org/a": "has no scheme; write https:// in front",
    "https://": "names no valid host",
    "https:///a": "names no valid host",
    "https://a..b/": "names no valid host",
    "https://a.example.org\\@b.example.org/": "holds a backslash",
    "https://a.example.org:99999/": "is no valid address",
    "https://[::1/": "is no valid address",
    "https://a.example.org/a b": "holds a space",
    "https://a.example.org/?q={trem}": "{trem}, which nothing fills in (did you mean {term}?); known: {term}, {now}, {since}",
    "https://a.example.org/?s={since:days}": "{since:days}: its format holds no %; write {since:%Y-%m-%d}",
    "https://a.example.org/?s={now:%Q}": "{now:%Q}: %Q is no part of a date",
    "https://a.example.org/?p={n}": "{n}, which stands in paging.path only",
    "https://{now}.example.org/": "has a placeholder in its host",
}


@pytest.mark.fault("C5")
@pytest.mark.parametrize(("url", "message"), URLS.items())
def test_an_address_that_cannot_be_fetched_is_refused(url, message, tmp_path):
    text = f"sources:\n- id: a\n  kind: feed\n  url: '{url}'\n"
    [mistake] = mistakes(text, tmp_path)
    assert mistake.startswith("4: sources[1] a: url: ")
    assert message in mistake


@pytest.mark.fault("C5")
def test_a_password_in_an_address_is_refused_and_not_shown(tmp_path):
    [mistake] = mistakes("sources:\n- {id: a, kind: feed, url: 'https://me:hunter2@a.example.org/'}\n", tmp_path)
    assert "holds a user or password" in mistake
    assert "hunter2" not in mistake


@pytest.mark.fault("C5")
@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3:8080", "[::1]", "169.254.169.254", "localhost", "2130706433", "0x7f.1"])
def test_a_private_address_is_a_warning_unless_it_is_allowed(host, tmp_path):
    text = f"sources:\n- {{id: a, kind: feed, url: 'http://{host}/'}}\n"
    [warning] = load(text, tmp_path).warnings
    assert "sources[1] a: url: points into a private network; set CGTWATCH_ALLOW_PRIVATE" in warning
    networks = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "::1", "169.254.0.0/16")))
    allowed = Vocabulary(KNOWN.kinds, KNOWN.vias, KNOWN.issuers, KNOWN.check_selector, networks)
    assert load(text, tmp_path, allowed).warnings == ()


BAD_IDS = ["../../x", "x" * 65, "🧬", "CDE", "a_b", "-a", "a--b", "a b", "'12'"]


@pytest.mark.fault("C9")
@pytest.mark.parametrize("name", [*BAD_IDS[:-1], "Ünïcode"])
def test_an_id_that_is_no_slug_is_refused(name, tmp_path):
    told = mistakes(f"sources:\n- {{id: '{name}', kind: feed, url: 'https://a.example.org/'}}\n", tmp_path)
    assert any("is no id of small letters" in line for line in told)


def test_two_equal_ids_are_told_with_both_lines(tmp_path):
    text = (
        "sources:\n- {id: a, kind: feed, url: 'https://a.example.org/'}\n- {id: a, kind: feed, url: 'https://b.example.org/'}\n"
    )
    assert mistakes(text, tmp_path) == ["3: sources[2] a: id: 'a' stands here and at line 2; give each source an id of its own"]


@pytest.mark.fault("C9")
def test_ids_that_differ_in_case_only_are_told(tmp_path):
    text = (
        "sources:\n- {id: a, kind: feed, url: 'https://a.example.org/'}\n- {id: A, kind: feed, url: 'https://b.example.org/'}\n"
    )
    assert any("differs only in case from 'a' at line 2" in line for line in mistakes(text, tmp_path))


@pytest.mark.fault("C12")
def test_two_sources_with_one_address_are_a_warning(tmp_path):
    text = (
        "sources:\n- {id: a, kind: feed, url: 'https://A.example.org'}\n- {id: b, kind: page, url: 'https://a.example.org/#x'}\n"
    )
    [warning] = load(text, tmp_path).warnings
    assert ":3: sources[2] b: url: is watched by 'a' too, at line 2" in warning


@pytest.mark.fault("C12")
def test_sources_of_one_address_know_of_each_other(tmp_path):
    rows = ("a, kind: feed", "b, kind: page", "c, kind: page, enabled: false", "d, kind: page, via: browser")
    text = "sources:\n" + "".join(f"- {{id: {row}, url: 'https://a.example.org/'}}\n" for row in rows)
    found = load(text + "- {id: e, kind: page, url: 'https://a.example.org/e'}\n", tmp_path)
    assert {one.id: found.beside(one) for one in found.sources} == {"a": ("b",), "b": ("a",), "c": (), "d": (), "e": ()}


@pytest.mark.fault("C11")
def test_a_secret_in_a_file_that_others_can_read_is_a_warning(tmp_path):
    text = "sources:\n- {id: a, kind: feed, url: 'https://a.example.org/', headers: {X-Api-Key: hunter2}}\n"
    [warning] = load(text, tmp_path).warnings
    assert "headers: holds a secret, and others can read this file; write env:NAME" in warning
    assert "chmod 600" in warning
    assert "hunter2" not in warning
    (tmp_path / "sources.yaml").chmod(0o600)
    assert load_sources(tmp_path / "sources.yaml", KNOWN).warnings == ()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("fede", "kind: 'fede' is not known (did you mean 'feed'?); known: api, feed, folder, list, page, sitemap"),
        ("rss", "kind: 'rss' is not known (did you mean 'feed'?)"),
        ("json_api", "kind: 'json_api' is not known (did you mean 'api'?)"),
        ("html_list", "kind: 'html_list' is not known (did you mean 'list'?)"),
    ],
)
def test_a_kind_that_cannot_be_read_is_told(kind, message, tmp_path):
    [mistake] = mistakes(f"sources:\n- {{id: a, kind: {kind}, url: 'https://a.example.org/'}}\n", tmp_path)
    assert message in mistake


def test_each_kind_says_what_it_misses(tmp_path):
    told = mistakes(
        "sources:\n- {}\n- {id: b, kind: list}\n- {id: c, kind: folder, url: 'https://a.example.org/'}\n- just text\n", tmp_path
    )
    assert [line.split(";")[0] for line in told] == [
        "2: sources[1] (no id): id: is missing",
        "2: sources[1] (no id): kind: is missing",
        "3: sources[2] b: list.item: is missing",
        "3: sources[2] b: url: is missing",
        "4: sources[3] c: folder.path: is missing",
        "4: sources[3] c: url: does not go with kind: folder",
        "5: sources[4] (a text): is a text",
    ]


@pytest.mark.fault("C6")
@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ("li[", "list.item: 'li[' is no CSS selector: "),
        ("b | li[", "list.item: 'b | li[': 'li[' is no CSS selector: "),
    ],
)
def test_a_bad_selector_is_shown_once_and_its_part_where_it_has_several(selector, told, tmp_path):
    text = f"sources:\n- {{id: a, name: A, kind: list, url: 'https://a.example.org/', list: {{item: '{selector}'}}}}\n"
    with pytest.raises(ConfigError) as caught:
        load(text, tmp_path, replace(KNOWN, check_selector=check))
    assert (told in str(caught.value), str(caught.value).count("'li['")) == (True, 1)
