"""The days a document names for its comment deadline, its entry into force and itself."""

from dataclasses import dataclass
from datetime import date

from cgtwatch.model.classification import Span

COMMENT_DEADLINE = "comment_deadline"
EFFECTIVE_DATE = "effective_date"
DOCUMENT_DATE = "document_date"


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One field read out of a text, at most one a field. `span` counts in the text that was searched.

    `value` is None where the text gives only a length or an anchor that cannot be resolved; `relative` is that length as an
    ISO 8601 duration from publication (`P1M`, `P0D`), or None where the day is printed.
    """

    field: str
    value: date | None
    relative: str | None
    span: Span


def find(text: str, *, published: date | None, lang: str | None = None, zone: str | None = None) -> tuple[FoundDate, ...]:
    """The dates of the act that `text` tells of, at most one for each field; nothing is guessed.

    Relative dates resolve only from `published`, the day as printed in the issuer's `zone`, or from a start that the text tells.
    """
    return ()
