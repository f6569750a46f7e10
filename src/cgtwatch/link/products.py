"""One decision of an authority under two headlines: reports of approvals, clearances and designations, also in two languages."""

import re
from datetime import timedelta

from cgtwatch.link.glossary import SPECIFIC
from cgtwatch.link.side import Judgement, Side
from cgtwatch.model.event import Relation

_WINDOW, _NAMED_WINDOW = timedelta(days=2), timedelta(days=4)  # a well-known product is not decided on twice within days
_KINDS = (
    (
        "clearance",
        re.compile(r"批准临床|获批临床|临床试验(?:批准|许可)|默示许可|获.{0,6}(?:fda|nmpa|cde).{0,4}批准临床|\bind\b|clears? "),
    ),
    ("designation", re.compile(r"突破性治疗|孤儿药|快速通道|优先审评|资格认定|\bdesignat|\brmat\b|\bpriority review\b")),
    (
        "approval",
        re.compile(
            r"获批上市|批准.{0,24}(?:上市|治疗|疗法)|上市批准|获批(?!临床)|\bapprov(?:al|es|ed)\b|\bauthori[sz](?:es|ed)\b|承認|허가"
        ),
    ),
)
# Names that a maker gives: Latin words with capitals or digits, and stems of substances; receptors and genes are written alike.
_PRODUCT = re.compile(
    r"\b[a-z]+(?:-[a-z0-9]+)*(?:cel|gene|vec|leucel|parvovec)\b|\b(?!cd\d|il\d|her\d|cldn|bcma|gpc\d|hla|ich|part|phase|no\d|sec)[a-z]{1,4}-?[a-z]{0,3}\d{2,5}\b"
    r"|[\u4e00-\u9fff]{2,6}(?:仑赛|奥仑赛|托赛|注射液)"
)


def one_decision(a: Side, b: Side) -> Judgement | None:
    """Whether two headlines tell of one approval or clearance: same authority, day, kind, and something specific in common."""
    if not set(a.issuers) & set(b.issuers) or a.day is None or b.day is None or abs(a.day - b.day) > _NAMED_WINDOW:
        return None
    kind = decision(a)
    if kind is None or kind != decision(b):
        return None
    known = a.products & b.products
    if known:
        return Judgement(Relation.SAME_ACT, "none", f"both tell of the {kind} of {min(known)}")
    if abs(a.day - b.day) > _WINDOW or (a.products and b.products):
        return None
    return _by_words(a, b, kind)


def decision(side: Side) -> str | None:
    """Which kind of decision on one product a headline tells of."""
    return next((kind for kind, pattern in _KINDS if pattern.search(side.folded_title)), None)


def _by_words(a: Side, b: Side, kind: str) -> Judgement | None:
    products, others = _products(a), _products(b)
    if products & others:
        return Judgement(Relation.SAME_ACT, "none", f"both tell of {min(products & others)}")
    same_script = a.script == b.script
    if kind == "designation" or (same_script and products and others) or not (_told(a, b) and _told(b, a)):
        return None
    weights = {**a.tells.ideas, **b.tells.ideas}
    common = (a.tells.ideas.keys() & b.tells.covered) | (b.tells.ideas.keys() & a.tells.covered)
    shared = {idea for idea in common if weights[idea] >= SPECIFIC}
    if shared and len(common) >= (4 if same_script else 3):
        return Judgement(Relation.SAME_ACT, "none", f"one {kind} by one authority on one day: {', '.join(sorted(common))}")
    return None


def _told(a: Side, b: Side) -> bool:
    """Whether what `a` tells specifically is in `b`, too, which may leave out the name of the product."""
    return all(idea in b.tells_at_all for idea, weight in a.tells.ideas.items() if weight == SPECIFIC)


def _products(side: Side) -> set[str]:
    return {match[0] for match in _PRODUCT.finditer(side.folded_title)}
