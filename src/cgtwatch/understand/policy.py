"""Whether a document is an act of an authority, or news of one."""

from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import Level
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading

_THRESHOLD = 1.35
_AGAINST = (1.0, 0.35, 0.12)  # title, opening, rest
_FOR = (1.0, 0.6, 0.2)
_DECISIONS = frozenset({"marketing", "approval", "trial", "accepted", "designation", "preliminary", "voice"})
_FIRM = 1.2
_NOISE = frozenset({"business", "soft business", "stock", "science", "society"})  # a decision told in a company's words stays one


@dataclass(frozen=True, slots=True)
class Stand:
    """`score` is what speaks for policy less what speaks against it; above zero it is policy."""

    policy: bool
    score: float
    spans: tuple[Span, ...]
    marks: frozenset[str]  # of the words for, in title and opening
    title_marks: frozenset[str]
    against: frozenset[str]


def stand(reading: Reading) -> Stand:
    """Weighs the words for and against."""
    for_, against = _strongest(reading)
    authority = _authority(reading)
    score = sum(sorted((w for w, _ in for_.values()), reverse=True)[:3])
    decided = any(hit.meaning.mark in _DECISIONS and hit.meaning.weight >= _FIRM for hit in reading.in_title(reading.cues))
    weights = (w * (0.4 if decided and name in _NOISE else 1.0) for name, (w, _) in against.items())
    score -= sum(sorted(weights, reverse=True)[:3])
    score += authority + _acts(reading) - _THRESHOLD
    spans = [reading.span(hit) for _, hit in sorted(for_.values(), key=lambda pair: -pair[0])[:4]]
    spans += [reading.span(hit) for hit in reading.in_title(reading.issuers)[:2]]
    spans += [reading.span(hit) for hit in reading.in_title(reading.acts)[:1]]
    if not spans and reading.document.source_issuer:
        spans = [Span(0, 0, reading.document.source_issuer, of="source")]
    seen = {hit.meaning.mark for hit in reading.cues if hit.start < reading.lead_end and hit.meaning.weight > 0}
    titled = {hit.meaning.mark for hit in reading.in_title(reading.cues) if hit.meaning.weight > 0}
    return Stand(score > 0 and bool(spans), score, tuple(spans), frozenset(seen), frozenset(titled), frozenset(against))


def _strongest(reading: Reading) -> tuple[dict[str, tuple[float, Hit]], dict[str, tuple[float, Hit]]]:
    """Of each mark the strongest word, for and against."""
    for_: dict[str, tuple[float, Hit]] = {}
    against: dict[str, tuple[float, Hit]] = {}
    for hit in reading.cues:
        cue = hit.meaning
        side, zones = (for_, _FOR) if cue.weight > 0 else (against, _AGAINST)
        weight = abs(cue.weight) * reading.zone(hit, *zones)
        key = cue.mark or (cue.doc_type.value if cue.doc_type else "")
        if weight > side.get(key, (0.0, hit))[0]:
            side[key] = (weight, hit)
    return for_, against


def _authority(reading: Reading) -> float:
    """What the authorities named are worth: most in the title, and where the source itself is one."""
    document = reading.document
    own = document.source_issuer is not None and document.source_level is not Level.NEWS
    if own:
        return 2.0
    if reading.in_title(reading.issuers):
        return 1.0
    if reading.in_lead(reading.issuers):
        return 0.5
    return 0.45 if reading.in_title(reading.places) else 0.0


def _acts(reading: Reading) -> float:
    titled = [hit.meaning.news for hit in reading.in_title(reading.acts)]
    lead = [hit.meaning.news * 0.5 for hit in reading.in_lead(reading.acts)]
    return max([*titled, *lead], default=0.0)
