"""Sources of every kind from a site to the store: records, forms, cursors, maps, two-step lists, search terms, attachments, hints."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pytest
from inside import Inside, inside
from place import Answer, Site, serving

from cgtwatch.cli.explaining import explanation_lines
from cgtwatch.store.records import EventQuery, ItemQuery

HEAD = "sources:\n"
JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def entry(site: Site, text: str) -> str:
    """An entry of sources.yaml at the site, quick enough for a test."""
    body = text.strip("\n").replace("URL", site.url)
    return "".join(f"  {line}\n" for line in f"{body}\n  gap: 0s\n  every: {{exactly: 1h}}".splitlines())


def titles(bench: Inside, source: str) -> list[str]:
    return sorted(item.latest.title for item, _ in bench.app.store.items(ItemQuery(sources=(source,), limit=500)))


def asked(site: Site) -> Mapping[str, str]:
    """The query of the request that is being answered."""
    return {name: values[0] for name, values in parse_qs(urlsplit(site.requests[-1][1]).query).items()}


# --- a whole file of records


def guidance(status: str, *more: str) -> str:
    rows = [
        {"id": n, "title": f"Gene therapy guidance number {n}", "url": f"/g/{n}", "status": "Final", "date": "03/02/2026"}
        for n in range(300)
    ]
    rows[7]["status"] = status
    rows += [
        {"id": name, "title": f"Cell therapy guidance {name}", "url": f"/g/{name}", "status": "Draft", "date": "03/09/2026"}
        for name in more
    ]
    return json.dumps({"data": rows})


def test_a_draft_that_turns_final_in_a_whole_file_is_an_update_that_says_so(site: Site, tmp_path: Path) -> None:
    site.page("/all.json", guidance("Draft"), "application/json")
    rule = """
- id: us-all
  kind: api
  url: URL/all.json
  language: en
  issuer: fda
  jurisdiction: US
  api: {items: "data[]", key: id, title: title, link: url, date: date, date_format: "%m/%d/%Y", fields: {status: status}, whole: true}
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        assert bench.poll()["us-all"]["new"] == 300
        site.page("/all.json", guidance("Final", "new-one"), "application/json")
        bench.pass_time(hours=2)
        row = bench.poll()["us-all"]
        assert (row["new"], row["updated"], row["gone"], row["error"]) == (1, 1, 0, None)
        site.page("/all.json", guidance("Final"), "application/json")
        bench.pass_time(hours=2)
        assert bench.poll()["us-all"]["gone"] == 1
        changed = [
            item for item, _ in bench.app.store.items(ItemQuery(sources=("us-all",), limit=500)) if item.latest.number == 2
        ]
        assert [item.latest.url for item in changed] == [f"{site.url}/g/7"]
        assert "status: Final" in changed[0].latest.text


# --- further pages of an API


def test_fifty_records_published_meanwhile_are_found_by_cursor(site: Site, tmp_path: Path) -> None:
    stock = [f"关于细胞治疗产品的第{n}号通知" for n in range(10)]

    def answer(_headers: Mapping[str, str]) -> Answer:
        asked_for = json.loads(site.posts[-1][1])
        start = int(asked_for.get("cursor") or 0)
        rows = [{"id": title, "title": title, "when": "2026-03-02"} for title in stock[start : start + 12]]
        after = str(start + 12) if start + 12 < len(stock) else None
        return 200, JSON, json.dumps({"list": rows, "after": after}).encode()

    site.pages["/api"] = answer
    rule = """
- id: by-cursor
  kind: api
  url: URL/api
  language: zh
  api: {json: {column: 5144, cursor: null}, items: "list[]", key: id, title: title, link: "URL/d/{id}", date: when}
  paging: {by: cursor, param: cursor, next: after, max_pages: 10}
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        assert bench.poll()["by-cursor"]["new"] == 10
        stock[:0] = [f"关于基因治疗产品的第{n}号新通知" for n in range(50)]
        bench.pass_time(hours=2)
        row = bench.poll()["by-cursor"]
        assert (row["new"], row["error"]) == (50, None)
        assert row["requests"] == 5


def test_records_of_a_form_are_read_by_their_window(site: Site, tmp_path: Path) -> None:
    stock = [(f"医疗机构干细胞备案公告{n}", f"/art/2026/3/{n + 1}/art_9_{n}.html") for n in range(20)]

    def answer(_headers: Mapping[str, str]) -> Answer:
        window = asked(site)
        rows = stock[int(window["startrecord"]) - 1 : int(window["endrecord"])]
        records = "".join(
            f"<record><![CDATA[<li><a href='{link}' title='{title}'>{title}</a></li>]]></record>" for title, link in rows
        )
        body = f"<datastore><totalrecord>{len(stock)}</totalrecord><recordset>{records}</recordset></datastore>"
        return 200, {"Content-Type": "text/xml; charset=utf-8"}, body.encode()

    site.pages["/module/jpage/dataproxy.jsp"] = answer
    rule = """
- id: by-window
  platform: dahan-proxy
  url: URL/module/jpage/dataproxy.jsp
  api: {params: {endrecord: 8, perpage: 8}, form: {webid: 1, columnid: 9, unitid: 77}}
  paging: {size: 8}
  detail: none
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        row = bench.poll()["by-window"]
        assert (row["new"], row["requests"], row["error"]) == (20, 3, None)
        assert b"columnid=9" in site.posts[0][1]


# --- two steps, terms, maps


def test_a_list_behind_a_cookie_and_the_ids_of_its_page_is_read(site: Site, tmp_path: Path) -> None:
    def unit(headers: Mapping[str, str]) -> Answer:
        if "sid=7" not in headers.get("cookie", "") or asked(site).get("webId") != "8d":
            return 403, HTML, b"no"
        rows = "<ul><li><a href='/zwgk/art/2026/art_1.html' title='公开征求细胞治疗标准意见'>公开征求…</a><span class='fr'>2026-03-01</span></li></ul>"
        return 200, JSON, json.dumps({"success": True, "data": {"html": rows}}).encode()

    script = (
        """<script parseType="bulidstatic" url="/api-gateway/jpaas/unit" querydata="{'webId':'8d','pageId':'1b'}"></script>"""
    )
    site.page("/zwgk/index.html", f"<html><body>{script}</body></html>", Set_Cookie="sid=7; Path=/")
    site.pages["/api-gateway/jpaas/unit"] = unit
    rule = """
- id: two-steps
  platform: jpaas
  url: URL/zwgk/index.html
  detail: none
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        row = bench.poll()["two-steps"]
        assert (row["new"], row["requests"], row["error"]) == (1, 2, None)
        assert titles(bench, "two-steps") == ["公开征求细胞治疗标准意见"]


def test_every_search_term_is_asked_and_each_entry_kept_once(site: Site, tmp_path: Path) -> None:
    found = {"细胞治疗": ["甲", "乙"], "基因治疗": ["乙", "丙"]}

    def search(_headers: Mapping[str, str]) -> Answer:
        rows = [{"t": f"<em>关于</em>{name}类产品的通知公告", "u": f"/s/{name}"} for name in found[asked(site)["q"]]]
        return 200, JSON, json.dumps({"rows": rows}).encode()

    site.pages["/search"] = search
    rule = """
- id: by-terms
  kind: api
  url: "URL/search?q={term}"
  terms: [细胞治疗, 基因治疗]
  api: {items: "rows[]", title: t, link: u}
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        row = bench.poll()["by-terms"]
        assert (row["new"], row["requests"]) == (3, 2)
        bench.pass_time(hours=2)
        assert bench.poll()["by-terms"]["outcome"] == "unchanged"
        found["基因治疗"].insert(0, "丁")
        bench.pass_time(hours=2)
        assert bench.poll()["by-terms"]["new"] == 1
        assert "关于丁类产品的通知公告" in titles(bench, "by-terms")


def test_the_maps_of_an_index_lead_to_pages_whose_titles_are_read(site: Site, tmp_path: Path) -> None:
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.page(
        "/sitemap.xml",
        f"<sitemapindex {space}><sitemap><loc>{site.url}/m1.xml.gz</loc></sitemap></sitemapindex>",
        "application/xml",
    )
    urls = "".join(f"<url><loc>{site.url}/news/{n}-gene-therapy</loc><lastmod>2026-03-0{n}</lastmod></url>" for n in (1, 2))
    body = f"<urlset {space}>{urls}<url><loc>{site.url}/about</loc></url></urlset>"
    site.page("/m1.xml.gz", gzip.compress(body.encode()), "application/gzip")
    for n in (1, 2):
        text = "The agency opens a consultation on gene therapy. " * 12
        site.page(
            f"/news/{n}-gene-therapy",
            f"<html><title>Page</title><article><h1>Consultation number {n}</h1><p>{text}</p></article></html>",
        )
    rule = """
- id: by-map
  kind: sitemap
  url: URL/sitemap.xml
  sitemap: {match: /news/}
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        assert bench.poll()["by-map"]["new"] == 2
        assert titles(bench, "by-map") == ["Consultation number 1", "Consultation number 2"]


def test_a_map_that_grows_behind_an_index_that_never_changes_is_read(site: Site, tmp_path: Path) -> None:
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = f"<sitemapindex {space}><sitemap><loc>{site.url}/m.xml</loc></sitemap></sitemapindex>"
    site.page("/sitemap.xml", index, "application/xml", ETag='"never-another"')
    rule = """
- id: by-map
  kind: sitemap
  url: URL/sitemap.xml
  sitemap: {match: /news/}
  detail: none
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        for count in (1, 2):
            urls = "".join(f"<url><loc>{site.url}/news/{n}</loc></url>" for n in range(count))
            site.page("/m.xml", f"<urlset {space}>{urls}</urlset>", "application/xml")
            assert bench.poll()["by-map"]["new"] == 1
            bench.pass_time(hours=2)


# --- attachments


def word_file(text: str) -> bytes:
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def test_a_row_leads_to_its_page_and_the_text_of_its_attachments(site: Site, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("annex.txt", "Annex: vector copy number limits.")
    site.page("/list", "<ul class='l'><li><a href='/d/1'>关于发布细胞治疗指导原则的通告</a><span>2026-03-01</span></li></ul>")
    links = "<a href='/f/main.docx'>附件1 指导原则</a> <a href='/f/all.zip'>附件2 全部文件</a>"
    site.page("/d/1", f"<html><div class='body'><p>现予发布。</p>{links}</div></html>")
    site.page("/f/main.docx", word_file("适用于自体CAR-T细胞产品的质量控制。"), "application/octet-stream")
    site.page("/f/all.zip", packed.getvalue(), "application/zip")
    rule = """
- id: with-files
  kind: list
  url: URL/list
  language: zh
  list: {item: ul.l li, date: span}
  detail: {body: div.body}
"""
    with inside(tmp_path, HEAD + entry(site, rule)) as bench:
        row = bench.poll()["with-files"]
        assert (row["new"], row["requests"]) == (1, 4)
        ((item, _),) = bench.app.store.items(ItemQuery(sources=("with-files",)))
        text = item.latest.text
        assert text.index("现予发布") < text.index("自体CAR-T细胞产品") < text.index("vector copy number")
        files = item.latest.attachments
        assert [(one.name, len(one.sha256), one.size) for one in files] == [
            ("附件1 指导原则", 64, files[0].size),
            ("附件2 全部文件", 64, len(packed.getvalue())),
        ]
        told = "\n".join(explanation_lines(bench.app.store.explain(next(iter(bench.app.store.events(EventQuery()))).id)))
        assert f"attachment 附件2 全部文件: {len(packed.getvalue())} bytes, sha256 {files[1].sha256[:12]}" in told


# --- hints


def test_news_on_an_index_page_brings_the_lists_that_it_covers_forward(site: Site, tmp_path: Path) -> None:
    site.page("/", "<main><p>Welcome</p><a href='/a'>Alpha list of documents</a></main>")
    for name in ("a", "b"):
        site.page(f"/{name}", f"<ul><li><a href='/{name}/1'>Notice on gene therapy {name}</a> 2026-03-01</li></ul>")
    home = """
- id: home
  kind: page
  url: URL/
  page: {watch: links}
  hints: [list-*]
"""
    lists = "".join(
        entry(site, f"\n- id: list-{name}\n  kind: list\n  url: URL/{name}\n  list: {{item: li}}\n") for name in ("a", "b")
    )
    with inside(tmp_path, HEAD + entry(site, home) + lists) as bench:
        bench.poll()
        bench.pass_time(minutes=10)
        ids = ["home", "list-a", "list-b"]
        assert bench.app.store.due(bench.now, ids) == []
        site.page("/", "<main><p>Welcome</p><a href='/a'>Alpha list of documents</a> <a href='/a/2'>News of today</a></main>")
        assert bench.poll("home")["home"]["updated"] == 1
        assert sorted(bench.app.store.due(bench.now, ids)) == ["list-a", "list-b"]
