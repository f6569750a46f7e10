"""The parts of an event's page by themselves: its life, its revisions, its text, its audience."""

from dataclasses import replace
from datetime import UTC, date, datetime

from cgtwatch.compose.context import DigestContext
from cgtwatch.diff.sides import Stretch
from cgtwatch.model.classification import Labels, Span
from cgtwatch.model.draft import Attachment
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.item import Revision
from cgtwatch.model.taxonomy import Stage
from cgtwatch.web.pages.event_fields import LONGEST_TEXT, field_lines, shown_text
from cgtwatch.web.pages.event_history import Fold, history
from cgtwatch.web.pages.event_thread import MOST_STEPS, reports, timeline
from cgtwatch.web.words import page_words

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SAID, CONTEXT = page_words("en"), DigestContext()


def event(name: str, on: date, stage: Stage = Stage.ISSUED, cluster: str = "") -> PolicyEvent:
    labels = Labels(cgt=True, policy=True, relevant=True, stage=stage, document_date=on)
    return PolicyEvent(
        name, f"i{name}", "agency", f"Title {name}", "https://a.example/", labels, on, AT, AT, 1, cluster or name, "t"
    )


def revision(number: int, text: str, title: str = "Title", *files: str) -> Revision:
    attached = tuple(Attachment(f"https://a.example/{name}", name) for name in files)
    return Revision("i", number, title, "https://a.example/", text, str(number), AT, attachments=attached)


DRAFT = event("draft", date(2026, 1, 1), Stage.DRAFT)
FINAL = event("final", date(2026, 2, 4))
COPY = event("copy", date(2026, 2, 5), cluster="final")
BY_NUMBER = Link("final", "draft", Relation.FINALISES, "number 2026-12 in both")


def test_a_timeline_tells_each_act_once_with_the_days_between_and_what_ties_it() -> None:
    first, second = timeline(FINAL, [DRAFT, FINAL, COPY], [BY_NUMBER], CONTEXT, SAID)
    assert (first.id, first.stage, first.gap, first.this) == ("draft", "draft for comment", "", False)
    assert (second.id, second.gap, second.this, second.reports) == ("final", "34 days later", True, 1)
    [tie] = second.ties
    assert (tie.relation, tie.title, tie.reason) == ("is the final form of", "Title draft", "number 2026-12 in both")


def test_a_timeline_stands_on_the_event_that_is_looked_at_and_not_on_a_better_report() -> None:
    assert [one.id for one in timeline(COPY, [DRAFT, FINAL, COPY], [BY_NUMBER], CONTEXT, SAID) if one.this] == ["copy"]


def test_an_act_that_stands_alone_has_no_timeline_but_its_reports() -> None:
    assert timeline(FINAL, [FINAL, COPY], [], CONTEXT, SAID) == []
    assert [one.id for one in reports(FINAL, [FINAL, COPY], CONTEXT, SAID)] == ["copy"]


def test_of_a_long_life_the_steps_around_the_event_are_shown() -> None:
    life = [event(f"e{n:03}", date.fromordinal(date(2020, 1, 1).toordinal() + n)) for n in range(300)]
    shown = timeline(life[150], life, [], CONTEXT, SAID)
    assert len(shown) == MOST_STEPS
    assert [one.id for one in shown if one.this] == ["e150"]
    assert timeline(life[299], life, [], CONTEXT, SAID)[-1].id == "e299"


def test_any_two_revisions_are_compared_and_the_last_two_by_default() -> None:
    three = [revision(1, "One."), revision(2, "Two."), revision(3, "Three.")]
    for asked, numbers in (
        ({}, (2, 3)),
        ({"old": "1"}, (1, 3)),
        ({"old": "1", "new": "2"}, (1, 2)),
        ({"new": "1"}, (3, 1)),
        ({"old": "x"}, (2, 3)),
    ):
        found = history(three, asked)
        assert found is not None
        assert (found.old.number, found.new.number) == numbers
        assert found.changed
    same = history(three, {"old": "2", "new": "2"})
    assert same is not None
    assert not same.changed
    assert history(three[:1], {}) is None


def test_what_stayed_is_folded_but_for_a_sentence_beside_each_change() -> None:
    text = "".join(f"Sentence number {n}.\n" for n in range(100))
    found = history([revision(1, text), revision(2, text.replace("number 50.", "number fifty."))], {})
    assert found is not None
    before, near, changed, after, behind = found.parts
    assert isinstance(before, Fold)
    assert isinstance(behind, Fold)
    assert (before.count, behind.count) == (49, 48)
    assert len(before.same) == 40
    assert isinstance(near, Stretch)
    assert near.same == ("Sentence number 49.",)
    assert isinstance(changed, Stretch)
    assert len(changed.pairs) == 1
    assert isinstance(after, Stretch)
    assert after.same == ("Sentence number 51.",)


def test_titles_and_attachments_are_compared_too() -> None:
    found = history([revision(1, "Text.", "Draft", "a.pdf", "b.pdf"), revision(2, "Text.", "Final", "b.pdf", "c.pdf")], {})
    assert found is not None
    assert (found.went, found.came) == (("a.pdf",), ("c.pdf",))
    assert found.title


def test_more_changes_than_a_page_holds_are_counted() -> None:
    found = history(
        [revision(1, "".join(f"a{n}.\n" for n in range(500))), revision(2, "".join(f"b{n}.\n" for n in range(500)))], {}
    )
    assert found is not None
    assert found.left_out == 300


def test_a_long_text_is_shown_whole_where_the_words_of_the_field_stand_late() -> None:
    text = "x" * (LONGEST_TEXT + 10) + " issued"
    start = len("Title\n") + LONGEST_TEXT + 11
    late = replace(FINAL, evidence={"stage": (Span(start, start + 6, "issued"),)})
    assert shown_text(late, revision(1, text), None).cut
    whole = shown_text(late, revision(1, text), "stage")
    assert not whole.cut
    assert whole.segments[whole.first].text == "issued"
    assert not shown_text(late, revision(1, text), None, everything=True).cut


def test_how_sure_a_value_is_stands_in_words() -> None:
    sure = replace(FINAL, confidence={"stage": 0.95, "document_date": 0.75, "cgt": 0.4})
    assert {one.name: one.sure for one in field_lines(sure, CONTEXT, SAID)} == {
        "stage": "sure_high", "document_date": "sure_fair", "importance": "", "cgt": "sure_low", "policy": "",
    }  # fmt: skip
