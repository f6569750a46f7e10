"""A site that lives through ten visits: what is detected equals what was done, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from inside import Inside, inside
from place import Site

from cgtwatch.model.item import Item
from cgtwatch.store.records import ItemQuery

SOURCES = """\
defaults: {{every: 1h, gap: 0s, robots: ignore, timezone: Asia/Shanghai}}
sources:
  - id: site
    name: 试验站
    kind: list
    url: {url}/list.html
    language: zh
    jurisdiction: CN
    list: {{item: "ul.list li", title: a, link: "a@href", date: span, date_format: "%Y-%m-%d"}}
    detail: {{body: "div.text"}}
"""


@dataclass
class Regulator:
    """The site's own truth: rows in order, newest first, and what its server answers."""

    site: Site
    rows: list[tuple[str, str, date]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    day: date = date(2026, 2, 1)
    visits: int = 0

    def publish(self, name: str, title: str, text: str) -> None:
        self.day += timedelta(days=1)
        self.rows.insert(0, (name, title, self.day))
        self.texts[name] = text

    def edit(self, name: str, title: str, text: str) -> None:
        self.rows = [(n, title if n == name else t, d) for n, t, d in self.rows]
        self.texts[name] = text

    def remove(self, name: str) -> None:
        self.rows = [row for row in self.rows if row[0] != name]

    def show(self, query: str = "") -> None:
        """Put the present state on the server, with new noise each time."""
        self.visits += 1
        rows = "".join(f'<li><a href="/doc/{n}.html{query}">{t}</a><span>{d}</span></li>' for n, t, d in self.rows)
        noise = f"<div class=foot>浏览：{self.visits * 37}次 当前时间 {self.visits}:00:00</div>"
        etag = f'"{hash((rows, self.visits))}"'
        body = f"<html><head><title>通知</title></head><body><ul class='list'>{rows}</ul>{noise}</body></html>".encode()

        def answer(headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
            if headers.get("if-none-match") == etag:
                return 304, {"ETag": etag}, b""
            return 200, {"Content-Type": "text/html; charset=utf-8", "ETag": etag}, body

        self.site.pages["/list.html"] = answer
        for name, text in self.texts.items():
            self.site.page(
                f"/doc/{name}.html", f"<html><body><h1>x</h1><div class='text'><p>{text}</p></div>{noise}</body></html>"
            )


def stored(bench: Inside) -> dict[str, Item]:
    return {item.latest.url.rsplit("/", 1)[1].partition(".")[0]: item for item, _ in bench.app.store.items(ItemQuery(limit=None))}


def visit(bench: Inside) -> dict[str, object]:
    bench.pass_time(hours=1)
    row = bench.poll("site")["site"]
    return {name: row[name] for name in ("outcome", "new", "updated", "gone")}


@pytest.mark.promise("P2")
def test_what_is_detected_over_ten_visits_equals_what_was_done(tmp_path: Path, site: Site) -> None:
    regulator = Regulator(site)
    for n in range(8):
        regulator.publish(
            f"a{n}", f"第{n}号通知：关于干细胞临床研究备案的事项", f"第{n}号通知的正文，说明干细胞临床研究备案的要求与时限。"
        )
    regulator.show()
    with inside(tmp_path, SOURCES.format(url=site.url)) as bench:
        # 1: first look: all stored, nothing told
        assert visit(bench) == {"outcome": "ok", "new": 8, "updated": 0, "gone": 0}
        assert bench.app.store.last_seq() == 0
        assert "时限" in stored(bench)["a3"].latest.text
        # 2: nothing changed: 304
        assert visit(bench) == {"outcome": "unchanged", "new": 0, "updated": 0, "gone": 0}
        # 3: two new ones
        regulator.publish(
            "b1",
            "关于征求《CAR-T细胞治疗产品临床试验技术指导原则（征求意见稿）》意见的通知",
            "公开征求意见，截止日期为2026年4月30日。",
        )
        regulator.publish("b2", "关于医疗器械抽检结果的通告", "本次抽检三十批次。")
        regulator.show()
        assert visit(bench) == {"outcome": "ok", "new": 2, "updated": 0, "gone": 0}
        assert [one.event.title[:4] for one in bench.app.store.announcements(0)] == ["关于征求"]
        # 4: only noise: order shuffled, session ids in links, counters
        regulator.rows.reverse()
        regulator.show("?sessionid=4711")
        assert visit(bench) == {"outcome": "ok", "new": 0, "updated": 0, "gone": 0}
        regulator.rows.reverse()
        # 5: one edited, title and text
        regulator.edit(
            "b1",
            "关于征求《CAR-T细胞治疗产品临床试验技术指导原则（征求意见稿）》意见的通知（延期）",
            "公开征求意见，截止日期延长至2026年5月31日。",
        )
        regulator.show()
        assert visit(bench) == {"outcome": "ok", "new": 0, "updated": 1, "gone": 0}
        assert [revision.number for revision in bench.app.store.revisions(stored(bench)["b1"].id)] == [1, 2]
        # 6: a maintenance page with status 200: held, nothing compared
        site.page("/list.html", "<html><head><title>系统维护</title></head><body>系统维护中，请稍后访问</body></html>")
        assert visit(bench)["outcome"] == "held"
        # 7: 503 with Retry-After: obeyed
        site.page("/list.html", "busy", status=503, Retry_After="7200")
        assert visit(bench)["outcome"] == "failed"
        state = bench.app.store.state("site")
        assert state.next_poll is not None
        assert state.next_poll >= bench.now + timedelta(seconds=7200)
        # 8: well again, with one new one and one removed
        regulator.publish(
            "c1", "关于发布《基因治疗产品非临床研究技术指导原则》的公告（2026年第31号）", "现予发布，自发布之日起施行。"
        )
        regulator.remove("a4")
        regulator.show()
        assert visit(bench) == {"outcome": "ok", "new": 1, "updated": 0, "gone": 1}
        assert stored(bench)["a4"].gone
        # 9: the removed one returns: no news
        regulator.rows.insert(5, ("a4", "第4号通知：关于干细胞临床研究备案的事项", date(2026, 2, 6)))
        regulator.show()
        assert visit(bench) == {"outcome": "ok", "new": 0, "updated": 0, "gone": 0}
        assert not stored(bench)["a4"].gone
        # 10: the same bytes again from a server that ignores conditions
        regulator.show()
        site.pages["/list.html"] = regulator.site.pages["/list.html"]({})  # type: ignore[operator]
        assert visit(bench)["new"] == 0
        assert visit(bench)["outcome"] == "unchanged"
        told = [(one.kind.value, one.event.title[:12]) for one in bench.app.store.announcements(0)]
        assert told == [("new", "关于征求《CAR-T细胞"), ("revised", "关于征求《CAR-T细胞"), ("new", "关于发布《基因治疗产品非")]
        assert bench.app.store.check() == []


@pytest.mark.promise("P2")
def test_fifty_items_published_during_an_outage_are_all_found(tmp_path: Path, site: Site) -> None:
    titles = [f"第{n}号公告" for n in range(75)]

    def show(upto: int) -> None:
        shown = list(reversed(range(upto)))
        for page in range(8):
            part = shown[page * 10 : page * 10 + 10]
            rows = "".join(
                f'<li><a href="/doc/{n}.html">{titles[n]}</a><span>{date(2026, 1, 1) + timedelta(days=n)}</span></li>'
                for n in part
            )
            older = f'<a class=next href="/list-{page + 1}.html">下一页</a>'
            site.page(f"/list-{page}.html", f"<html><body><ul class=list>{rows}</ul>{older}</body></html>")

    sources = (
        SOURCES.format(url=site.url)
        .replace("/list.html", "/list-0.html")
        .replace('"%Y-%m-%d"}', '"%Y-%m-%d", next: "a.next@href", max_pages: 8}')
    )
    sources = sources.replace('    detail: {body: "div.text"}\n', "")
    show(15)
    with inside(tmp_path, sources) as bench:
        assert visit(bench)["new"] == 15
        show(65)
        bench.pass_time(days=50)
        assert visit(bench) == {"outcome": "ok", "new": 50, "updated": 0, "gone": 0}
        assert visit(bench)["new"] == 0


def test_many_alike_drafts_of_one_source_are_each_told(tmp_path: Path, site: Site) -> None:
    regulator = Regulator(site)
    regulator.publish("old", "关于举办培训班的通知", "培训班的安排。")
    regulator.show()
    with inside(tmp_path, SOURCES.format(url=site.url)) as bench:
        visit(bench)
        for n in range(1, 16):
            regulator.publish(
                f"d{n}",
                f"Draft guideline {n} on CAR-T cell therapy opened for consultation",
                f"Comments on draft guideline {n} until 30 June 2026.",
            )
        regulator.show()
        assert visit(bench)["new"] == 15
        assert len(bench.app.store.announcements(0)) == 15
