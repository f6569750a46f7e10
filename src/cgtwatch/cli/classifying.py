"""A file as a document, and what was understood of it as a record."""

import json
from datetime import date
from typing import Any

from cgtwatch.compose.records import act_record, evidence_record, labels_record, rounded
from cgtwatch.errors import CgtwatchError, ConfigError
from cgtwatch.model.classification import Document, Understanding
from cgtwatch.parse.document import document


def document_of(body: bytes, name: str, published: str | None) -> Document:
    """The document in `body`: JSON with `title` and `text`, or whatever the parser makes of text, HTML, Markdown or PDF.

    Raises `ConfigError` for a day that is none, `ParseError` for bytes that cannot be read.
    """
    on = _day(published)
    if not body.strip():
        raise CgtwatchError(f"{name or 'standard input'} is empty: there is nothing to classify")
    given = _json(body)
    if given is not None:
        return Document(
            _text(given, "title"),
            _text(given, "text"),
            _text(given, "url"),
            on or _day(given.get("published")),
            _text(given, "lang") or None,
        )
    article = document(body, name)
    return Document(article.title, article.text, "", on or article.published_on, article.language)


def _json(body: bytes) -> dict[str, Any] | None:
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and ("title" in found or "text" in found) else None


def _text(given: dict[str, Any], key: str) -> str:
    """A text of the document; a question mark stands for each half of a character (JSON may hold lone surrogates)."""
    value = given.get(key)
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str | int | float) else ""


def _day(text: Any) -> date | None:  # noqa: ANN401 - the JSON border
    if not text:
        return None
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError as error:
        raise ConfigError([f"{text!r} is no day; write 2026-11-22 (ISO 8601)"]) from error


def classification_record(found: Understanding) -> dict[str, Any]:
    """What `classify --json` prints: labels, evidence by field, and the acts."""
    classified = found.classification
    return {
        "labels": labels_record(classified.labels),
        "evidence": evidence_record(classified.evidence),
        "confidence": rounded(classified.confidence),
        "events": [act_record(act) | {"evidence": evidence_record(act.evidence)} for act in found.acts],
        "language": classified.language,
        "rules": classified.rules,
    }
