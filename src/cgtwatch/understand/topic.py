"""Whether a document is about cell and gene therapy, and about which kinds."""

import re
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import Modality
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading, apart
from cgtwatch.understand.rules import Therapy

_TITLE, _LEAD, _REST = 3.0, 1.0, 0.5
_OFTEN = 4  # words for therapies in the opening of a text
_SHORT = 1_500  # characters of a summary, in which one mention counts
_AGAINST_MOST = 2.0  # what neighbouring fields named in the text can weigh together
_COMES_BACK = 0.25  # of the weight of the kind named most
_OPPOSED, _AGAINST_IT = frozenset({"warned", "enforced"}), frozenset({"safety", "enforcement"})
_NEAR = 24  # characters between the members of a list
_LIST, _SENTENCE = re.compile("[、，,]|和|与|以及| and "), re.compile(r"[。；;!?]|\. ")
_CELLS = frozenset({Modality.CAR_T, Modality.TCR_T, Modality.TIL, Modality.NK})


@dataclass(frozen=True, slots=True)
class Topic:
    """`weight` is how strongly the document speaks of therapies; `main` whether they are its subject and not one of many,
    `leading` whether its title or nearly every sentence names them, `early` whether the title or the opening of the text does."""

    cgt: bool
    weight: float
    main: bool
    leading: bool
    early: bool
    modalities: tuple[Modality, ...]
    spans: tuple[Span, ...]
    by_modality: dict[Modality, tuple[Span, ...]]


def topic(reading: Reading) -> Topic:
    """What `reading` says of therapies, with the words that say it."""
    claimed = _claimed(reading)
    strong = apart([hit for hit in (*reading.therapies, *claimed) if hit.meaning.strong])
    acts = [hit for hit in reading.acts if hit.meaning.cgt]
    weight = sum(sorted((reading.zone(hit, _TITLE, _LEAD, _REST) for hit in [*strong, *acts]), reverse=True)[:12])
    against = 0.0 if claimed else _against(reading, bool(reading.in_title([*strong, *acts])))
    if not [*strong, *acts] or against >= weight:
        return Topic(False, weight - against, False, False, False, (), (), {})
    by_modality = _modalities(reading, strong, acts)
    spans = tuple(reading.span(hit) for hit in [*strong, *acts][:8])
    main = _main(reading, strong, acts)
    leading = bool(reading.in_title([*strong, *acts])) or len(reading.in_lead([*strong, *acts])) >= _OFTEN
    early = bool(reading.in_title([*strong, *acts]) or reading.in_lead([*strong, *acts]))
    return Topic(True, weight - against, main, leading, early, tuple(by_modality), spans, by_modality)


def _claimed(reading: Reading) -> tuple[Hit, ...]:
    """What a cosmetic calls itself, where the title tells of an authority that acts against it."""
    head = reading.title_heads.act
    warned = any(hit.meaning.mark in _AGAINST_IT for hit in reading.in_title(reading.cues))
    if not (head and head.rule.mark in _OPPOSED) and not (warned and reading.in_title(reading.issuers)):
        return ()
    return tuple(
        Hit(hit.start, hit.end, Therapy((hit.meaning.claims,), strong=True)) for hit in reading.lookalikes if hit.meaning.claims
    )


def _against(reading: Reading, named_in_title: bool) -> float:
    """How strongly look-alikes speak for the whole document."""
    titled = {m for hit in reading.in_title(reading.therapies) if hit.meaning.strong for m in hit.meaning.modalities}
    only_editing = titled == {Modality.GENE_EDITING}  # of people or of plants: the text decides
    strong = neighbours = 0.0
    for hit in reading.lookalikes:
        if hit.meaning.scope in ("strong", "document") and _listed(reading, hit):
            continue
        scope, title = hit.meaning.scope, hit.start < reading.title_end
        if scope in ("strong", "tender"):
            strong += 9.0 if title else (0.5 if named_in_title and not only_editing else 1.5)
        elif scope == "document" and title:
            strong += 1.5 if named_in_title else 3.0
        elif scope == "document":
            neighbours += reading.zone(hit, 0.0, 0.3 if named_in_title else 1.0, 0.2)
    return strong + min(neighbours, _AGAINST_MOST)


def _listed(reading: Reading, hit: Hit) -> bool:
    """Whether a neighbouring field stands in the text in one list with a therapy: then it says nothing against it."""
    if hit.start < reading.title_end:
        return False
    for other in reading.therapies:
        if other.meaning.strong and other.start >= reading.title_end:
            between = reading.whole[min(hit.end, other.end) : max(hit.start, other.start)]
            if len(between) <= _NEAR and _LIST.search(between) and not _SENTENCE.search(between):
                return True
    return False


def _main(reading: Reading, strong: list[Hit], acts: list[Hit]) -> bool:
    """In the title, or often and early in the text."""
    if reading.in_title([*strong, *acts]):
        return True
    early = len(reading.in_lead([*strong, *acts]))
    dense = len(strong) / max(1.0, (len(reading.whole) / (120 if reading.language in ("zh", "ja", "ko") else 350)))
    return early >= 2 and dense >= 0.6


def _modalities(reading: Reading, strong: list[Hit], acts: list[Hit]) -> dict[Modality, tuple[Span, ...]]:
    """The kinds named: all of the title, and of the text those it comes back to (all, where the title names none)."""
    weights: dict[Modality, float] = {}
    spans: dict[Modality, list[Span]] = {}
    for hit in [*strong, *acts]:
        for modality in hit.meaning.modalities:
            weights[modality] = weights.get(modality, 0.0) + reading.zone(hit, _TITLE, _LEAD, _REST)
            spans.setdefault(modality, []).append(reading.span(hit))
    most = max(weights.values(), default=0.0)
    titled = {m for hit in reading.in_title([*strong, *acts]) for m in hit.meaning.modalities}
    brief = len(reading.whole) < _SHORT
    enough = min(most, (1.0 if titled else 0.5) if brief else max(1.0, most * _COMES_BACK))
    opening = reading.in_lead([*strong, *acts]) if titled <= {Modality.CGT_GENERAL} else ()
    titled |= {m for hit in opening for m in hit.meaning.modalities}  # what a title means that names only the field
    kept = {m for m, weight in weights.items() if weight >= enough} | titled
    kept -= _said_better(reading, strong, acts, kept)
    return {m: tuple(spans[m][:5]) for m in Modality if m in kept}


def _said_better(reading: Reading, strong: list[Hit], acts: list[Hit], kept: set[Modality]) -> set[Modality]:
    """What a more special kind already says: "cell therapy" beside stem cells, "immune cell" beside CAR-T."""
    title = reading.in_title([*strong, *acts])
    where = title or (*strong, *acts)
    special = {m for hit in where if not getattr(hit.meaning, "generic", False) for m in hit.meaning.modalities} & kept
    general = Modality.CGT_GENERAL
    gone = set()
    if special - {general} and general not in special:
        gone.add(general)
    if special & _CELLS and Modality.IMMUNE_CELL in kept and (title or len(special & _CELLS) > 1):
        gone.add(Modality.IMMUNE_CELL)
    return gone
