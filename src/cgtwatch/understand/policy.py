"""Whether a document is an act of an authority, or news of one: rules weigh the words, a small learned scorer the weights."""

from collections.abc import Mapping, Sequence
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
_SUBJECT = 0.4  # an authority that opens the title is its subject
_FIRST_WORDS = 4
_NOISE = frozenset({"business", "soft business", "stock", "science", "society"})  # a decision told in a company's words stays one
_SCORE_MOST = 3.0  # the rules' score says no more beyond it


@dataclass(frozen=True, slots=True)
class Stand:
    """`score` is what speaks for policy less what speaks against it (a log-odds); above zero it is policy."""

    policy: bool
    score: float
    spans: tuple[Span, ...]
    marks: frozenset[str]  # of the words for, in title and opening
    title_marks: frozenset[str]
    against: frozenset[str]


def stand(reading: Reading, weights: Mapping[str, float]) -> Stand:
    """Weighs the words for and against; without a word to rest on nothing is policy."""
    cues = _first_cues(reading)
    for_, against = _strongest(reading, cues)
    spans = [reading.span(hit) for _, hit in sorted(for_.values(), key=lambda pair: -pair[0])[:4]]
    spans += [reading.span(hit) for hit in reading.in_title(reading.issuers)[:2]]
    spans += [reading.span(hit) for hit in reading.in_title(reading.acts)[:1]]
    if not spans and reading.document.source_issuer:
        spans = [Span(0, 0, reading.document.source_issuer, of="source")]
    score = sum(weights.get(name, 0.0) * value for name, value in _features(reading, cues).items())
    seen = {hit.meaning.mark for hit in cues if hit.start < reading.lead_end and hit.meaning.weight > 0}
    titled = {hit.meaning.mark for hit in reading.in_title(cues) if hit.meaning.weight > 0}
    return Stand(score > 0 and bool(spans), score, tuple(spans), frozenset(seen), frozenset(titled), frozenset(against))


def features(reading: Reading) -> dict[str, float]:
    """What the learned scorer looks at: the rules' own score, and the strongest word of each mark by where it stands."""
    return _features(reading, _first_cues(reading))


def _first_cues(reading: Reading) -> list[Hit]:
    """Of each cue its first place in the title, in the opening and in the rest: how often it comes again says nothing more."""
    first: dict[tuple[int, int], Hit] = {}
    for hit in reading.cues:
        zone = 0 if hit.start < reading.title_end else 1 if hit.start < reading.lead_end else 2
        first.setdefault((id(hit.meaning), zone), hit)
    return list(first.values())


def _features(reading: Reading, cues: Sequence[Hit]) -> dict[str, float]:
    found = {
        "bias": 1.0,
        "rules": max(-_SCORE_MOST, min(_SCORE_MOST, _by_rules(reading, cues))) / 2,
        "authority": _authority(reading),
        "authority in opening": float(bool(reading.in_lead(reading.issuers))),
        "named act": _acts(reading),
        "place in title": float(bool(reading.in_title(reading.places))),
        "therapy in title": float(bool(reading.in_title(reading.therapies))),
        "has text": float(bool(reading.document.text)),
        **_built(reading),
    }
    for hit in cues:
        zone = "title" if hit.start < reading.title_end else "opening" if hit.start < reading.lead_end else "rest"
        name = f"{zone} {'for' if hit.meaning.weight > 0 else 'against'} {_mark(hit)}"
        found[name] = max(found.get(name, 0.0), abs(hit.meaning.weight))
    return found


def _built(reading: Reading) -> dict[str, float]:
    """What the build of the title says, and that of the first sentence."""
    found = {}
    for zone, heads in (("title", reading.title_heads), ("opening", reading.lead_heads)):
        if heads.act and (zone == "title" or not reading.title_heads.act):
            found[f"{zone} built for"] = heads.act.rule.weight
        if heads.against:
            found[f"{zone} built against"] = -heads.against.rule.weight
    if not reading.title_heads.act:
        found["title names no act"] = 1.0
    if not (reading.title_heads.act or reading.lead_heads.act):
        found["nothing names an act"] = 1.0
    if reading.title_heads.against and not reading.title_heads.act:
        found["title only against"] = 1.0
    return found


def _by_rules(reading: Reading, cues: Sequence[Hit]) -> float:
    """The score of the rules alone: the three strongest marks for, less those against, with who speaks."""
    for_, against = _strongest(reading, cues)
    score = sum(sorted((weight for weight, _ in for_.values()), reverse=True)[:3])
    titled = reading.in_title(cues)
    decided = any(hit.meaning.mark in _DECISIONS and hit.meaning.weight >= _FIRM for hit in titled)
    held = (weight * (0.4 if decided and name in _NOISE else 1.0) for name, (weight, _) in against.items())
    score -= sum(sorted(held, reverse=True)[:3])
    return score + _authority(reading) + _acts(reading) - _THRESHOLD


def _mark(hit: Hit) -> str:
    cue = hit.meaning
    return cue.mark or (cue.doc_type.value if cue.doc_type else "")


def _strongest(reading: Reading, cues: Sequence[Hit]) -> tuple[dict[str, tuple[float, Hit]], dict[str, tuple[float, Hit]]]:
    """Of each mark the strongest word, for and against."""
    for_: dict[str, tuple[float, Hit]] = {}
    against: dict[str, tuple[float, Hit]] = {}
    for hit in cues:
        side, zones = (for_, _FOR) if hit.meaning.weight > 0 else (against, _AGAINST)
        weight = abs(hit.meaning.weight) * reading.zone(hit, *zones)
        key = _mark(hit)
        if weight > side.get(key, (0.0, hit))[0]:
            side[key] = (weight, hit)
    return for_, against


def _authority(reading: Reading) -> float:
    """What the authorities named are worth: most in the title, and where the source itself is one."""
    document = reading.document
    if document.source_issuer is not None and document.source_level is not Level.NEWS:
        return 2.0
    titled = reading.in_title(reading.issuers)
    if titled:
        opens = titled[0].start <= _FIRST_WORDS and reading.whole[titled[0].end : titled[0].end + 1] != "-"
        return 1.0 + (_SUBJECT if opens else 0.0)
    if reading.in_lead(reading.issuers):
        return 0.5
    return 0.45 if reading.in_title(reading.places) else 0.0


def _acts(reading: Reading) -> float:
    titled = [hit.meaning.news for hit in reading.in_title(reading.acts)]
    lead = [hit.meaning.news * 0.5 for hit in reading.in_lead(reading.acts)]
    return max([*titled, *lead], default=0.0)
