"""How long drafts of an authority wait for their final form, and since when one has waited far longer than that.

Waits are taken as log-normal: what is usual is their median, and far longer is what nineteen of twenty do not reach. An authority's few
waits are weighed against those of all authorities for the same kind of paper, and these against a prior, as if each had been seen
`_WEIGHT` times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, fsum, log, sqrt

from cgtwatch.model.taxonomy import DocType

_WEIGHT = 4.0
_FAR = 1.645  # standard deviations that nineteen of twenty stay below
_LEAST = 1.5  # times the usual wait, whatever the deviation
# Days that half of the drafts of a kind wait, from long practice of national authorities; laws pass through parliaments.
_USUAL = {
    DocType.LAW: 540, DocType.STANDARD: 420, DocType.GUIDELINE: 330, DocType.PLAN: 180, DocType.NOTICE: 180, DocType.REIMBURSEMENT: 120,
    DocType.APPROVAL: 60, DocType.FUNDING: 60,
}  # fmt: skip
_OTHER = 300
_SPREAD = 0.6  # standard deviation of the logarithm of waits


@dataclass(frozen=True, slots=True)
class Wait:
    """One draft that became final: whose, of which kind, and after how many days."""

    issuers: tuple[str, ...]
    doc_type: DocType
    days: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the final form of a draft was to be expected, from when on it counts as stalled, and on how many waits of the same
    authority that rests.
    """

    expected_by: date
    stalled_since: date
    usual_days: int
    known: int


def outlook(draft_on: date, issuers: Sequence[str], doc_type: DocType, past: Iterable[Wait]) -> Outlook:
    """The outlook of a draft of `draft_on`, given the waits that are over."""
    logs = [(set(wait.issuers), log(wait.days)) for wait in past if wait.doc_type is doc_type and wait.days > 0]
    own = [value for whose, value in logs if whose & set(issuers)]
    others = [value for whose, value in logs if not whose & set(issuers)]
    pooled = _shrunk(others, log(_USUAL.get(doc_type, _OTHER)), _SPREAD)
    usual, spread = _shrunk(own, *pooled)
    days = round(exp(usual))
    late = round(days * max(_LEAST, exp(_FAR * spread)))
    return Outlook(_after(draft_on, days), _after(draft_on, late), days, len(own))


def _shrunk(values: Sequence[float], mean: float, spread: float) -> tuple[float, float]:
    """Mean and standard deviation of what was seen and of `_WEIGHT` more values of the given mean and deviation."""
    weight = len(values) + _WEIGHT
    centre = (fsum(values) + _WEIGHT * mean) / weight
    square = fsum((value - centre) ** 2 for value in values) + _WEIGHT * (spread**2 + (mean - centre) ** 2)
    return centre, sqrt(square / weight)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))
