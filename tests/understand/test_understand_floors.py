"""The labelled sets, and the invented documents kept for measuring: what the classifier reaches may rise and not fall.

check.jsonl is scored as a whole and never shown; the kept half of the invented documents is not tuned on."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cgtwatch.understand.classify import classify
from shared import SHARED, needs_shared
from shipped_rules import shipped_rules
from understand.cases_understand import cases
from understand.scoring_understand import Item, score, score_items

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))


def below(scores: Mapping[str, float], floors: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The scores that miss their floor; of false alarms fewer are better."""
    return {
        field: (scores[field], floor)
        for field, floor in floors.items()
        if (scores[field] > floor if field == "false_alarms" else scores[field] < floor)
    }


@pytest.mark.recorded
@needs_shared
@pytest.mark.parametrize("name", ["check", "dev"])
def test_classify_stays_above_its_floors_on_a_labelled_set(name: str) -> None:
    assert SHARED is not None
    scores = score(SHARED / "labels" / f"{name}.jsonl", functools.partial(classify, rules=shipped_rules()))
    assert not below(scores, FLOORS[name])


@pytest.mark.parametrize("name", ["kept", "tune", "talk"])
def test_classify_stays_above_its_floors_on_invented_documents(name: str) -> None:
    labelled = [Item(document.title, document, gold) for document, gold in cases(name)]
    assert not below(score_items(labelled, functools.partial(classify, rules=shipped_rules())), FLOORS[name])
