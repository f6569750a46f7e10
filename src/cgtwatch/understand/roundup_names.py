"""What an act is called in the words that tell of it, and the day on which a page's own act happened."""

import re
from datetime import date

from cgtwatch.model.classification import Document, Labels

_ISSUED_ZH = re.compile(
    r"(?:印发|发布|制定了?|公布|起草了?|出台|签署|批准|颁布|下发)[^《。]{0,20}《(?P<name>(?:[^《》]|《[^《》]*》){4,160})》(?P<mark>[(（][^()（）]{2,12}[)）])?"
)
_TITLED = re.compile(r"《(?P<name>(?:[^《》]|《[^《》]*》){4,160})》(?P<mark>[(（][^()（）]{2,12}[)）])?")
_QUOTED = re.compile(r"[\"“](?P<name>[^\"”]{8,240}?)[.,;]?[\"”]")
_ISSUED_EN = re.compile(
    r"\b(?:issued|released|published|formulated)\b[^.\"“]{0,80}?(?:the |an? )(?P<name>[A-Z0-9][^.\"“]{12,200}?)"
    r"(?:[.,;]| which | and )"
)
_SENTENCE = re.compile(r"^(.{12,200}?)(?:[。！？]|\.\s|\n|$)", re.DOTALL)
_LONGEST = 200


def act_name(title: str, text: str) -> str:
    """The name of the act that is issued, else the first one in quotes, else the first sentence."""
    whole = f"{title}\n{text}"[:1500]
    for pattern in (_ISSUED_ZH, _TITLED, _QUOTED, _ISSUED_EN):
        match = pattern.search(whole)
        if match:
            return (match["name"] + (match.groupdict().get("mark") or "")).strip()
    first = _SENTENCE.match(whole.strip())
    return (first[1] if first else whole.strip())[:_LONGEST].strip()


def own_day(document: Document, labels: Labels) -> date | None:
    """The day of a page's own act: its document date, else the day it appeared."""
    return labels.document_date or document.published
