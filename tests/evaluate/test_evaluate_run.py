"""`evaluate.run` on small invented files: the right kind, honest counts, and nothing shown of a check file."""

import json
from pathlib import Path
from typing import Any

import pytest

from cgtwatch import evaluate
from cgtwatch.errors import ConfigError
from cgtwatch.evaluate import items, pages, passages, scores
from cgtwatch.evaluate.files import LabelKind, kind_of
from cgtwatch.evaluate.pairs import count
from cgtwatch.evaluate.scores import Count
from cgtwatch.model.classification import Classification, Document, Labels, Span, Understanding
from cgtwatch.model.taxonomy import DocType, Modality

ITEM = {
    "id": "a",
    "title": "T",
    "text": "",
    "labels": {"relevant": True, "cgt": True, "policy": True, "doc_type": "notice", "modalities": ["nk"]},
}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return path


def answer(relevant: bool, doc_type: DocType = DocType.NOTICE) -> Understanding:
    labels = Labels(cgt=relevant, policy=relevant, relevant=relevant, doc_type=doc_type, modalities=(Modality.NK,))
    return Understanding(Classification(labels, {"cgt": (Span(0, 1, "T"),)}))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ({"id": "1", "gold": {}}, LabelKind.DATES),
        ({"id": "1", "a": {}, "b": {}}, LabelKind.LINKS),
        ({"id": "1", "events": []}, LabelKind.ROUNDUPS),
        ({"id": "1", "title": "x"}, LabelKind.ITEMS),
    ],
)
def test_kind_of_tells_the_four_files_apart_by_their_keys(line: dict[str, Any], kind: LabelKind) -> None:
    assert kind_of(line) is kind


def test_items_score_counts_hits_misses_and_false_alarms_of_relevance() -> None:
    lines = [ITEM, {**ITEM, "id": "b"}, {**ITEM, "id": "c", "labels": {"relevant": False}}]
    wanted = {"T": True}
    report = items.score(
        [lines[0], {**lines[1], "title": "missed"}, lines[2]], lambda document: answer(wanted.get(document.title, False))
    )
    assert report.data["fields"]["relevant"] | {"ci95": None} == {
        "precision": 0.5, "recall": 0.5, "f1": 0.5, "ci95": None, "n": 3, "accuracy_share": 0.3333
    }  # fmt: skip


def test_items_score_asks_later_fields_only_of_items_that_are_relevant_by_their_label() -> None:
    lines = [ITEM, {"id": "b", "title": "T", "text": "", "labels": {"relevant": False, "doc_type": "other"}}]
    report = items.score(lines, lambda _document: answer(True))
    assert (report.data["fields"]["doc_type"]["n"], report.data["fields"]["doc_type"]["accuracy"]) == (1, 1.0)


def test_items_score_takes_partial_labels_for_what_they_hold() -> None:
    report = items.score(
        [{"id": "a", "title": "T", "text": "x", "labels": {"doc_type": "notice"}}], lambda _document: answer(True)
    )
    assert sorted(report.data["fields"]) == ["doc_type"]


def test_items_score_predicts_lines_without_labels_too() -> None:
    report = items.score([{"id": "a", "title": "T"}], lambda _document: answer(True))
    assert report.predictions[0]["labels"]["relevant"] is True
    assert report.predictions[0]["evidence"] == {"cgt": [{"start": 0, "end": 1, "text": "T"}]}


def test_passages_score_takes_accepted_values_and_punishes_invented_ones() -> None:
    lines = [
        {"id": "1", "text": "a", "gold": {"comment_deadline": "2031-01-01"}, "accept": {"comment_deadline": ["2031-01-02"]}},
        {"id": "2", "text": "b", "gold": {"comment_deadline": None}, "negative": True},
    ]
    report = passages.score(lines, lambda _text, _published, _language: {"comment_deadline": "2031-01-02"})
    field = report.data["fields"]["comment_deadline"]
    assert (field["precision"], field["recall"], report.data["negatives"]) == (0.5, 1.0, {"n": 1, "clean": 0})


def test_pages_match_agrees_with_any_day_of_a_month_and_leaves_optional_events_aside() -> None:
    gold = [
        {"date": "2031-10", "jurisdiction": "CN", "issuers": ["nhc", "nmpa"]},
        {"date": "2031-11-01", "jurisdiction": "CN", "issuers": ["nhc"], "optional": True},
    ]
    found = [
        {"date": "2031-10-05", "jurisdiction": "CN", "issuers": ["nmpa"]},
        {"date": "2031-11-01", "jurisdiction": "CN", "issuers": ["nhc"]},
        {"date": "2031-11-01", "jurisdiction": "CN-BJ", "issuers": ["nhc"]},
    ]
    assert pages.match(gold, found) == ([], [found[2]])


@pytest.mark.parametrize(
    ("gold", "given", "expected"),
    [
        ("finalises a->b", "finalises a->b", Count(hit=1)),
        ("finalises a->b", "finalises b->a", Count(false=1, missed=1)),
        ("same_act none", "unrelated_lookalike none", Count(missed=1)),
        ("unrelated_lookalike none", "same_act none", Count(false=1)),
    ],
)
def test_a_pair_counts_only_when_relation_and_direction_agree(gold: str, given: str, expected: Count) -> None:
    assert count(gold, given) == expected


def test_interval_is_the_same_at_every_run_and_holds_the_score() -> None:
    counts = [Count(hit=1)] * 8 + [Count(missed=1)] * 2
    low, high = scores.interval(counts, scores.f1_of)
    assert [low, high] == scores.interval(counts, scores.f1_of)
    assert low <= scores.f1_of(counts) <= high


def test_run_refuses_single_mistakes_of_a_check_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not shown"):
        evaluate.run(write(tmp_path / "check-2.jsonl", ITEM), None, 3)


def test_run_scores_a_check_file_as_a_whole_and_shows_no_mistake(tmp_path: Path) -> None:
    report = evaluate.run(write(tmp_path / "check.jsonl", {**ITEM, "title": "Solar cells for roofs"}))
    assert (report.data["n"], report.mistakes) == (1, ())


def test_run_writes_a_prediction_for_every_line(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    source = write(tmp_path / "dates.jsonl", {"id": "d", "lang": "en", "text": "Comments close on 3 June 2031.", "gold": {}})
    evaluate.run(source, out)
    assert json.loads(out.read_text(encoding="utf-8"))["dates"]["comment_deadline"] == "2031-06-03"


def test_run_names_every_bad_line_with_file_and_number(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1}\nnot json\n[1]\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        evaluate.run(path)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [f"{path}:2", f"{path}:3"]


def test_run_scores_links_by_the_two_items_alone(tmp_path: Path) -> None:
    pair = {
        "id": "l", "relation": "replies_to", "direction": "a->b",
        "a": {"title": "关于第4400号建议的答复", "date": "2031-07-01", "issuer": "nhc", "text": "收悉", "url": ""},
        "b": {"title": "关于加快细胞立法的建议", "date": "2031-03-01", "issuer": "npc", "text": "第4400号建议", "url": ""},
    }  # fmt: skip
    assert evaluate.run(write(tmp_path / "l.jsonl", pair)).data["pairs"]["accuracy"] == 1.0


def test_document_of_a_line_keeps_no_language_when_it_says_other() -> None:
    assert items.document({"title": "T", "lang": "other", "published": "2031-01-02T00:00:00Z"}) == Document(
        "T", "", published=items.day("2031-01-02")
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"a": 1, "b": {}}, "'a' is no object"),
        ({"gold": 1}, "'gold' is no object"),
        ({"gold": {}, "accept": {"effective_date": 5}}, "'accept' is no object of lists"),
        ({"events": 1}, "'events' is no list"),
        ({"events": [{"issuers": "nmpa"}]}, "'issuers' of an event"),
        ({"title": "x", "labels": ["relevant"]}, "'labels' is no object"),
        ({"title": "x", "labels": {"relevant": "yes"}}, "'relevant' is a text"),
        ({"title": "x", "labels": {"issuers": "nmpa"}}, "'issuers' is no list"),
    ],
)
def test_a_line_that_cannot_be_scored_is_told_and_not_guessed(tmp_path: Path, line: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        evaluate.run(write(tmp_path / "dev.jsonl", {"id": "n1", **line}))


def test_a_pair_file_with_a_line_that_is_no_pair_is_told_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"object 2 \(n2\): 'a' is no object"):
        evaluate.run(write(tmp_path / "dev.jsonl", {"a": {}, "b": {}}, {"id": "n2", "title": "x"}))


def test_half_a_character_in_a_labelled_file_harms_nobody(tmp_path: Path) -> None:
    path, out = tmp_path / "dev.jsonl", tmp_path / "out.jsonl"
    path.write_text(
        '{"id": "\\ud800", "title": "FDA \\ud83d CAR-T", "text": "", "labels": {"relevant": true}}\n', encoding="utf-8"
    )
    assert evaluate.run(path, out, mistakes=1).data["n"] == 1
    assert json.loads(out.read_text(encoding="utf-8"))["id"] == "?"


def test_nesting_without_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="nested too deeply"):
        evaluate.run(path)
