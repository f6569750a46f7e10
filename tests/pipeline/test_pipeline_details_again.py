"""Detail pages that are read again: edits that no row shows are found, and nothing else is told."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from cgtwatch.diff.decide import decide, unchanged
from cgtwatch.diff.fingerprint import fingerprint
from cgtwatch.diff.identity import keys
from cgtwatch.diff.matching import match_page
from cgtwatch.model.draft import Article, Draft, Parsed
from cgtwatch.model.fetch import ErrorClass, Fetched, NotModified, Validators
from cgtwatch.model.item import Change, Item, ItemKeys, KnownItem, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import DetailMode, DetailRule, Kind
from cgtwatch.pipeline.again import Again, Parts, read_again
from cgtwatch.pipeline.attachments import Doors, joined
from pipeline.details_kit import NOW, SITE, SOURCE, Site, doc, rule

BODY = [
    "关于公开征求意见的通知",
    *(f"第{n}条 细胞治疗产品的申请人应当遵守本条的规定并提交资料{n}。" for n in range(9)),
    "国家药监局",
]
STATE = SourceState("site", last_visit=NOW - timedelta(days=2), baseline_done=True)


def text(number, **changed):
    return "\n".join(changed.get(f"line{at}", f"{line}") for at, line in enumerate([f"公告{number}", *BODY]))


class Shelf(Site):
    """The site with what was stored of it."""

    def __init__(self):
        super().__init__()
        self.stored = {}
        for number in range(4):
            self.store(number, text(number))

    def store(self, number, words, *attachments, texts=()):
        body = self.page(f"{number}.html", *attachments, text=words)
        revision = Revision(
            f"i{number}", 1, f"公告{number}", f"{SITE}/{number}.html", joined(words, texts), "1:c", NOW - timedelta(days=3),
            published_on=date(2026, 7, 5), attachments=tuple(replace(a, sha256="ab", size=2) for a in attachments), archive_key=self.put(body),
        )  # fmt: skip
        self.stored[number] = Item(
            f"i{number}",
            "site",
            ItemKeys(),
            NOW - timedelta(days=3),
            NOW - timedelta(days=2),
            NOW - timedelta(days=3),
            False,
            revision,
        )

    def items(self, query):
        return [(item, None) for item in list(self.stored.values())[: query.limit]]

    def known(self, _source):
        return tuple(
            KnownItem(i.id, i.keys, "1:row", i.latest.title, i.latest.text, 1, at, i.last_seen, url=i.latest.url)
            for at, i in enumerate(self.stored.values())
        )

    def look(self, source=SOURCE, state=STATE, at=NOW):
        self.asked.clear()
        plan = unchanged(source, state, NotModified(SITE, 304, Validators(), at, timedelta()), at)
        return self.look_at(plan, source, state)

    def look_at(self, plan, source=SOURCE, state=STATE):
        shelf = SimpleNamespace(put=self.put, get=self.kept.__getitem__)
        return read_again(source, state, plan, Parts(Doors(self, self, shelf), self))

    def edit(self, number, *attachments, **changed):
        self.page(f"{number}.html", *attachments, text=text(number, **changed))


def edits(again):
    return [entry for entry in again.entries if entry.finding.change is Change.UPDATED]


def told(again):
    return [entry.finding.item_id for entry in edits(again) if not entry.finding.quiet]


def over_days(site, days=12, **more):
    """All that is found over so many days with four visits a day."""
    found = []
    for visit in range(4 * days):
        at = NOW + timedelta(hours=6 * visit)
        found.append(site.look(state=replace(STATE, last_visit=at - timedelta(hours=6)), at=at, **more))
    return found


def test_an_edit_that_no_row_shows_is_found_within_a_day():
    site = Shelf()
    site.edit(1, line4="第4条 征求意见的截止日期延长至2026年8月31日。")
    found = over_days(site, 1)
    (entry,) = edits(next(again for again in found if again.entries))
    assert (entry.finding.item_id, entry.finding.quiet, entry.finding.known.text) == ("i1", False, text(1))
    assert "2026年8月31日" in entry.finding.draft.text
    assert site.kept[entry.archive_key] == site.pages[f"{SITE}/1.html"]


def test_each_page_is_read_once_a_day_and_two_at_a_visit():
    site = Shelf()
    asked = []
    for again_at in range(24):
        at = NOW.replace(hour=0) + timedelta(hours=again_at + 1)
        site.look(state=replace(STATE, last_visit=at - timedelta(hours=1)), at=at)
        assert len(site.asked) <= 2
        asked += site.asked
    assert sorted(asked) == sorted(site.pages)


def test_each_page_has_its_turn_where_visits_are_rare():
    site = Shelf()
    asked = set()
    for day in range(8):
        at = NOW + timedelta(days=day)
        site.look(state=replace(STATE, last_visit=at - timedelta(days=1)), at=at)
        asked |= set(site.asked)
    assert asked == set(site.pages)


def test_a_page_is_read_at_the_next_visit_where_a_day_or_more_lies_between():
    site = Shelf()
    site.stored = {1: site.stored[1]}
    for hour in range(24):
        at = NOW.replace(hour=hour)
        site.look(state=replace(STATE, last_visit=at - timedelta(days=1 + hour % 3)), at=at)
        assert site.asked == [f"{SITE}/1.html"]


def test_pages_that_stay_as_they_are_are_no_news():
    assert all(again.entries == () for again in over_days(Shelf()))


@pytest.mark.parametrize("noise", ["浏览次数：{n}", "今天是2026年7月{n}日", "当前位置：首页>{n}", "打印 关闭"])
def test_counters_and_clocks_are_no_news(noise):
    site = Shelf()
    for number in range(4):
        site.store(number, text(number) + "\n" + noise.format(n=1))
        site.edit(number, line11=f"{BODY[-1]}\n{noise.format(n=2)}")
    assert [again for again in over_days(site, 2) if told(again)] == []


def test_what_differs_at_every_request_is_no_news():
    site = Shelf()
    plain_get, calls = site.get, []

    def get(source, url, max_bytes=None):
        calls.append(url)
        site.edit(int(url[len(SITE) + 1]), line4=f"推荐阅读第{len(calls)}篇")
        return plain_get(source, url, max_bytes)

    site.get = get
    assert all(again.entries == () for again in over_days(site, 2))


def test_a_new_layout_of_the_whole_site_is_remembered_and_not_told():
    site = Shelf()
    for number in range(4):
        site.edit(number, line3="新版网站导航", line5="专题专栏")
    found = over_days(site, 2)
    assert [again for again in found if told(again)] == []
    assert any(edits(again) for again in found)


def test_a_better_reader_is_no_edit():
    site = Shelf()
    plain_article = site.article
    site.page("1.html", text=text(1) + "\n")  # other bytes, same words
    site.article = lambda source, fetched: replace(
        plain_article(source, fetched), text="新读出的一行\n" + plain_article(source, fetched).text
    )
    assert all(again.entries == () for again in over_days(site, 2))


@pytest.mark.parametrize("wall", ["网站维护中，请稍后再试", "您的访问被拒绝", "全新的页面\n与原文毫无关系的内容"])
def test_a_wall_in_front_of_a_page_is_no_edit(wall):
    site = Shelf()
    site.page("1.html", text=wall)
    assert all(again.entries == () for again in over_days(site, 2))


@pytest.mark.parametrize("error", [ErrorClass.TIMEOUT, ErrorClass.HTTP_4XX, ErrorClass.BLOCKED])
def test_a_page_that_cannot_be_had_is_no_edit(error):
    site = Shelf()
    site.pages[f"{SITE}/1.html"] = error
    assert all(again.entries == () for again in over_days(site, 2))


def test_words_around_an_article_found_by_structure_are_not_told_and_by_rule_they_are():
    site = Shelf()
    site.edit(1, line11=f"{BODY[-1]}\n相关新闻：某地召开会议")
    assert not any(told(again) for again in over_days(site, 1))
    by_rule = rule(detail=DetailRule(DetailMode.RULE, body="div.article"))
    assert any(told(again) for again in over_days(site, 1, source=by_rule))


def test_an_attachment_that_was_added_is_read_and_told_and_the_others_are_not_read_again():
    site = Shelf()
    site.store(1, text(1), doc("1.pdf", "甲稿"), texts=(("甲稿", "eins"),))
    site.edit(1, doc("1.pdf", "甲稿"), doc("2.pdf", "乙稿"))
    site.pages[f"{SITE}/2.pdf"] = b"%PDF 2"
    site.articles[b"%PDF 2"] = Article("t", "t zwei")
    (entry,) = [entry for again in over_days(site, 1) for entry in edits(again)]
    assert entry.finding.draft.text.endswith("==== 甲稿 ====\neins\n\n==== 乙稿 ====\nt zwei")
    assert [a.sha256 != "" for a in entry.finding.draft.attachments] == [True, True]


def test_the_other_items_of_an_unchanged_page_stay_items_of_one_visit():
    site = Shelf()
    site.edit(1, line4="第4条 改为另一规定。")
    again = next(again for again in over_days(site, 1) if again.entries)
    assert sorted((e.finding.item_id, e.finding.change) for e in again.entries) == [
        ("i0", Change.SEEN),
        ("i1", Change.UPDATED),
        ("i2", Change.SEEN),
        ("i3", Change.SEEN),
    ]
    assert [e.finding.draft.position for e in again.entries if e.finding.change is Change.SEEN] == [0, 2, 3]


def test_an_edit_beside_a_changed_page_takes_the_place_of_what_was_seen():
    site = Shelf()
    site.edit(1, line4="第4条 改为另一规定。")
    rows = [_row(known) for known in site.known("site")]
    fetched = Fetched(SITE, SITE, 200, {}, b"x", Validators(), NOW, timedelta())
    known = tuple(
        replace(each, keys=keys(draft), fingerprint=fingerprint(draft))
        for each, draft in zip(site.known("site"), rows, strict=True)
    )
    found = []
    for hour in range(24):
        at = NOW + timedelta(hours=hour)
        page = Parsed(tuple(rows))
        plan = decide(SOURCE, STATE, fetched, page, match_page(SOURCE, page, known), at)
        found += site.look_at(plan, state=replace(STATE, last_visit=at - timedelta(hours=1))).entries
    assert [(e.finding.item_id, e.finding.change, e.finding.draft.position) for e in found] == [("i1", Change.UPDATED, 1)]


def _row(known):
    return Draft(known.title, known.url, guid=known.id)


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (rule(kind=Kind.FEED, detail=DetailRule()), STATE),
        (rule(kind=Kind.FOLDER), STATE),
        (SOURCE, replace(STATE, baseline_done=False)),
        (SOURCE, replace(STATE, last_visit=None)),
    ],
)
def test_nothing_is_asked_where_there_is_nothing_to_read_again(source, state):
    plan = Plan(Outcome.UNCHANGED, replace(state, last_visit=NOW))
    assert Shelf().look_at(plan, source, state) == Again()


def test_an_old_item_a_document_and_one_that_left_the_page_are_left_alone():
    site = Shelf()
    old, document, gone, scrolled = (site.stored[n] for n in range(4))
    site.stored = {
        0: replace(old, latest=replace(old.latest, published_on=date(2026, 5, 1))),
        1: replace(document, latest=replace(document.latest, url=f"{SITE}/a.pdf")),
        2: replace(gone, gone=True),
        3: replace(scrolled, latest=replace(scrolled.latest, archive_key=None)),
    }
    assert all(again.requests == 0 for again in over_days(site, 2))
