"""sources.yaml: how an address is asked, and what each mistake in it gets."""

from dataclasses import replace

import pytest

from cgtwatch.model.source import ApiRule, Bridge, Kind, ListRule, Preload, RequestRule, SitemapRule, Taken
from sources_file import KNOWN, load, mistakes, one

API = "api: {items: results, key: id}"


def source_of(more: str, kind: str = "api", url: str = "https://a.example.org/v1/papers") -> str:
    """A file of one source in which `more` begins at line 5."""
    return f"sources:\n  - id: a\n    kind: {kind}\n    url: '{url}'\n    {more}\n"


def test_every_key_of_an_api_source_reaches_its_field(tmp_path):
    source = one(
        source_of("""api:
      method: post
      params: {sort: -date, "fields[]": [title, link], page: 1, empty: ""}
      json: {q: "{term}", from: "{since:%Y-%m-%d}", size: 20, deep: [true, null, 1.5, 007, "8"], token: env:API_TOKEN}
      format: jsonp
      items: data.records
      ok: code == `200`
      key: id
      title: name
      link: "https://a.example.org/paper/{id}?v={meta.version}"
      date: published
      date_format: "%d/%m/%Y"
      text: abstract
      attachments: files[].url
      fields: {status: state, office: unit.name}
      html: {title: a, status: "b@title"}
      whole: true
    terms: [细胞治疗, gene therapy]
    headers: {X-Api-Key: env:DATA_KEY}
    cookies: {lang: zh, session: env:SESSION}
    proxy: env:PROXY"""),
        tmp_path,
    )
    assert source.request.method == "POST"
    assert source.request.params == (("sort", "-date"), ("fields[]", "title"), ("fields[]", "link"), ("page", "1"), ("empty", ""))
    assert source.request.json == (
        '{"q":"{term}","from":"{since:%Y-%m-%d}","size":20,"deep":[true,null,1.5,"007","8"],"token":"env:API_TOKEN"}'
    )
    assert source.api == ApiRule(
        "jsonp",
        "data.records",
        "code == `200`",
        "id",
        "name",
        "https://a.example.org/paper/{id}?v={meta.version}",
        "published",
        "%d/%m/%Y",
        "abstract",
        "files[].url",
        (("status", "state"), ("office", "unit.name")),
        (("title", "a"), ("status", "b@title")),
        whole=True,
    )
    assert source.terms == ("细胞治疗", "gene therapy")
    assert source.headers == (("X-Api-Key", "env:DATA_KEY"),)
    assert (source.cookies, source.cookie) == (False, (("lang", "zh"), ("session", "env:SESSION")))
    assert (source.proxy, source.max_bytes) == ("env:PROXY", 20_000_000)


def test_a_form_or_a_json_body_is_posted_and_parameters_alone_are_not(tmp_path):
    assert one(source_of("api: {form: {a: 1}, key: id}"), tmp_path).request == RequestRule("POST", form=(("a", "1"),))
    assert one(source_of("api: {json: [], key: id}"), tmp_path).request == RequestRule("POST", json="[]")
    assert one(source_of("api: {params: {a: 1}, key: id}"), tmp_path).request == RequestRule("GET", (("a", "1"),))
    assert one(source_of(API), tmp_path).request is None


def test_a_list_may_stand_inside_json_and_a_feed_may_have_parameters(tmp_path):
    listed = one(source_of("api: {form: {p: 1}, items: data.html}\n    list: {item: li}", "list"), tmp_path)
    assert (listed.request, listed.api) == (RequestRule("POST", form=(("p", "1"),)), ApiRule(items="data.html"))
    asked = one(source_of("api: {params: {q: '{term}'}}\n    terms: a b", "feed"), tmp_path)
    assert (asked.request, asked.api, asked.terms) == (RequestRule("GET", (("q", "{term}"),)), None, ("a b",))
    assert one(source_of("api: {form: {p: 1}}\n    list: {item: li}", "list"), tmp_path).api is None


def test_a_page_asked_first_gives_cookies_and_values(tmp_path):
    more = """preload:
      url: https://a.example.org/index?d={now:%Y%m%d}
      cookies: keep
      set: {SID: {regex: 'SID:\\s*(\\d+)'}, q: {css: "script[querydata]", attr: querydata}, t: {css: title}}
    cookies: keep
    """
    source = one(source_of(more + API, url="https://a.example.org/{SID}/list?{q}"), tmp_path)
    taken = (Taken("SID", r"SID:\s*(\d+)"), Taken("q", css="script[querydata]", attr="querydata"), Taken("t", css="title"))
    assert source.preload == Preload("https://a.example.org/index?d={now:%Y%m%d}", cookies=True, set=taken)
    assert source.cookies is True


def test_bridges_sitemaps_hints_and_the_browser_are_read(tmp_path):
    found = load(
        """
        sources:
          - {id: b, kind: feed, url: "https://b.example.org/", bridge: {rsshub: "/gov/nmpa/xxgk/ggtg?limit=50"}}
          - {id: c, kind: list, url: "https://c.example.org/", list: {item: li}, bridge: {render: "http://127.0.0.1:3000/?url={url}"}}
          - {id: d, kind: sitemap, url: "https://d.example.org/sitemap.xml", sitemap: {match: /news/, index: "news-\\\\d+"}}
          - {id: e-1, kind: feed, url: "https://e.example.org/", hints: [b, e-*], via: browser}
          - {id: e-2, kind: sitemap, url: "https://f.example.org/sitemap.xml"}
        """.replace("\\\\", "\\").replace('"news-\\d+"', "'news-\\d+'"),
        tmp_path,
    )
    b, c, d, e, f = found.sources
    assert (b.bridge, c.bridge) == (
        Bridge(rsshub="/gov/nmpa/xxgk/ggtg?limit=50"),
        Bridge(render="http://127.0.0.1:3000/?url={url}"),
    )
    assert (d.sitemap, f.sitemap, f.kind) == (SitemapRule("/news/", r"news-\d+"), None, Kind.SITEMAP)
    assert (e.hints, e.via) == (("b", "e-*"), "browser")
    assert found.warnings == ()


def test_rows_inside_a_script_may_have_their_date_in_pieces_and_ids_for_links(tmp_path):
    pattern = r"u='(?P<link>\w+)',t='(?P<title>[^']+)',(?P<year>\d+),(?P<month>\d+),(?P<day>\d+)"
    rule = f'list: {{script: "{pattern}", link: "https://a.example.org/{{link}}.html", next: a.next@href}}'
    source = one(source_of(rule.replace("\\", "\\\\"), "list"), tmp_path)
    assert source.list == ListRule(script=pattern, link="https://a.example.org/{link}.html", next="a.next@href")


WRONG = {
    "unknown": ("api: {key: id, itmes: a}", "api.itmes: unknown key (did you mean 'items'?)"),
    "no identity": ("api: {items: a}", "api.link: is missing; kind: api needs it, or key where"),
    "method": ("api: {key: id, method: PUT}", "api.method: 'PUT' is not known; write GET or POST"),
    "two bodies": ("api: {key: id, form: {a: 1}, json: {a: 1}}", "api.json: does not go with form"),
    "body of a GET": ("api: {key: id, method: GET, form: {a: 1}}", "api.method: GET sends no body; write POST"),
    "body as text": ("api: {key: id, json: '{}'}", "api.json: is a text; write the body as a mapping or list"),
    "params as text": ("api: {key: id, params: 'a=1'}", "api.params: is a text; write a mapping such as {page: 1}"),
    "params in params": ("api: {key: id, params: {a: {b: 1}}}", "api.params.a: is a mapping; write one value"),
    "params without value": ("api: {key: id, params: {a: }}", 'api.params.a: has no value; write "" for an empty one'),
    "format": ("api: {key: id, format: yaml}", "api.format: 'yaml' is not known; write json, jsonp or xml"),
    "template": ('api: {link: "https://a.example.org/paper/id"}', "is no address with an expression in braces; write https://"),
    "html of nothing": ("api: {key: id, html: {titel: a}}", "api.html.titel: is no part of a record (did you mean 'title'?)"),
    "html selector": ("api: {key: id, html: {title: 'a['}}", "api.html.title: 'a[' is no CSS selector"),
    "fields": ("api: {key: id, fields: [a]}", "api.fields: is a list; write a mapping such as {status: field_status}"),
    "whole": ("api: {key: id, whole: all}", "api.whole: is a text; write true or false"),
    "env in small letters": (
        "api: {key: id, params: {k: env:key}}",
        "api.params.k: env: stands for a whole value; write env:NAME",
    ),
    "env in the middle": (
        f'{API}\n    headers: {{Authorization: "Bearer env:KEY"}}',
        "headers.Authorization: env: stands for a whole",
    ),
    "env of ours": (
        "api: {key: id, form: {k: env:CGTWATCH_SMTP_URL}}",
        "api.form.k: names beginning with CGTWATCH_ are settings",
    ),
    "env in json": ("api: {key: id, json: {a: [x env:KEY]}}", "api.json.a: env: stands for a whole value"),
    "placeholder": (
        "api: {key: id, params: {q: '{trem}'}}",
        "api.params.q: holds {trem}, which nothing fills in (did you mean {term}?)",
    ),
    "format of a name": (
        "api: {key: id, params: {q: '{term:%Y}'}}",
        "api.params.q: holds {term:%Y}, but only {since} and {now} take",
    ),
    "placeholder in json": (
        "api: {key: id, json: {q: '{nwo}'}}",
        "api.json: holds {nwo}, which nothing fills in (did you mean {now}?)",
    ),
    "placeholder in header": (f"{API}\n    headers: {{Referer: '{{x}}'}}", "headers.Referer: holds {x}, which nothing fills in"),
    "no terms": ("api: {key: id, params: {q: '{term}'}}", "terms: is missing; {term} stands for each of them"),
    "idle terms": (f"terms: [a]\n    {API}", "terms: is used nowhere; write {term}"),
    "terms twice": (f"terms: [a, b, a]\n    {API}", "terms: 'a' stands twice"),
    "cookies": (f"cookies: kepe\n    {API}", "cookies: 'kepe' is not known (did you mean 'keep'?); write keep"),
    "cookie": (f'cookies: {{a: "b;c"}}\n    {API}', "cookies.a: is no cookie; write a name and a value"),
    "socks": (f"proxy: socks5://p.example.org:1080\n    {API}", "proxy: is a SOCKS proxy, which is not spoken"),
    "proxy with password": (
        f"proxy: http://me:hunter2@p.example.org\n    {API}",
        "proxy: holds a user or password; write env:NAME",
    ),
    "proxy without scheme": (f"proxy: p.example.org:3128\n    {API}", "proxy: 'p.example.org:3128' "),
    "preload for nothing": (f"preload: {{url: https://a.example.org/}}\n    {API}", "preload: is asked for nothing"),
    "preload without address": (f"preload: {{cookies: keep}}\n    {API}", "preload.url: is missing; add it"),
    "preload name": (
        f"preload: {{url: https://a.example.org/, set: {{term: {{css: a}}}}}}\n    {API}",
        "preload.set.term: is no name for a value",
    ),
    "taken in two ways": (
        f"preload: {{url: https://a.example.org/, set: {{a: {{css: a, regex: b}}}}}}\n    {API}",
        "preload.set.a: needs either regex or css",
    ),
    "taken twice": (
        f"preload: {{url: https://a.example.org/, set: {{a: {{regex: '(a)(b)'}}}}}}\n    {API}",
        "preload.set.a.regex: '(a)(b)' has 2 groups; write one",
    ),
    "taken for ever": (
        f"preload: {{url: https://a.example.org/, set: {{a: {{regex: '(?:a+)+$'}}}}}}\n    {API}",
        "preload.set.a.regex: '(?:a+)+$': the pattern can take for ever",
    ),
    "selector with attribute": (
        f"preload: {{url: https://a.example.org/, set: {{a: {{css: a@href}}}}}}\n    {API}",
        "preload.set.a.css: 'a@href' is more than a selector",
    ),
    "own name in preload": (
        f"preload: {{url: 'https://a.example.org/{{a}}', set: {{a: {{css: a}}}}}}\n    {API}",
        "preload.url: holds {a}, which nothing fills in",
    ),
    "two bridges": (
        f"bridge: {{rsshub: /a, render: 'https://b.example.org'}}\n    {API}",
        "bridge: needs one of rsshub and render",
    ),
    "no bridge": (f"bridge: {{}}\n    {API}", "bridge: needs one of rsshub and render"),
    "bridge of a feed": (f"bridge: {{rsshub: /a}}\n    {API}", "bridge.rsshub: answers with a feed; write kind: feed, not api"),
    "route": (f"bridge: {{rsshub: gov/nmpa}}\n    {API}", "bridge.rsshub: 'gov/nmpa' is no route; write it as RSSHub's pages do"),
    "render": (f"bridge: {{render: 'b.example.org'}}\n    {API}", "bridge.render: 'b.example.org' has no scheme"),
    "render without the address": (
        f"bridge: {{render: 'http://b.example.org/?url='}}\n    {API}",
        "bridge.render: 'http://b.example.org/?url=' does not say where the page's address goes",
    ),
    "render with password": (
        f"bridge: {{render: 'http://me:hunter2@b.example.org/?url={{url}}'}}\n    {API}",
        "bridge.render: 'http://…@b.example.org/?url={url}' holds a user or password",
    ),
    "render with another name": (
        f"bridge: {{render: 'http://b.example.org/?u={{uri}}'}}\n    {API}",
        "bridge.render: 'http://b.example.org/?u={uri}' holds {uri}, and only {url} is filled in here",
    ),
    "hint": (f"hints: [b]\n    {API}", "hints: 'b' is no source of this file"),
    "hint of itself": (f"hints: [a*]\n    {API}", "hints: 'a*' is no source of this file"),
    "no hint": (f"hints: ['*']\n    {API}", "hints[1]: '*' is no id"),
    "sitemap": (f"sitemap: {{match: x}}\n    {API}", "sitemap: belongs to kind: sitemap, and this source is an api"),
}


@pytest.mark.fault("C8", "S15")
@pytest.mark.parametrize(("more", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_way_to_ask_is_told_once_with_its_line(more, told, tmp_path):
    found = [line for line in mistakes(source_of(more), tmp_path) if told in line]
    assert len(found) == 1
    assert found[0].startswith(("5: sources[1] a: ", "6: sources[1] a: ", "2: sources[1] a: terms: is missing"))
    assert "hunter2" not in found[0]


IN_OTHER_KINDS = {
    "records of a list": (
        "list",
        "list: {item: li}\n    api: {title: a}",
        "api.title: belongs to kind: api; here list says where",
    ),
    "records of a feed": ("feed", "api: {items: a}", "api.items: does not go with kind: feed"),
    "api of a page": ("page", "api: {params: {a: 1}}", "api: belongs to kind: api or list or feed, and this source is a page"),
    "api without api": ("api", "every: 1h", "api: is missing; kind: api needs it"),
    "bridge beside a form": ("feed", "api: {form: {a: 1}}\n    bridge: {rsshub: /a}", "api: does not go with bridge"),
    "bridge in a browser": (
        "page",
        "via: browser\n    bridge: {render: 'https://b.example.org'}",
        "via: does not go with bridge",
    ),
    "script and item": ("list", "list: {item: li, script: '(?P<title>a)'}", "list.item: does not go with list.script"),
    "script and bare link": (
        "list",
        "list: {link: a@href, script: '(?P<title>a)'}",
        "list.link: 'a@href' must hold {link} once beside",
    ),
    "script without groups": ("list", "list: {script: '(a)'}", "list.script: '(a)' finds no title or link; write (?P<title>…)"),
    "script with a strange group": ("list", "list: {script: '(?P<titel>a)'}", "unknown group 'titel' (did you mean 'title'?)"),
    "script for ever": (
        "list",
        "list: {script: '(?P<title>(a+)+)'}",
        "list.script: '(?P<title>(a+)+)': the pattern can take for ever",
    ),
    "detail script": ("feed", "detail: {script: '(?P<text>a)'}", "detail.script: '(?P<text>a)': unknown group 'text'"),
    "sitemap pattern": ("sitemap", "sitemap: {match: '('}", "sitemap.match: '(': the pattern does not compile"),
}


@pytest.mark.parametrize(("kind", "more", "told"), IN_OTHER_KINDS.values(), ids=IN_OTHER_KINDS)
def test_what_does_not_go_with_a_kind_is_told(kind, more, told, tmp_path):
    assert [line for line in mistakes(source_of(more, kind), tmp_path) if told in line]


def test_jmespath_is_checked_where_somebody_can(tmp_path):
    known = replace(KNOWN, check_jmespath=lambda text: "no such function" if "(" in text else None)
    told = mistakes(source_of("api: {key: id, items: 'f(', link: 'https://a.example.org/{g(}'}"), tmp_path, known)
    assert [line.split(": ", 3)[3] for line in told] == [
        "'f(': no such function; write JMESPath, as in data.records",
        "'https://a.example.org/{g(}': no such function; write JMESPath, as in data.records",
    ]


def test_search_terms_of_the_defaults_reach_only_those_who_ask_for_them(tmp_path):
    text = """
        defaults: {terms: [细胞治疗]}
        sources:
          - {id: a, kind: feed, url: "https://a.example.org/?q={term}"}
          - {id: b, kind: feed, url: "https://b.example.org/"}
        """
    assert [source.terms for source in load(text, tmp_path).sources] == [("细胞治疗",), ()]


def test_parts_of_other_kinds_in_the_defaults_are_checked_once_and_given_to_their_kind(tmp_path):
    text = """
        defaults: {api: {key: id}, paging: {by: query, param: p}}
        sources:
          - {id: a, kind: api, url: "https://a.example.org/"}
          - {id: b, kind: page, url: "https://b.example.org/"}
        """
    a, b = load(text, tmp_path).sources
    assert (a.api, a.paging.param, b.api, b.paging) == (ApiRule(key="id"), "p", None, None)
    told = mistakes(text.replace("key: id", "kee: id"), tmp_path)
    assert [line for line in told if "api.kee: unknown key" in line] == [told[0]]
