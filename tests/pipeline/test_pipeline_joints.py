"""What the corridor adds between rooms: rows joined with their pages, items with their events, events with their announcements."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.link import numbered_apart
from cgtwatch.model.classification import Act, Classification, Document, Labels, Understanding
from cgtwatch.model.draft import Article, Attachment, Draft
from cgtwatch.model.event import AnnouncementKind, PolicyEvent
from cgtwatch.model.item import Change, Finding, ItemKeys, KnownItem, Outcome, Plan, SourceState
from cgtwatch.model.source import FirstLook, Kind, Names, Source
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.pipeline.announce import announcements
from cgtwatch.pipeline.details import Entry, join
from cgtwatch.pipeline.recognise import link_up, stored_item
from cgtwatch.store import open_store
from cgtwatch.store.records import StoredItem

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOURCE = Source(
    "site", Kind.LIST, "https://example.org/", Names("站", "Site"), issuer="nmpa", jurisdiction="CN", level=Level.NATIONAL
)
LABELS = Labels(True, True, True, doc_type=DocType.GUIDELINE, stage=Stage.DRAFT, issuers=("nmpa",), importance=Importance.HIGH)
ROW = Draft("Draft guideline on cell therapy", "https://example.org/1", text="", published_on=date(2026, 3, 1))
PLAN = Plan(Outcome.OK, SourceState("site"))


def known(fingerprint: str = "1:old") -> KnownItem:
    return KnownItem("i1", ItemKeys(), fingerprint, ROW.title, "Comments until April.", 1, 0, NOW, published_on=date(2026, 3, 1))


def entry(draft: Draft = ROW, change: Change = Change.NEW, before: KnownItem | None = None) -> Entry:
    return Entry(Finding(change, "i1", ItemKeys(), "1:new", "", draft, before))


def understood(labels: Labels = LABELS) -> Understanding:
    return Understanding(Classification(labels), (Act(ROW.title, labels, main=True),) if labels.relevant else ())


def stored(of: Entry, labels: Labels = LABELS):
    return stored_item(SOURCE, of, NOW, lambda _: understood(labels))


def nothing_before(_event: str) -> PolicyEvent | None:
    return None


def test_a_rows_own_title_and_date_win_over_those_of_its_page() -> None:
    page = Article(
        "Site: Draft guideline",
        "The whole text.",
        published_on=date(2026, 2, 1),
        attachments=(Attachment("https://e.org/a.pdf", "a"),),
    )
    joined = join(SOURCE, ROW, page)
    assert (joined.title, joined.published_on, joined.text, len(joined.attachments)) == (
        ROW.title,
        ROW.published_on,
        "The whole text.",
        1,
    )


def test_a_cut_title_and_a_missing_date_are_completed_from_the_page() -> None:
    page = Article("Draft guideline on cell therapy products", "Text.", published_on=date(2026, 2, 1))
    joined = join(SOURCE, replace(ROW, title="Draft guideline on…", published_on=None), page)
    assert (joined.title, joined.published_on) == (page.title, date(2026, 2, 1))


def test_an_edit_that_changes_nothing_readers_see_makes_no_revision() -> None:
    before = replace(known(), text="Notice. Views: 98")
    found = stored(entry(replace(ROW, text="Notice. Views: 112"), Change.UPDATED, before))
    assert (found.revision, found.finding.change) == (None, Change.SEEN)


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Release date: 2026-03-01\nDear all:\nThe agency opens a consultation on cell therapy today.", "The agency opens"),
        (
            "发布时间：2026-03-01 浏览：98次\n各有关单位：\n为规范细胞治疗产品的生产和质量管理，我局组织起草了本指南并公开征求意见。",
            "为规范细胞",
        ),
        ("No full sentence at all", "No full"),
    ],
)
def test_a_summary_begins_with_the_first_whole_sentence(text: str, opening: str) -> None:
    assert stored(entry(replace(ROW, text=text))).events[0].summary.startswith(opening)


def test_a_document_that_is_not_relevant_makes_no_event_and_is_not_told() -> None:
    item = stored(entry(), Labels())
    assert item.events == ()
    assert announcements(SOURCE, PLAN, [item], nothing_before) == ()


def test_a_first_look_is_silent_unless_the_source_says_otherwise() -> None:
    baseline, item = replace(PLAN, baseline=True), stored(entry())
    assert announcements(SOURCE, baseline, [item], nothing_before) == ()
    assert len(announcements(replace(SOURCE, first_look=FirstLook.ANNOUNCE), baseline, [item], nothing_before)) == 1


def test_a_quiet_finding_is_stored_and_not_told() -> None:
    item = stored(entry())
    assert item.revision is not None
    assert announcements(SOURCE, PLAN, [replace(item, finding=replace(item.finding, quiet=True))], nothing_before) == ()


def test_a_press_report_of_a_known_act_is_no_news_but_the_official_copy_of_a_press_report_is() -> None:
    item = stored(entry())
    lead = replace(item.events[0], id="e-lead", cluster="e-lead", labels=replace(LABELS, level=Level.NEWS))
    joined = replace(item, events=(replace(item.events[0], cluster="e-lead"),))
    told = announcements(SOURCE, PLAN, [joined], lambda name: lead if name == "e-lead" else None)
    assert [one.kind for one in told] == [AnnouncementKind.LINKED]
    assert announcements(replace(SOURCE, level=Level.NEWS), PLAN, [joined], lambda name: lead if name == "e-lead" else None) == ()


@pytest.mark.fault("F9")
def test_a_change_of_a_deadline_is_told_each_time_and_other_edits_once_a_day() -> None:
    def told(deadline: date, text: str, at: datetime) -> str:
        labels = replace(LABELS, comment_deadline=deadline)
        item = stored_item(SOURCE, entry(replace(ROW, text=text), Change.UPDATED, known()), at, lambda _: understood(labels))
        before = replace(item.events[0], labels=replace(LABELS, comment_deadline=date(2026, 4, 1)))
        (one,) = announcements(SOURCE, PLAN, [item], lambda _: before)
        assert one.kind is AnnouncementKind.REVISED
        return f"{one.cause} | {one.change}"

    assert "comment_deadline: 2026-04-01 → 2026-05-01" in told(date(2026, 5, 1), "Comments until May.", NOW)
    first, second = (
        told(date(2026, 4, 1), "A word more.", NOW),
        told(date(2026, 4, 1), "Two words more.", NOW + timedelta(hours=3)),
    )
    assert first.partition(" | ")[0] == second.partition(" | ")[0]
    assert first.partition(" | ")[0] != told(date(2026, 4, 1), "A word more.", NOW + timedelta(days=1)).partition(" | ")[0]


def test_what_the_source_says_of_its_issuer_is_no_evidence_where_the_source_is_the_press() -> None:
    seen: list[Document] = []

    def read(document: Document) -> Understanding:
        seen.append(document)
        return understood()

    stored_item(SOURCE, entry(), NOW, read)
    stored_item(replace(SOURCE, level=Level.NEWS), entry(), NOW, read)
    assert [one.source_issuer for one in seen] == ["nmpa", None]


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("2026年第8号", "2026年第12号", True),
        ("国药监药注〔2026〕8号", "国药监药注〔2026〕12号", True),
        ("国药监药注〔2026〕8号", "国药监药注〔2026〕8号", False),
        ("国药监药注〔2026〕8号", "2026年第12号", False),
        ("FDA-2026-D-0008", "FDA-2026-D-0012", True),
        ("", "2026年第12号", False),
    ],
)
def test_two_numbers_of_one_kind_are_of_two_acts(a: str, b: str, apart: bool) -> None:
    assert numbered_apart(a, b) is numbered_apart(b, a) is apart


def test_a_report_without_a_number_never_makes_one_act_of_two() -> None:
    def told(item: str, source: str, number: str | None) -> StoredItem:
        site = replace(SOURCE, id=source)
        found = Entry(
            Finding(Change.NEW, item, ItemKeys(), "1:new", "", replace(ROW, url=f"https://{source}.example.org/{item}"))
        )
        return stored_item(site, found, NOW, lambda _: understood(replace(LABELS, document_number=number)))

    store = open_store("sqlite://")
    linked = link_up([told("i1", "a", "2026年第8号"), told("i2", "b", None), told("i3", "c", "2026年第12号")], store)
    store.close()
    first, report, second = (item.events[0].cluster for item in linked)
    assert (report == first, second == first) == (True, False)
