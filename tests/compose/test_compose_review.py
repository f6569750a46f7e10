"""Which acts a review tells, once and in which order; and that nothing a source wrote becomes markup."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.compose import markdown
from cgtwatch.compose.render import render_report
from cgtwatch.compose.review import By, Known, Period, Review, review, told_acts
from cgtwatch.compose.review_docx import docx
from cgtwatch.compose.review_view import ReviewView, said_period, view
from cgtwatch.compose.words import words
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.item import Revision
from cgtwatch.model.taxonomy import DocType, Level, Stage
from compose.samples import BEIJING, CONTEXT, DRAFT, EUROPE, LAW, NOW, REPORT, event, labels

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
FINAL = event(
    "d9", "嵌合抗原受体T细胞（CAR-T）治疗产品上市后变更药学研究技术指导原则",
    labels=labels(document_date=date(2026, 11, 2)), published=date(2026, 11, 2),
)  # fmt: skip


def reviewed(*events: PolicyEvent, links: tuple[Link, ...] = (), by: By = By.LEVEL, language: str = "zh") -> Review:
    rank = words(language).place_rank
    return review(told_acts(Known(events, (), links), YEAR), YEAR, by, NOW.date(), rank)


def seen(found: Review, language: str = "zh", documents: dict[str, Revision] | None = None) -> ReviewView:
    return view(found, documents or {}, CONTEXT, words(language))


def test_a_cluster_is_one_act_told_by_its_authority_with_the_press_as_a_source() -> None:
    (act,) = reviewed(REPORT, DRAFT).acts
    assert (act.lead.id, [one.id for one in act.reports]) == ("d1", ["d1n"])


def test_an_act_belongs_to_the_period_of_its_best_report_alone() -> None:
    early = replace(DRAFT, labels=replace(DRAFT.labels, document_date=date(2025, 12, 30)))
    assert reviewed(early, REPORT).acts == ()


def test_a_page_that_collects_acts_is_no_act_of_its_own() -> None:
    page = event("r", "Review of the year", labels=labels(doc_type=DocType.ROUNDUP, stage=Stage.NONE))
    told = event("r1", "Rules on cells", item_id=page.item_id, main=False)
    assert [act.lead.id for act in reviewed(page, told).acts] == ["r1"]
    assert [act.lead.id for act in reviewed(page).acts] == ["r"]


def test_the_nation_comes_first_then_places_then_bodies_beyond() -> None:
    found = reviewed(EUROPE, BEIJING, LAW, DRAFT)
    assert [(part.key, [group.place for group in part.groups]) for part in found.parts] == [
        ("national", ["CN"]), ("local", ["CN-BJ"]), ("international", ["EU"]),
    ]  # fmt: skip
    assert [act.lead.id for act in found.parts[0].groups[0].acts] == ["d1", "h1"]


def test_countries_are_chapters_with_their_national_level_first() -> None:
    found = reviewed(BEIJING, EUROPE, LAW, by=By.JURISDICTION)
    assert [(part.key, [group.place for group in part.groups]) for part in found.parts] == [
        ("CN", ["CN", "CN-BJ"]),
        ("EU", ["EU"]),
    ]
    titles = [group.title for part in seen(found).parts for group in part.groups]
    assert titles == ["国家层面", "北京", ""]


@pytest.mark.parametrize(("language", "said"), [("en", "Final since 2 Nov 2026:"), ("zh", "已于2026年11月2日定稿：")])
def test_a_draft_says_that_it_is_final_now(language: str, said: str) -> None:
    link = Link("d9", "d1", Relation.FINALISES, "same title")
    draft = next(
        act for part in seen(reviewed(DRAFT, FINAL, links=(link,)), language).parts for g in part.groups for act in g.acts
    )
    assert [(step.how, step.anchor) for step in draft.steps] == [(said, "d9")]


def test_numbers_count_drafts_that_still_take_comments_on_the_day_of_the_review() -> None:
    assert reviewed(DRAFT).numbers.open == 1
    late = review(told_acts(Known((DRAFT,)), YEAR), YEAR, By.LEVEL, date(2026, 7, 28), words("zh").place_rank)
    assert (late.numbers.drafts, late.numbers.open) == (1, 0)


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "2026年", "2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "2024年2月", "Feb 2024"),
        (date(2026, 1, 1), date(2026, 6, 30), "2026年1月1日至2026年6月30日", "1 Jan 2026 to 30 Jun 2026"),
        (date(2026, 3, 4), date(2026, 3, 4), "2026年3月4日", "4 Mar 2026"),
    ],
)
def test_a_period_is_called_by_its_name_where_it_has_one(first: date, last: date, zh: str, en: str) -> None:
    assert (said_period(Period(first, last), words("zh")), said_period(Period(first, last), words("en"))) == (zh, en)


def test_what_belongs_to_no_place_stands_last_under_its_own_heading() -> None:
    nowhere = event("n1", "A notice", labels=labels(jurisdiction=None, level=None, issuers=()))
    assert [part.title for part in seen(reviewed(nowhere, LAW), "en").parts] == ["National level", "No known authority"]


def test_empty_parts_vanish() -> None:
    page = render_report("html", words("en"), seen(reviewed(), "en"))
    assert "<article" not in page
    assert 'class="contents"' not in page
    assert "Appendix" not in page


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_no_title_becomes_markup_in_html_or_word(title: str) -> None:
    found = seen(reviewed(replace(LAW, title=title, url="javascript:alert(1)")))
    page = render_report("html", words("zh"), found)
    assert page.count("<article") == 1
    assert "javascript:" not in page
    assert "<script" not in page
    with zipfile.ZipFile(BytesIO(docx(found, words("zh"), NOW))) as packed:
        assert packed.testzip() is None


@given(st.text(max_size=80))
def test_escaped_markdown_reads_as_it_was_written(text: str) -> None:
    escaped = markdown.escaped(text)
    assert "\n" not in escaped.strip("\n") or not text.strip()
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped)
    assert plain == (" ".join(text.split()) if text.strip() else text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]`*_]", escaped)


def test_a_news_report_alone_stands_with_the_place_it_names() -> None:
    alone = replace(REPORT, cluster="d1n", labels=replace(REPORT.labels, level=Level.NEWS))
    assert [part.key for part in reviewed(alone).parts] == ["national"]


def test_a_word_document_of_four_times_the_acts_costs_about_four_times_as_much() -> None:
    told = seen(reviewed(LAW))
    [part] = told.parts
    [group] = part.groups

    def spent(n: int) -> float:
        acts = tuple(replace(group.acts[0], anchor=f"e{i}", link=f"https://a.example/{i}") for i in range(n))
        found = replace(told, parts=(replace(part, groups=(replace(group, acts=acts),)),))
        begin = process_time()
        docx(found, words("zh"), NOW)
        return process_time() - begin

    spent(10)
    assert spent(1600) < 8 * spent(400)
