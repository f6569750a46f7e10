"""Invented documents of every kind and every authority, in two halves: one to tune on, one kept for measuring; and titles that only talk.

`python tests/understand/cases_understand.py > tune.jsonl` writes the half that may be learned from, for `cgtwatch.understand.learn`.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cgtwatch.model.classification import Document

FOLDER = Path(__file__).parent / "cases"
TALK = "talk"  # what names an act and tells of something else: all of it may be tuned on
COLUMNS = ("flag", "doc_type", "stage", "jurisdiction", "issuers", "importance", "modalities", "title", "text")


def half(title: str) -> str:
    """Which half a document belongs to, by its title alone."""
    return "kept" if hashlib.sha256(title.encode()).digest()[0] & 1 else "tune"


def cases(which: str) -> Iterator[tuple[Document, Mapping[str, object]]]:
    """The documents of a half with their labels, in the shape of the labelled files."""
    for file in sorted(FOLDER.glob("*.tsv")):
        if (file.stem == TALK) is not (which == TALK):
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith(("#", "flag\t")) or not line:
                continue
            row = dict(zip(COLUMNS, [*line.split("\t"), *[""] * len(COLUMNS)], strict=False))
            if which == TALK or half(row["title"]) == which:
                yield Document(row["title"], row["text"]), _labels(row)


def _labels(row: Mapping[str, str]) -> Mapping[str, object]:
    flag = row["flag"]
    return {
        "cgt": flag in "RC",
        "policy": flag in "RP",
        "relevant": flag == "R",
        "modalities": row["modalities"].split(",") if row["modalities"] else None,
        "doc_type": row["doc_type"] or "none",
        "stage": row["stage"] or "none",
        "jurisdiction": row["jurisdiction"] or None,
        "issuers": row["issuers"].split(",") if row["issuers"] else [],
        "importance": row["importance"] or "none",
    }


if __name__ == "__main__":
    for document, labels in (*cases("tune"), *cases(TALK)):
        row = {"title": document.title, "text": document.text, "url": "", "lang": "", "labels": labels}
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
