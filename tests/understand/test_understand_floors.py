"""The labelled sets: what the classifier reaches may rise and not fall. check.jsonl is scored as a whole and never shown."""

import functools
import json
import time
from pathlib import Path

import pytest

from cgtwatch.model.classification import Document
from cgtwatch.understand.classify import classify
from cgtwatch.understand.rules import load
from shared import SHARED, needs_shared
from understand.scoring_understand import items, score

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))
PER_SECOND = 500


@pytest.mark.recorded
@needs_shared
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_classify_stays_above_its_floors_on_a_labelled_set(name: str) -> None:
    assert SHARED is not None
    scores = score(SHARED / "labels" / f"{name}.jsonl", functools.partial(classify, rules=load()))
    low = {
        field: (scores[field], floor)
        for field, floor in FLOORS[name].items()
        if field != "false_alarms" and scores[field] < floor
    }
    assert not low
    assert scores["false_alarms"] <= FLOORS[name]["false_alarms"]


@pytest.mark.recorded
@needs_shared
def test_classify_reads_500_summaries_a_second_on_one_core() -> None:
    assert SHARED is not None
    rules = load()
    documents: list[Document] = [item.document for item in items(SHARED / "labels" / "dev.jsonl")]
    start = time.process_time()
    for document in documents:
        classify(document, rules)
    assert len(documents) / (time.process_time() - start) >= PER_SECOND
