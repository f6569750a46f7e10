"""Scoring the relation of two items: both the relation and its direction must be right; for look-alikes any link is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cgtwatch.evaluate import scores
from cgtwatch.evaluate.files import text_of
from cgtwatch.evaluate.scores import Choice, Count, Mistake, Report

UNRELATED = "unrelated_lookalike"


Judge = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, str]]
"""Two items as the file holds them in; `relation`, `direction` and `reason` out."""


def score(lines: Sequence[Mapping[str, Any]], judge: Judge) -> Report:
    """Judge every pair by its two items alone."""
    counts: list[Count] = []
    choices: list[Choice] = []
    predictions: list[Mapping[str, Any]] = []
    mistakes: list[Mistake] = []
    by_relation: dict[str, list[Count]] = {}
    for line in lines:
        answer = judge(line["a"], line["b"])
        predictions.append({"id": line.get("id"), **answer})
        if "relation" not in line:
            continue
        gold = _answer(line)
        given = _answer(answer)
        counts.append(count(gold, given))
        choices.append(Choice(gold, given))
        by_relation.setdefault(str(line["relation"]), []).append(counts[-1])
        if gold != given:
            about = f"{text_of(line['a'], 'title')[:70]} / {text_of(line['b'], 'title')[:70]} ({answer.get('reason', '')})"
            mistakes.append(Mistake(str(line.get("id", "")), "relation", gold, given, about))
    pairs = {**scores.found(counts), "accuracy": round(scores.accuracy_of(choices), 4)}
    merged = sum(choice.gold.startswith(UNRELATED) and not choice.answer.startswith(UNRELATED) for choice in choices)
    data = {"n": len(lines), "pairs": pairs, "lookalikes_linked": merged, "recall_by_relation": _recalls(by_relation)}
    return Report("links", data, tuple(_lines(data)), tuple(predictions), tuple(mistakes))


def count(gold: str, answer: str) -> Count:
    """A pair counts as found if it is linked at all; rightly if relation and direction agree."""
    linked, related = not answer.startswith(UNRELATED), not gold.startswith(UNRELATED)
    right = linked and gold == answer
    return Count(hit=int(right), false=int(linked and not right), missed=int(related and not right))


def _answer(line: Mapping[str, Any]) -> str:
    direction = line.get("direction") or "none"
    return f"{line.get('relation')} {direction}"


def _recalls(groups: Mapping[str, Sequence[Count]]) -> dict[str, str]:
    return {name: f"{sum(c.hit for c in group)}/{len(group)}" for name, group in sorted(groups.items()) if name != UNRELATED}


def _lines(data: Mapping[str, Any]) -> list[str]:
    pairs = data["pairs"]
    low, high = pairs["ci95"]
    return [
        f"{data['n']} pairs",
        f"  precision {pairs['precision']:.3f}  recall {pairs['recall']:.3f}  F1 {pairs['f1']:.3f}  95 % [{low:.3f}, {high:.3f}]",
        f"  accuracy {pairs['accuracy']:.3f}; look-alikes linked: {data['lookalikes_linked']}",
        "  found by relation: " + ", ".join(f"{name} {value}" for name, value in data["recall_by_relation"].items()),
    ]
