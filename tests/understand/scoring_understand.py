"""Scores a labelled file: aggregates only, so that it can be used on the set that is never opened."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cgtwatch.model.classification import Classification, Document

OF_RELEVANT = ("modalities", "doc_type", "stage", "jurisdiction", "issuers", "importance")


@dataclass(frozen=True)
class Item:
    """A labelled document."""

    id: str
    document: Document
    gold: Mapping[str, object]


def items(path: Path) -> list[Item]:
    """The labelled documents of a file."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        published = date.fromisoformat(row["published"]) if row.get("published") else None
        language = row["lang"] if row["lang"] in ("zh", "en") else None
        document = Document(row["title"] or "", row["text"] or "", row["url"] or "", published, language)
        found.append(Item(row["id"], document, row["labels"]))
    return found


def f1(pairs: Iterable[tuple[set[str], set[str]]]) -> float:
    """Micro F1 over (gold, predicted) sets."""
    pairs = list(pairs)
    hits = sum(len(g & p) for g, p in pairs)
    total = sum(len(g) + len(p) for g, p in pairs)
    return 2 * hits / total if total else 1.0


def score(path: Path, classify: Callable[[Document], Classification]) -> dict[str, float]:
    """Every field's score over a file; fields after `policy` over the items relevant by label."""
    return score_items(items(path), classify)


def score_items(labelled: Sequence[Item], classify: Callable[[Document], Classification]) -> dict[str, float]:
    """Every field's score over labelled documents; a field without a label (None) does not count."""
    results = [(item, classify(item.document).labels) for item in labelled]
    scores: dict[str, float] = {}
    for name in ("cgt", "policy", "relevant"):
        scores[name] = f1((({"x"} if i.gold[name] else set()), ({"x"} if getattr(p, name) else set())) for i, p in results)
    relevant = [(i, p) for i, p in results if i.gold["relevant"]]
    rest = [p for i, p in results if not i.gold["relevant"]]
    scores["false_alarms"] = sum(p.relevant for p in rest) / max(1, len(rest))
    scores["title_only_relevant"] = f1(
        (({"x"} if i.gold["relevant"] else set()), ({"x"} if p.relevant else set())) for i, p in results if not i.document.text
    )
    for name in OF_RELEVANT:
        if name in ("modalities", "issuers"):
            told = [(i.gold[name], getattr(p, name)) for i, p in relevant if i.gold[name] is not None]
            scores[name] = f1((set(map(str, gold)), set(map(str, found))) for gold, found in told)  # type: ignore[call-overload]
        else:
            right = sum((i.gold[name] or None) == (getattr(p, name) or None) for i, p in relevant)
            scores[name] = right / max(1, len(relevant))
    known = [(i, p) for i, p in relevant if not any(str(x).startswith("other:") for x in i.gold["issuers"])]  # type: ignore[attr-defined]
    scores["issuers_known"] = f1((set(i.gold["issuers"]), set(p.issuers)) for i, p in known)  # type: ignore[call-overload]
    return {name: round(value, 4) for name, value in scores.items()}
