"""One decision of an authority under two headlines: reports of approvals and clearances, also in two languages."""

import re
from datetime import timedelta

from cgtwatch.link.side import Judgement, Side
from cgtwatch.link.wording import fold
from cgtwatch.model.event import Relation

_WINDOW = timedelta(days=2)
_APPROVAL = re.compile(r"获批上市|批准.{0,24}(?:上市|治疗|疗法)|上市批准|获批(?!临床)|\bapprov(?:al|es|ed)\b")
_CLEARANCE = re.compile(r"批准临床|获批临床|临床试验(?:批准|许可)|获.{0,6}(?:fda|nmpa|cde).{0,4}批准临床|\bind\b|clears? ")
# Names that a maker gives: Latin words with capitals or digits, and stems of substances.
_PRODUCT = re.compile(
    r"\b[a-z]+(?:-[a-z0-9]+)*(?:cel|gene|vec|leucel|parvovec)\b|\b[a-z]{1,4}-?[a-z]{0,3}\d{2,5}\b"
    r"|[\u4e00-\u9fff]{2,6}(?:仑赛|奥仑赛|托赛|注射液)"
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SPECIFIC = 2


def one_decision(a: Side, b: Side) -> Judgement | None:
    """Whether two headlines tell of one approval or clearance: same authority, day, kind, and something specific in common."""
    if not set(a.issuers) & set(b.issuers) or a.day is None or b.day is None or abs(a.day - b.day) > _WINDOW:
        return None
    kind = _kind(a)
    if kind is None or kind != _kind(b):
        return None
    products, others = _products(a), _products(b)
    if products & others:
        return Judgement(Relation.SAME_ACT, "none", f"both tell of {min(products & others)}")
    same_script = bool(_CHINESE.search(a.title)) == bool(_CHINESE.search(b.title))
    if same_script and products and others:
        return None
    shared = {idea for idea, weight in a.ideas.items() if weight >= _SPECIFIC and idea in b.ideas}
    common = set(a.ideas) & set(b.ideas)
    if shared and len(common) >= (4 if same_script else 3):
        return Judgement(Relation.SAME_ACT, "none", f"one {kind} by one authority on one day: {', '.join(sorted(common))}")
    return None


def _kind(side: Side) -> str | None:
    text = side.folded_title
    if _CLEARANCE.search(text):
        return "clearance"
    return "approval" if _APPROVAL.search(text) else None


def _products(side: Side) -> set[str]:
    return {match[0] for match in _PRODUCT.finditer(fold(side.title))}
