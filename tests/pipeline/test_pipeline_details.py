"""Detail pages and attachments: one source from the row to its documents, and what happens when a part of it fails."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.model.draft import Article, Attachment
from cgtwatch.model.fetch import ErrorClass, Validators
from cgtwatch.model.source import ApiRule, DetailRule, Kind
from cgtwatch.parse.stamps import generated
from cgtwatch.pipeline.attachments import MAX_TEXT, joined, taken_apart
from cgtwatch.pipeline.details import PATIENCE, SHORT_PATIENCE, asks_for_pages, complete, join
from pipeline.details_kit import NOW, SITE, SOURCE, TEXT, Site, doc, new, plan, revision, row, rule, updated


def done(site, *findings, source=SOURCE, baseline=False, past=None, at=NOW):
    return complete(source, plan(*findings, baseline=baseline, at=at), site, site, site, lambda _: past)


def draft_of(completed):
    draft = completed.entries[0].finding.draft
    assert draft is not None
    return draft


# ---- one source


def test_the_text_of_an_item_is_its_page_then_each_attachment_under_its_name():
    site = Site()
    site.page("a.html", doc("1.docx", "指导原则"), doc("2.xlsx", "品种表"))
    site.pages |= {f"{SITE}/1.docx": b"PK1", f"{SITE}/2.xlsx": b"PK2"}
    site.articles |= {b"PK1": Article("t", "t 第一条"), b"PK2": Article("t", "t | 甲")}
    draft = draft_of(done(site, new(row())))
    assert draft.text == f"{TEXT}\n\n==== 指导原则 ====\nt 第一条\n\n==== 品种表 ====\nt | 甲"
    assert [(a.name, a.size, a.sha256 in site.kept) for a in draft.attachments] == [("指导原则", 3, True), ("品种表", 3, True)]


@pytest.mark.parametrize(
    ("label", "header", "name"),
    [
        ("指导原则（征求意见稿）", 'attachment; filename="x.docx"', "指导原则（征求意见稿）"),
        ("附件1", "", "附件1 p.docx"),
        ("点击下载", "attachment; filename*=UTF-8''%E7%A8%BF.docx", "点击下载 稿.docx"),
        ("p.docx", "attachment; filename*=UTF-8''%E7%A8%BF.docx", "稿.docx"),
    ],
)
def test_an_attachment_is_called_by_its_label_else_as_its_server_calls_it(label, header, name):
    site = Site(pages={f"{SITE}/p.docx": b"PK"}, headers={f"{SITE}/p.docx": {"content-disposition": header}})
    site.page("a.html", doc("p.docx", label))
    assert draft_of(done(site, new(row()))).attachments[0].name == name


def test_two_attachments_of_one_name_are_told_apart():
    site = Site(pages={f"{SITE}/1.pdf": b"%PDF one", f"{SITE}/2.pdf": b"%PDF two"})
    site.page("a.html", doc("1.pdf", "指导原则"), doc("2.pdf", "指导原则"))
    assert list(taken_apart(draft_of(done(site, new(row()))).text)[1]) == ["指导原则", "指导原则 (2)"]


def test_a_row_that_leads_to_a_document_is_read_as_one_and_keeps_its_hash():
    site = Site(pages={f"{SITE}/a.pdf": b"%PDF x"}, articles={b"%PDF x": Article("稿", "稿 第一条")})
    draft = draft_of(done(site, new(row("a.pdf"))))
    assert draft.text == "稿 第一条"
    assert [(a.url, a.name, a.size, a.sha256 in site.kept) for a in draft.attachments] == [(f"{SITE}/a.pdf", "a.pdf", 6, True)]


@pytest.mark.parametrize("kind", [Kind.LIST, Kind.FEED, Kind.API, Kind.SITEMAP])
def test_every_kind_of_list_leads_to_its_pages(kind):
    assert asks_for_pages(rule(kind=kind))
    assert not asks_for_pages(rule(kind=kind, detail=DetailRule()))


def test_the_documents_that_records_name_are_read_without_a_page():
    source = rule(kind=Kind.API, detail=DetailRule(), api=ApiRule(attachments="files"))
    site = Site(pages={f"{SITE}/1.pdf": b"%PDF"}, articles={b"%PDF": Article("t", "t 第一条")})
    completed = done(site, new(row(text="行文", attachments=(doc("1.pdf", "稿件"),))), source=source)
    assert site.asked == [f"{SITE}/1.pdf"]
    assert draft_of(completed).text == "行文\n\n==== 稿件 ====\nt 第一条"


def test_a_feed_without_pages_costs_nothing():
    site = Site()
    done(site, new(row(attachments=(doc("1.pdf"),))), source=rule(kind=Kind.FEED, detail=DetailRule()))
    assert site.asked == []


def test_what_was_seen_before_is_not_read_again():
    site = Site()
    site.page("a.html")
    finding = new(row())
    done(site, replace(finding, change=finding.change.SEEN))
    assert site.asked == []


# ---- bounds


def test_five_attachments_of_an_item_are_read_and_the_rest_is_counted():
    site = Site(pages={f"{SITE}/{n}.pdf": b"%PDF" for n in range(9)})
    site.page("a.html", *(doc(f"{n}.pdf", f"第{n}号文件稿") for n in range(9)), doc("x.jpg"))
    completed = done(site, new(row()))
    assert len(site.asked) == 6
    assert len(draft_of(completed).attachments) == 10
    assert completed.entries[0].notes == ("4 more attachments were not read",)


@pytest.mark.parametrize(("baseline", "read"), [(False, 40), (True, 8)])
def test_a_visit_reads_so_many_attachments(baseline, read):
    site = Site(pages={f"{SITE}/{n}-{m}.pdf": b"%PDF" for n in range(12) for m in range(5)})
    for n in range(12):
        site.page(f"{n}.html", *(doc(f"{n}-{m}.pdf") for m in range(5)))
    completed = done(site, *(new(row(f"{n}.html"), n) for n in range(12)), baseline=baseline)
    assert sum(url.endswith(".pdf") for url in site.asked) == read
    late = [e for e in completed.entries if e.finding.fingerprint == ""]
    assert len(late) == (0 if baseline else 4)
    assert (completed.plan.state.validators == Validators()) is not baseline


def test_a_text_is_cut_where_it_is_long_enough():
    assert len(joined("x" * MAX_TEXT, (("a", "y" * 99),))) == MAX_TEXT


def test_a_text_that_imitates_our_lines_is_taken_apart_as_it_was_joined():
    text = joined("eins\n==== b ====\nzwei", (("a", "drei\n==== b ====\nvier"), ("b", "fünf")))
    assert taken_apart(text) == ("eins\n---- b ----\nzwei", {"a": "drei\n---- b ----\nvier", "b": "fünf"})


# ---- trouble


@pytest.mark.parametrize("error", [ErrorClass.TIMEOUT, ErrorClass.CONNECT, ErrorClass.HTTP_5XX])
def test_an_attachment_that_fails_in_passing_is_tried_again_at_the_next_visit(error):
    site = Site(pages={f"{SITE}/1.pdf": error})
    site.page("a.html", doc("1.pdf"))
    completed = done(site, new(row()))
    assert completed.entries[0].finding.fingerprint == ""
    assert completed.plan.state.validators == Validators()
    assert completed.entries[0].notes == (f"1.pdf: {error} came",)


@pytest.mark.parametrize("error", [ErrorClass.HTTP_4XX, ErrorClass.GONE, ErrorClass.TOO_BIG, ErrorClass.REFUSED])
def test_an_attachment_that_fails_for_good_is_said_once(error):
    site = Site(pages={f"{SITE}/1.pdf": error})
    site.page("a.html", doc("1.pdf"))
    completed = done(site, new(row()))
    assert completed.entries[0].finding.fingerprint == "1:row"
    assert completed.plan.notes == (f"关于a.html的公告: 1.pdf: {error} came",)


def test_what_was_read_is_not_asked_for_again_when_only_a_part_was_missing():
    site = Site(
        pages={f"{SITE}/1.pdf": b"%PDF 1", f"{SITE}/2.pdf": ErrorClass.TIMEOUT}, articles={b"%PDF 1": Article("t", "t eins")}
    )
    site.page("a.html", doc("1.pdf", "甲稿"), doc("2.pdf", "乙稿"))
    first = draft_of(done(site, new(row())))
    site.asked.clear()
    site.pages[f"{SITE}/2.pdf"] = b"%PDF 2"
    site.articles[b"%PDF 2"] = Article("t", "t zwei")
    past = revision(first.text, first.attachments)
    second = draft_of(done(site, updated(row(), first.text, fingerprint=""), past=past))
    assert site.asked == [f"{SITE}/a.html", f"{SITE}/2.pdf"]
    assert second.text == f"{TEXT}\n\n==== 甲稿 ====\nt eins\n\n==== 乙稿 ====\nt zwei"
    assert all(a.sha256 for a in second.attachments)


@pytest.mark.parametrize(("error", "patience"), [(ErrorClass.TIMEOUT, PATIENCE), (ErrorClass.HTTP_4XX, SHORT_PATIENCE)])
def test_what_stays_away_is_given_up_in_the_end(error, patience):
    site = Site(pages={f"{SITE}/a.html": error})
    for waited, fingerprint in ((patience - timedelta(hours=1), ""), (patience + timedelta(hours=1), "1:row")):
        completed = done(site, updated(row(), "", fingerprint=""), past=revision(seen_at=NOW - waited))
        assert completed.entries[0].finding.fingerprint == fingerprint


def test_a_page_that_robots_txt_forbids_is_not_asked_for_again():
    assert done(Site(pages={f"{SITE}/a.html": ErrorClass.BLOCKED}), new(row())).entries[0].finding.fingerprint == "1:row"


def test_what_was_known_of_an_item_stays_when_its_page_cannot_be_read():
    old = joined(TEXT, (("甲稿", "t eins"),))
    past = revision(old, (Attachment(f"{SITE}/1.pdf", "甲稿", "ab", 3),))
    for site in (
        Site(pages={f"{SITE}/a.html": ErrorClass.TIMEOUT}),
        Site(pages={f"{SITE}/a.html": b"?"}, articles={b"?": "broken"}),
    ):
        draft = draft_of(done(site, updated(row(), old), past=past))
        assert (draft.text, [a.sha256 for a in draft.attachments]) == (old, ["ab"])


def test_what_was_known_of_an_attachment_stays_when_it_cannot_be_had_any_more():
    old = joined(TEXT, (("甲稿", "t eins"),))
    site = Site(pages={f"{SITE}/1.pdf": ErrorClass.TIMEOUT})
    site.page("a.html", doc("1.pdf", "甲稿"))
    past = revision(old, (Attachment(f"{SITE}/1.pdf", "甲稿", "ab", 3),))
    assert draft_of(done(site, updated(row(), old), past=past)).text == old


def test_an_error_page_instead_of_a_document_is_said_and_not_taken_as_text():
    site = Site(pages={f"{SITE}/download?id=1": b"<!DOCTYPE html><html><title>Sorry</title>"})
    site.page("a.html", doc("download?id=1", "指导原则.pdf"))
    completed = done(site, new(row()))
    assert completed.entries[0].notes == ("指导原则.pdf: answered with a web page instead of the document",)
    assert (draft_of(completed).text, draft_of(completed).attachments[0].sha256) == (TEXT, "")


def test_a_document_that_cannot_be_read_keeps_its_hash_and_is_said():
    site = Site(pages={f"{SITE}/1.doc": b"\xd0\xcf"}, articles={b"\xd0\xcf": "is an old Word document"})
    site.page("a.html", doc("1.doc"))
    completed = done(site, new(row()))
    assert completed.entries[0].notes == ("1.doc: is an old Word document",)
    assert (completed.entries[0].finding.fingerprint, draft_of(completed).attachments[0].size) == ("1:row", 2)


def test_a_document_without_text_is_said():
    site = Site(pages={f"{SITE}/1.pdf": b"%PDF"}, articles={b"%PDF": Article("1.pdf", "", warnings=("no text in it",))})
    site.page("a.html", doc("1.pdf"))
    assert done(site, new(row())).entries[0].notes == ("1.pdf: no text in it",)


@pytest.mark.parametrize(
    ("title", "text", "taken"),
    [
        ("系统维护", "网站维护中，请稍后再试", False),
        ("Just a moment...", "Checking your browser", False),
        ("404", "您访问的页面不存在", False),
        ("关于a.html的公告", "网站维护中", True),
        ("公告", "第一条 申请人应当按照规定提交资料。", True),
    ],
)
def test_what_stands_before_a_page_is_not_taken_for_it(title, text, taken):
    site = Site(pages={f"{SITE}/a.html": b"<html>x"}, articles={b"<html>x": Article(title, text)})
    completed = done(site, new(row()))
    assert (draft_of(completed).text == text, completed.entries[0].finding.fingerprint == "1:row") == (taken, taken)


# ---- dates


@pytest.mark.parametrize(
    ("mine", "other", "wins"),
    [("row", "page", "row"), ("", "page", "row"), ("address", "page", "page"), ("meta", "page", "page"), ("address", "address", "row"),
     ("page", "meta", "row")],
)  # fmt: skip
def test_the_date_comes_from_what_is_trusted_most(mine, other, wins):
    article = Article(published_on=date(2026, 7, 1), date_from=other)
    joined_row = join(SOURCE, row(date_from=mine), article)
    assert joined_row.published_on == (date(2026, 7, 8) if wins == "row" else date(2026, 7, 1))


def test_the_page_adds_the_hour_to_the_day_of_the_row():
    at = datetime(2026, 7, 8, 1, 0, tzinfo=UTC)
    assert (
        join(SOURCE, row(date_from="row"), Article(published=at, published_on=date(2026, 7, 8), date_from="meta")).published == at
    )


def test_the_title_of_the_page_replaces_that_made_of_an_address():
    assert join(rule(kind=Kind.SITEMAP), row(), Article("页面标题")).title == "页面标题"
    assert join(SOURCE, row(), Article("页面标题")).title == "关于a.html的公告"


def stamped(minute, second=0):
    at = datetime(2026, 7, 8, 1, minute, second, tzinfo=UTC)
    return Article(published=at, published_on=at.date(), date_from="meta")


def test_a_minute_that_three_pages_share_is_when_the_site_was_built():
    assert generated([stamped(5), stamped(5, 30), stamped(6)], "UTC") == frozenset()
    assert generated([stamped(5), stamped(5, 30), stamped(5, 59), stamped(6)], "UTC") == {stamped(5).published}
    midnight = replace(stamped(0), published=datetime(2026, 7, 7, 16, 0, tzinfo=UTC))
    assert generated([midnight] * 9, "Asia/Shanghai") == frozenset()


def test_a_moment_of_generation_is_no_date_of_an_item():
    site = Site()
    for n in range(3):
        site.page(
            f"202606/t20260601_{n}.html",
            text=f"{TEXT}{n}",
            published=stamped(5).published,
            published_on=date(2026, 7, 8),
            date_from="meta",
        )
    completed = done(site, *(new(row(f"202606/t20260601_{n}.html", published_on=None), n) for n in range(3)))
    assert {(e.finding.draft.published_on, e.finding.draft.date_from) for e in completed.entries} == {
        (date(2026, 6, 1), "address")
    }


# ---- a site that does not answer


def many(site, count, host=SITE):
    rows = [replace(row(f"{n}.html"), url=f"{host}/{n}.html") for n in range(count)]
    return [replace(new(draft, n), item_id=f"i{n}") for n, draft in enumerate(rows)]


def test_a_site_that_answers_three_pages_in_a_row_with_silence_is_not_waited_for_any_longer():
    site = Site(pages={f"{SITE}/{n}.html": ErrorClass.TIMEOUT for n in range(3, 60)})
    for n in range(3):
        site.page(f"{n}.html")
    completed = done(site, *many(site, 60))
    assert len(site.asked) == 6
    assert [entry.finding.fingerprint for entry in completed.entries] == ["1:row"] * 3 + [""] * 57
    assert completed.plan.state.validators == Validators()
    assert "the site is too slow" in completed.entries[-1].notes[0]


def test_a_host_of_documents_that_is_silent_costs_the_site_itself_nothing():
    site, dead = Site(), "https://dead.example.cn"
    for n in range(10):
        site.page(f"{n}.html", Attachment(f"{dead}/{n}.pdf", f"d{n}"), doc("1.pdf", "有"))
        site.pages[f"{dead}/{n}.pdf"] = ErrorClass.CONNECT
    site.pages[f"{SITE}/1.pdf"] = b"%PDF"
    completed = done(site, *many(site, 10))
    assert sum(url.startswith(dead) for url in site.asked) == 3
    assert all(len([a for a in e.finding.draft.attachments if a.sha256]) == 1 for e in completed.entries)


def test_a_visit_waits_for_pages_no_longer_than_its_time():
    site = Site(slowness=timedelta(minutes=3))
    for n in range(10):
        site.page(f"{n}.html")
    done(site, *many(site, 10))
    assert len(site.asked) == 4
