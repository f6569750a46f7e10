"""Scoring dates read out of passages: right is what equals the gold or an accepted value; any value where gold is null is wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from cgtwatch.evaluate import scores
from cgtwatch.evaluate.files import day, known_language, text_of
from cgtwatch.evaluate.scores import Count, Mistake, Report

FIELDS = ("comment_deadline", "effective_date", "document_date")
RELATIVE = "_relative"

Finder = Callable[[str, date | None, str | None], Mapping[str, str | None]]
"""Text, published, language in; ISO values by field out, and under `<field>_relative` the lengths."""


def score(lines: Sequence[Mapping[str, Any]], find: Finder) -> Report:
    """Find the dates of every passage and score the three fields; a line without `gold` is predicted only."""
    counts: dict[str, list[Count]] = {field: [] for field in FIELDS}
    predictions: list[Mapping[str, Any]] = []
    mistakes: list[Mistake] = []
    quiet = clean = 0
    for line in lines:
        found = find(text_of(line, "text"), day(line.get("published")), known_language(line))
        predictions.append({"id": line.get("id"), "dates": {key: found.get(key) for key in _keys(found)}})
        gold = line.get("gold")
        if not isinstance(gold, dict):
            continue
        right = [_judge(field, found.get(field), line) for field in FIELDS]
        for field, count in zip(FIELDS, right, strict=True):
            counts[field].append(count)
            if count.false or count.missed:
                mistakes.append(_mistake(field, gold.get(field), found.get(field), line))
        if line.get("negative"):
            quiet += 1
            clean += not any(count.false for count in right)
    fields = {field: scores.found(counts[field]) for field in FIELDS}
    together = scores.found(scores.flatten(counts.values()))
    data = {"n": len(lines), "fields": fields, "all": together, "negatives": {"n": quiet, "clean": clean}}
    text = [
        f"{len(lines)} passages",
        *scores.table({**fields, "all": together}),
        f"  nothing to find: {clean} of {quiet} left alone",
    ]
    return Report("dates", data, tuple(text), tuple(predictions), tuple(mistakes))


def _keys(found: Mapping[str, str | None]) -> list[str]:
    return [*FIELDS, *(key for key in found if key.endswith(RELATIVE))]


def _judge(field: str, value: str | None, line: Mapping[str, Any]) -> Count:
    gold = line["gold"].get(field)
    accepted = (line.get("accept") or {}).get(field) or []
    if value is not None:
        return Count(hit=1) if value == gold or value in accepted else Count(false=1, missed=int(gold is not None))
    return Count(missed=int(gold is not None and None not in accepted))


def _mistake(field: str, gold: object, value: object, line: Mapping[str, Any]) -> Mistake:
    about = " ".join(text_of(line, "text").split())[:200]
    return Mistake(str(line.get("id", "")), field, str(gold), str(value), about)
