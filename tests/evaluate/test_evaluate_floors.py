"""What dates, round-ups and links reach on the development sets may rise and not fall."""

import json
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from cgtwatch import evaluate
from cgtwatch.compose.records import act_record
from cgtwatch.evaluate.pages import match
from cgtwatch.evaluate.scores import Count, f1_of
from cgtwatch.model.classification import Document
from cgtwatch.understand.classify import classify
from cgtwatch.understand.roundup import acts
from shared import SHARED, needs_shared
from shipped_rules import shipped_rules

FLOORS: dict[str, dict[str, float]] = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))


def at(data: Any, path: str) -> float:
    return float(reduce(lambda value, key: value[key], path.split("."), data))


@pytest.mark.recorded
@needs_shared
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_evaluate_stays_above_its_floors_on_a_development_set(name: str) -> None:
    assert SHARED is not None
    data = evaluate.run(SHARED / "labels" / name).data
    assert {path: at(data, path) for path, floor in FLOORS[name].items() if at(data, path) < floor} == {}


def seed(number: str) -> Document:
    assert SHARED is not None
    (path,) = (SHARED / "seeds").glob(f"{number}_*.txt")
    title, _, text = path.read_text(encoding="utf-8").lstrip().partition("\n")
    return Document(title, text, published=date(2024, 3, 12))


def labelled(prefix: str) -> list[dict[str, Any]]:
    assert SHARED is not None
    lines = map(json.loads, (SHARED / "labels" / "dev.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        {"date": line["published"], **line["labels"]}
        for line in lines
        if line["url"].startswith(f"seed:{prefix}_") and "#" in line["url"]
    ]


@pytest.mark.recorded
@needs_shared
@pytest.mark.parametrize(("number", "events", "floor"), [("001", 26, 0.95), ("003", 5, 1.0)])
def test_acts_of_a_seed_agree_with_its_labels_by_day_place_and_issuer(number: str, events: int, floor: float) -> None:
    document = seed(number)
    rules = shipped_rules()
    found = [act_record(act) for act in acts(document, rules, classify(document, rules))]
    gold = labelled(number)
    missed, false = match(gold, found)
    assert len(found) == len(gold) == events
    assert f1_of([Count(len(gold) - len(missed), len(false), len(missed))]) >= floor
