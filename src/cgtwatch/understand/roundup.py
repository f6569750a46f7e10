"""The acts that one document tells of: its own, or one for each entry of a review, each deputy of an article, each headline of a brief."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from cgtwatch.model.classification import Act, Classification, Document, Labels, Span
from cgtwatch.model.taxonomy import DocType, Level, Stage
from cgtwatch.understand.classify import classify
from cgtwatch.understand.reading import survey
from cgtwatch.understand.roundup_dated import by_agency, by_bullet, by_paragraph, under_dates
from cgtwatch.understand.roundup_entry import Entry, lines_of
from cgtwatch.understand.roundup_lists import deputies, headlines, japanese_register, several_drafts, table_rows
from cgtwatch.understand.roundup_names import act_name, own_day
from cgtwatch.understand.roundup_tables import by_columns
from cgtwatch.understand.roundup_told import bracketed, told_bullets, told_deputies
from cgtwatch.understand.rules import Rules

_TEXT = 400_000  # characters; a longer text is a book
_MOST = 300  # entries
_FINER = {"city": 0, "municipality": 1, "province": 2, "sar": 2, "state": 2, "district": 3, "country": 4}


def acts(document: Document, rules: Rules, classification: Classification) -> tuple[Act, ...]:
    """The acts in the order of the page. An ordinary page gives one, its main; a round-up gives its entries and not itself.

    Spans of an entry's labels count in the whole document (title, line break, text). Never raises for odd text.
    """
    entries = _entries(document, rules)
    found = [act for entry in entries[:_MOST] if (act := _act(entry, document, rules)) is not None]
    found = _distinct(found) if entries and entries[0].kind == "headline" else found
    if len(found) >= 2:
        return tuple(found)
    return (_main(document, classification),)


def _main(document: Document, classification: Classification) -> Act:
    labels = classification.labels
    name = act_name(document.title, document.text) if not document.title.strip() else document.title
    return Act(name, labels, own_day(document, labels), classification.evidence, main=True)


def _entries(document: Document, rules: Rules) -> list[Entry]:
    text = document.text[:_TEXT]
    published = document.published
    lines = lines_of(text, published)
    place_of = _places(rules)
    one_act = bool(
        _ONE_ACT.search(document.title) or _REPLY.search(text[:_OPENING])
    )  # what it tells by date is how it came about
    forms: tuple[Callable[[], list[Entry]], ...] = (
        lambda: under_dates(lines, place_of),
        lambda: table_rows(text),
        lambda: by_columns(text),
        lambda: deputies(lines, published),
        lambda: told_deputies(lines, document.title, published),
        lambda: headlines(lines, published),
        lambda: several_drafts(text, published),
        lambda: japanese_register(text),
        lambda: bracketed(lines, document.title),
        lambda: [] if one_act else by_paragraph(lines, place_of, document.title),
        lambda: by_agency(lines, document.title),
        lambda: by_bullet(lines, place_of),
        lambda: [] if one_act else told_bullets(lines),
    )
    for form in forms:
        found = form()
        if found:
            return found
    return []


_ONE_ACT = re.compile(
    r"解读|答复|回复|复函|答记者问|问答|起草说明|编制说明|(?:条例|办法|规定|细则|通知|公告|通告|决定|批复|意见|方案|规划)(?:[(（][^()（）]*[)）])?\W*$"
    r"|\b(?:Q&A|explained|explainer|interpretation|draft guidance|notice of|final rule)\b",
    re.IGNORECASE,
)

_REPLY = re.compile(r"答复如下|解读如下|作如下解读|答复全文|回复如下|说明如下")
_OPENING = 600  # characters


def _places(rules: Rules) -> Callable[[str], str]:
    def place_of(heading: str) -> str:
        """The id of the finest place below the country that a heading names."""
        reading = survey(Document(heading, ""), rules)
        # "Shanghai Municipality" is known as the name of a government; it stands for its place here.
        named = {hit.meaning.id.removeprefix("other:").removesuffix("_gov") for hit in reading.issuers}
        hits = [*(hit.meaning for hit in reading.places), *(place for place in rules.places if place.id and place.id in named)]
        below = [place for place in hits if place.kind in _FINER and place.kind != "country"]
        return str(min(below, key=lambda place: _FINER[place.kind]).id) if below else ""

    return place_of


def _act(entry: Entry, document: Document, rules: Rules) -> Act | None:
    home = next((place for place in rules.places if place.id == entry.place), None)
    part = Document(
        title=entry.title,
        text=entry.text,
        url=document.url,
        published=entry.on,
        language=document.language,
        source_jurisdiction=home.code if home else document.source_jurisdiction,
        source_level=document.source_level,
    )
    found = classify(part, rules)
    if entry.agency:
        part, found = _under_agency(entry, part, found, rules)
    if entry.kind == "listed" and not found.evidence.get("issuers"):
        return None
    if entry.kind == "headline" and not found.labels.policy:
        return None
    labels = _labels(entry, found.labels, part, rules)
    if home is not None and home.code.startswith("CN-"):
        labels = _at_place(labels, part, home.code, _acting_place(part, rules) or home.id, rules)
    if not labels.issuers and not labels.jurisdiction:
        return None
    on = entry.on or (labels.document_date if entry.kind == "section" else None)
    return Act(entry.name or act_name(entry.title, entry.text), labels, on, _evidence(entry, found, document))


def _under_agency(entry: Entry, part: Document, found: Classification, rules: Rules) -> tuple[Document, Classification]:
    """Where an entry names no authority itself, the heading above it does."""
    heads = [hit.meaning for hit in survey(Document(entry.agency, ""), rules).issuers]
    if not heads or found.evidence.get("issuers"):
        return part, found
    agency = heads[0]
    part = replace(part, source_issuer=agency.id, source_jurisdiction=agency.jurisdiction, source_level=agency.level)
    found = classify(part, rules)
    if not found.labels.policy:
        lifted = replace(found.labels, policy=True, issuers=(agency.id,), jurisdiction=agency.jurisdiction, level=agency.level)
        found = replace(found, labels=lifted)
    return part, replace(found, evidence={**found.evidence, "issuers": (Span(0, 0, "", "source"),)})


def _labels(entry: Entry, labels: Labels, part: Document, rules: Rules) -> Labels:
    """The labels of an entry; being listed as an act makes it policy even where its few words do not."""
    if not labels.policy:
        lifted = classify(replace(part, title=_lifted(entry, part)), rules).labels
        labels = replace(lifted, cgt=labels.cgt, policy=True, relevant=labels.cgt, modalities=labels.modalities)
    if entry.kind == "proposal":
        labels = _proposal(entry, labels, rules)
    if entry.issuers:
        labels = replace(
            labels, issuers=entry.issuers, jurisdiction=entry.place, level=Level.NATIONAL, stage=_step(entry, labels.stage)
        )
    if labels.document_date is None and entry.on is not None and entry.on.day != 1:
        labels = replace(labels, document_date=entry.on)
    return labels


def _lifted(entry: Entry, part: Document) -> str:
    return f"{part.title} 发布通知" if any(char > "\u2e80" for char in entry.title) else f"{part.title} issued a notice"


def _step(entry: Entry, stage: Stage) -> Stage:
    if entry.title.endswith("廃止"):
        return Stage.REPEALED
    return Stage.AMENDED if entry.title.endswith(("改正", "変更")) else Stage.ISSUED if stage is Stage.NONE else stage


_CONSULTS = re.compile(r"CPPCC|政协")
_NATIONAL = re.compile(r"全国|National")


def _proposal(entry: Entry, labels: Labels, rules: Rules) -> Labels:
    """A deputy's proposal goes to the assembly of the seat: the national one, or a province's."""
    seat = survey(Document(entry.place, ""), rules)
    assembly = "npc" if re.search(r"NPC|National People|人大", entry.place) and not _CONSULTS.search(entry.place) else "cppcc"
    named = next((hit.meaning for hit in seat.issuers if hit.meaning.id.rpartition("_")[2] == assembly), None)
    if named is None or (named.id == assembly and not _NATIONAL.search(entry.place)):
        home = next((str(hit.meaning.id) for hit in seat.places if hit.meaning.code.startswith("CN-")), "")
        other = next((hit.meaning.id for hit in seat.issuers if hit.meaning.id.startswith("other:")), "")
        home = home or other.removeprefix("other:").rpartition("_")[0]  # "Hebei's two sessions" names its congress
        named = rules.issuers.get(f"other:{home}_{assembly}" if home else assembly)
    if named is None:
        return replace(labels, doc_type=DocType.PROPOSAL, stage=Stage.PROPOSED)
    return replace(
        labels,
        doc_type=DocType.PROPOSAL,
        stage=Stage.PROPOSED,
        issuers=(named.id,),
        jurisdiction=named.jurisdiction,
        level=named.level,
    )


_WORK_REPORT = re.compile(
    r"政府工作报告|\breport on the work of the (?:\S+ ){0,4}government|\bgovernment work report", re.IGNORECASE
)


def _at_place(labels: Labels, part: Document, code: str, place: str, rules: Rules) -> Labels:
    """Under the heading of a place an entry that names no authority of its own is that place's, or its district's."""
    general = all(issuer.endswith("_gov") and not issuer.startswith("other:") for issuer in labels.issuers)
    district = f"other:{place}_gov"
    if _WORK_REPORT.search(part.whole) and f"{place}_gov" in rules.issuers:
        return replace(labels, issuers=(f"{place}_gov",), jurisdiction=code, level=rules.issuers[f"{place}_gov"].level)
    # A body of a district acts for its government, which is what reviews name.
    above = [f"other:{where.id}_gov" for where in rules.places if where.kind == "district" and _is_body_of(labels, where.id)]
    if above:
        return replace(labels, issuers=tuple(dict.fromkeys((*labels.issuers, *above))), jurisdiction=labels.jurisdiction or code)
    if general and district in rules.issuers:
        return replace(labels, issuers=(district,), jurisdiction=code, level=rules.issuers[district].level)
    if labels.issuers and labels.jurisdiction:
        return labels
    return replace(labels, jurisdiction=code, issuers=labels.issuers or (f"{place}_gov",))


def _is_body_of(labels: Labels, place: str) -> bool:
    return any(issuer.startswith(f"other:{place}_") for issuer in labels.issuers)


_ISSUES = re.compile(r"\b(?:issued|released|published|formulated|announced)\b|发布|印发|出台|公布|制定")
_BEFORE = 40  # characters: "the science commission of Pudong New Area issued"


def _acting_place(part: Document, rules: Rules) -> str:
    """The district that stands right before the word for issuing, which says that a body of it issued."""
    verb = _ISSUES.search(part.whole)
    if verb is None:
        return ""
    near = [
        hit for hit in survey(part, rules).places if hit.meaning.kind == "district" and 0 <= verb.start() - hit.end <= _BEFORE
    ]
    return str(near[-1].meaning.id) if near else ""


def _evidence(entry: Entry, found: Classification, document: Document) -> Mapping[str, tuple[Span, ...]]:
    """Spans found in the entry, moved to where they stand in the whole document; what cannot be moved exactly is left out."""
    whole = document.whole
    moved: dict[str, tuple[Span, ...]] = {}
    begin = len(document.title) + 1 + entry.start
    limit = len(document.title) + 1 + entry.end
    for field, spans in found.evidence.items():
        placed = tuple(span for old in spans if (span := _placed(old, whole, begin, limit)) is not None)
        if placed:
            moved[field] = placed
    if entry.day_span is not None:
        start, end = (len(document.title) + 1 + at for at in entry.day_span)
        moved["document_date"] = (Span(start, end, whole[start:end]),)
    return moved


def _placed(span: Span, whole: str, begin: int, limit: int) -> Span | None:
    if span.of != "document":
        return span
    at = whole.find(span.text, begin, limit) if span.text else -1
    return Span(at, at + len(span.text), span.text) if at >= 0 else None


def _distinct(found: Sequence[Act]) -> list[Act]:
    """Several headlines about one decision are one act."""
    kept: dict[tuple[date | None, tuple[str, ...], DocType, tuple[str, ...]], Act] = {}
    for act in found:
        key = (act.on, act.labels.issuers[:1], act.labels.doc_type, tuple(act.labels.modalities))
        kept.setdefault(key, act)
    return list(kept.values())
