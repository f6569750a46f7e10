"""Scoring a file of items: each field of the taxonomy against its label, items with nothing but a title apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cgtwatch.compose.records import act_record, evidence_record, labels_record
from cgtwatch.evaluate import scores
from cgtwatch.evaluate.files import day, known_language, text_of
from cgtwatch.evaluate.scores import Choice, Count, Mistake, Report
from cgtwatch.model.classification import Document, Understanding

YES_NO = ("relevant", "cgt", "policy")
SETS = ("modalities", "issuers")
CHOICES = ("doc_type", "stage", "jurisdiction", "importance")
DATES = ("comment_deadline", "effective_date")
ORDER = ("relevant", "cgt", "policy", "modalities", "doc_type", "stage", "jurisdiction", "issuers", "importance", *DATES)

Reader = Callable[[Document], Understanding]


@dataclass(frozen=True, slots=True)
class Answered:
    """One line with what was answered: `labels` are the gold labels that it holds, `answer` ours, both in JSON shape."""

    id: str
    title: str
    language: str
    title_only: bool
    labels: Mapping[str, Any]
    answer: Mapping[str, Any]


def document(line: Mapping[str, Any]) -> Document:
    """The document that a labelled line holds."""
    return Document(
        title=text_of(line, "title"),
        text=text_of(line, "text"),
        url=text_of(line, "url"),
        published=day(line.get("published")),
        language=known_language(line),
    )


def score(lines: Sequence[Mapping[str, Any]], read: Reader) -> Report:
    """Read every line and score what it holds labels for."""
    return scored(lines, (read(document(line)) for line in lines))


def scored(lines: Sequence[Mapping[str, Any]], understood: Iterable[Understanding]) -> Report:
    """Score what was understood of each line against what it holds labels for."""
    answered: list[Answered] = []
    predictions: list[Mapping[str, Any]] = []
    for line, understanding in zip(lines, understood, strict=True):
        answer = labels_record(understanding.classification.labels)
        answered.append(
            Answered(
                id=str(line.get("id", "")),
                title=text_of(line, "title"),
                language=text_of(line, "lang") or "?",
                title_only=not text_of(line, "text").strip(),
                labels=line["labels"] if isinstance(line.get("labels"), dict) else {},
                answer=answer,
            )
        )
        predictions.append(
            {
                "id": line.get("id"),
                "labels": answer,
                "evidence": evidence_record(understanding.classification.evidence),
                "events": [act_record(act) for act in understanding.acts],
            }
        )
    fields = _fields(answered)
    data = {"n": len(answered), "fields": fields, "not_relevant_reported": _false_alarms(answered)}
    bare = [row for row in answered if row.title_only]
    data["title_only"] = {"n": len(bare), "fields": _fields(bare), "not_relevant_reported": _false_alarms(bare)}
    return Report("items", data, tuple(_lines(answered, data)), tuple(predictions), tuple(_mistakes(answered)))


def counts(field: str, rows: Sequence[Answered]) -> list[Count]:
    """A yes-no, set or date field of every line that holds a label for it."""
    return [_count(field, row.labels[field], row.answer.get(field)) for row in rows if _asked(field, row)]


def choices(field: str, rows: Sequence[Answered]) -> list[Choice]:
    """A closed field of every line that holds a label for it."""
    return [Choice(_word(row.labels[field]), _word(row.answer.get(field))) for row in rows if _asked(field, row)]


def _asked(field: str, row: Answered) -> bool:
    # What a document is about is asked of all; what the act is, only of those that are relevant by their label.
    return field in row.labels and (field in YES_NO or _is_relevant(row.labels))


def _is_relevant(labels: Mapping[str, Any]) -> bool:
    if "relevant" in labels:
        return bool(labels["relevant"])
    return bool(labels.get("cgt", True)) and bool(labels.get("policy", True))


def _count(field: str, gold: object, answer: object) -> Count:
    if field in YES_NO:
        return scores.of_sets(["yes"] if gold else [], ["yes"] if answer else [])
    if field in SETS:
        return scores.of_sets(_members(gold), _members(answer))
    return scores.of_sets(_members(gold and [gold]), _members(answer and [answer]))


def _members(value: object) -> list[str]:
    return [str(member) for member in value] if isinstance(value, (list, tuple)) else []


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _fields(rows: Sequence[Answered]) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    for field in ORDER:
        if not any(_asked(field, row) for row in rows):
            continue
        if field in CHOICES:
            fields[field] = scores.chosen(choices(field, rows))
        else:
            fields[field] = scores.found(counts(field, rows))
        if field in YES_NO:
            fields[field]["accuracy_share"] = _share(field, rows)
    if "issuers" in fields:
        fields["issuers"]["without_other"] = _without_other(rows)
    return fields


def _share(field: str, rows: Sequence[Answered]) -> float:
    asked = [row for row in rows if _asked(field, row)]
    return round(scores.ratio(sum(bool(row.labels[field]) == bool(row.answer.get(field)) for row in asked), len(asked)), 4)


def _without_other(rows: Sequence[Answered]) -> float:
    # `other:` names are compared literally, which nobody can be expected to hit; so the score without them is told too.
    plain = [
        scores.of_sets(_plain(row.labels["issuers"]), _plain(row.answer.get("issuers"))) for row in rows if _asked("issuers", row)
    ]
    return round(scores.f1_of(plain), 4)


def _plain(value: object) -> list[str]:
    return [member for member in _members(value) if not member.startswith("other:")]


def _false_alarms(rows: Sequence[Answered]) -> float:
    others = [row for row in rows if "relevant" in row.labels and not row.labels["relevant"]]
    return round(scores.ratio(sum(bool(row.answer.get("relevant")) for row in others), len(others), empty=0.0), 4)


def _lines(rows: Sequence[Answered], data: Mapping[str, Any]) -> list[str]:
    fields, bare = data["fields"], data["title_only"]
    lines = [f"{len(rows)} items; fields after policy on items that are relevant by their label", *_table(data)]
    if bare["n"] and bare["n"] < len(rows):
        lines += [f"of them {bare['n']} with nothing but a title", *_table(bare)]
    groups: list[tuple[str, list[Answered]]] = [("with text", [row for row in rows if not row.title_only])] if bare["n"] else []
    groups += [(f"language {name}", [row for row in rows if row.language == name]) for name in sorted({r.language for r in rows})]
    for name, group in groups:
        if fields and group and len(group) < len(rows):
            lines.append(f"{name}: {len(group)} items; {_short(group)}")
    return lines


def _table(data: Mapping[str, Any]) -> list[str]:
    fields = data["fields"]
    lines = [*scores.table(fields)]
    if "issuers" in fields:
        lines.append(f"  issuers without other: F1 {fields['issuers']['without_other']:.3f}")
    return [*lines, f"  reported although not relevant: {data['not_relevant_reported']:.1%}"]


def _short(rows: Sequence[Answered]) -> str:
    parts = []
    for field in ORDER:
        if not any(_asked(field, row) for row in rows):
            continue
        value = scores.accuracy_of(choices(field, rows)) if field in CHOICES else scores.f1_of(counts(field, rows))
        parts.append(f"{field} {value:.3f}")
    return ", ".join(parts)


def _mistakes(rows: Sequence[Answered]) -> list[Mistake]:
    mistakes = []
    for row in rows:
        for field in ORDER:
            if not _asked(field, row):
                continue
            gold, answer = row.labels[field], row.answer.get(field)
            if _normal(gold) != _normal(answer):
                mistakes.append(Mistake(row.id, field, str(gold), str(answer), row.title))
    return mistakes


def _normal(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return sorted(str(member) for member in value)
    if isinstance(value, date):
        return value.isoformat()
    return value or None
