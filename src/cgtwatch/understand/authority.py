"""Who acted, where, and how high they stand."""

import re
from dataclasses import replace
from itertools import zip_longest

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import DocType, Level
from cgtwatch.understand.acting import acting, is_ground, surely_acting
from cgtwatch.understand.called import names_organisation
from cgtwatch.understand.issuers import Issuer
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading
from cgtwatch.understand.rules import Rules
from cgtwatch.understand.unnamed import Authority, agrees, by_host, by_sign, from_default, from_place, given

_JOINS = re.compile(  # what stands between two authorities that act together
    r"^[\s、,，及和与與同&/;；]*"
    r"(?:联合|会同|會同|共同|其|会商|會商|and|the|(?:together|jointly|along|in conjunction) with|as well as|"
    r"办公厅|办公室|官网|网站|公布|发布|了|\([^)]*\)|（[^）]*）|、|,)*"
    r"[\s、,，及和与&]*(?:and )?(?:the )?$"
)
_ANIMALS = re.compile(r"\b(?:animals?|veterinary)\b", re.IGNORECASE)
_BEGINS = re.compile(r"[\s【《“\[]*(?:关于印发|关于发布|印发|转发)?[《“\s]*")
_LETTER = re.compile(r"(?:warning|untitled) letter", re.IGNORECASE)
_LETTERHEAD = 20  # characters of the text
_FOOT = 30  # characters at the end of a letter, with its date
_WE = re.compile("我[局部委署院办]")
_MANY = 12  # authorities of a round-up
_ORIGIN = frozenset({"国产", "国内", "全国", "Chinese"})


def authority(reading: Reading, rules: Rules, what: Kind) -> Authority:
    """The authorities of a document that is policy: named in it, meant by the act or the place it names, or the source's own."""
    who = _by_title(reading, rules, what) or _by_text(reading, rules, what) or by_host(reading, rules, what)
    if who is not None:
        return _with_centre(who, reading, rules, what)
    place = next(iter([*_title_places(reading), *reading.in_lead(reading.places)]), None)
    if place is not None:
        return from_place(reading, rules, place, what)
    return by_sign(reading, rules, what, firm=False) or from_default(reading, rules, what)


def _by_title(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
    """Whom the title names, whose act it names, who owns the source, or where it stands if there is nothing but a title."""
    titled = reading.in_title(reading.issuers)
    named = _acting(surely_acting(reading, titled), what.doc_type)
    ground = all(is_ground(reading, hit) for hit in named) and reading.in_title(reading.acts)
    if named and not ground:
        return _from_hits(reading, rules, _with_partners(reading, named, what), 0.9)
    told = _from_acts(reading, rules, reading.in_title(reading.acts), 0.8) or by_sign(reading, rules, what, firm=True)
    if told is not None:
        return told
    place = next(iter(_title_places(reading)), None)
    cited = _acting(acting(reading, titled), what.doc_type)
    if cited and place is None:
        return _from_hits(reading, rules, _with_partners(reading, cited, what), 0.6)
    document = reading.document
    if document.source_issuer and document.source_level is not Level.NEWS:
        return _from_source(reading, rules)
    if place is not None and not document.text and _at_home(reading, place) == 0:
        return from_place(reading, rules, place, what)
    return None


def _by_text(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
    """Whom the text names first; a law of a state of the US is the state's, though it speaks of the federal agency."""
    places = [*reading.in_title(reading.places), *reading.in_lead(reading.places)]
    state = next((hit for hit in places if hit.meaning.kind == "state"), None)
    if state is not None and what.doc_type in (DocType.LAW, DocType.PROPOSAL):
        return from_place(reading, rules, state, what)
    named = _from_text(reading, what)
    own = _own_place(reading, what)
    if named and own is not None and named[0].meaning.jurisdiction == "CN":
        return from_place(reading, rules, own, what)
    if named:
        return _from_hits(reading, rules, named, 0.7)
    return _from_acts(reading, rules, reading.in_lead(reading.acts), 0.7)


def _with_partners(reading: Reading, named: list[Hit], what: Kind) -> list[Hit]:
    """The authorities of the title, with those that the text names beside one of them in one breath, or its office that acts."""
    group = _from_text(reading, what)
    ids = {hit.meaning.id for hit in named}
    office = next(iter(reading.in_lead(group[:1])), None)
    if office and reading.language == "zh" and [office.meaning.parent] == [hit.meaning.id for hit in named]:
        return [office]
    joint = len(group) > len(ids) and ids & {hit.meaning.id for hit in group}
    return _distinct([*named, *group]) if joint and what.doc_type is not DocType.REPLY else named


def _title_places(reading: Reading) -> list[Hit]:
    named = [hit for hit in reading.in_title(reading.places) if not names_organisation(reading.whole, hit)]
    kept = [hit for hit, after in zip_longest(named, named[1:]) if not _above(hit, after)]
    return sorted(kept, key=lambda hit: _at_home(reading, hit))


def _above(hit: Hit, after: Hit | None) -> bool:
    """Whether the next place is a part of this one and stands right behind it."""
    if after is None or not (hit.meaning.chinese_local and after.meaning.chinese_local):
        return False
    return (
        after.start - hit.end <= 1
        and hit.meaning.code == after.meaning.code
        and after.meaning.kind not in ("province", "municipality")
    )


def _own_place(reading: Reading, what: Kind) -> Hit | None:
    """The Chinese city or province whose plan or measure the title is by its first words: no act of the nation, though it follows one."""
    place = next(iter(_title_places(reading)), None)
    begins = place is not None and place.meaning.chinese_local and _BEGINS.fullmatch(reading.whole[: place.start])
    return place if begins and what.doc_type in (DocType.PLAN, DocType.LAW) else None


def _at_home(reading: Reading, hit: Hit) -> int:
    """1 for words that say where a product comes from rather than where something happens."""
    return 1 if reading.whole[hit.start : hit.end] in _ORIGIN else 0


def _from_acts(reading: Reading, rules: Rules, hits: tuple[Hit, ...], certain: float) -> Authority | None:
    """Whose act it is that the document names."""
    hit = next((h for h in hits if h.meaning.issuers and agrees(reading, h.meaning.jurisdiction)), None)
    return None if hit is None else given(rules, hit.meaning.issuers, hit.meaning.jurisdiction, reading.span(hit), certain)


def _with_centre(who: Authority, reading: Reading, rules: Rules, what: Kind) -> Authority:
    """With the centre that writes its agency's guidances and letters on these therapies."""
    reported = what.doc_type is not DocType.ENFORCEMENT or reading.in_title(reading.issuers)
    letter = not reported and _LETTER.search(reading.whole, 0, reading.title_end + _LETTERHEAD)
    if (
        not (letter or what.doc_type is DocType.GUIDELINE)
        or reading.language != "en"
        or not any(h.meaning.strong for h in reading.therapies)
    ):
        return who
    if _ANIMALS.search(reading.whole[: reading.lead_end]):
        return who
    centre = rules.issuers.centre_of(who.issuers[0]) if who.issuers else None
    if centre is None or centre.id in who.issuers:
        return who
    return replace(who, issuers=(*who.issuers, centre.id), issuer_spans=(*who.issuer_spans, *what.type_spans[:1]))


def _from_text(reading: Reading, what: Kind) -> list[Hit]:
    """The first authority of the text with those joined to it, there or where it is named again in the opening."""
    hits = tuple(hit for hit in reading.issuers if hit.start >= reading.title_end and not _quoted(reading, hit))
    hits = acting(reading, hits)
    if what.doc_type is DocType.REPLY:
        answering = _distinct([hit for hit in hits if not _parliament(hit)])
        return _signed(reading, max(_joined(reading, answering), answering[:2], key=len), hits)
    if what.doc_type is DocType.ROUNDUP:
        return _distinct([hit for hit in hits if not _parliament(hit)])[:_MANY]
    opening = _acting(reading.in_lead(hits), what.doc_type) or _acting(hits, what.doc_type)[:3]
    group = _joined(reading, opening)
    for at in range(1, len(opening)):
        other = _joined(reading, opening[at:])
        if len(other) > len(group) and {h.meaning.id for h in group} & {h.meaning.id for h in other}:
            group = other
    return group


def _signed(reading: Reading, group: list[Hit], hits: tuple[Hit, ...]) -> list[Hit]:
    """With who signs at the foot, first: the letter says "we" of it."""
    signs = next((hit for hit in reversed(hits) if hit.end > len(reading.whole) - _FOOT), None)
    if signs is None or _parliament(signs) or not _WE.search(reading.whole):
        return group
    return _distinct([signs, *group])


def _distinct(hits: list[Hit]) -> list[Hit]:
    seen: dict[str, Hit] = {}
    for hit in hits:
        seen.setdefault(hit.meaning.id, hit)
    return list(seen.values())


def _quoted(reading: Reading, hit: Hit) -> bool:
    """Inside a title in 《》 of the text: an authority whose act is cited."""
    opened = reading.whole.rfind("《", 0, hit.start)
    return opened >= 0 and reading.whole.rfind("》", opened, hit.start) < 0 and hit.start - opened < 60


def _acting(hits: tuple[Hit, ...], doc_type: DocType) -> list[Hit]:
    """A reply is from whom was asked, not from the asking parliament; a proposal is the parliament's own."""
    parliament = [hit for hit in hits if _parliament(hit)]
    others = [hit for hit in hits if not _parliament(hit)]
    if doc_type is DocType.REPLY:
        return others
    if doc_type in (DocType.PROPOSAL, DocType.LAW) and parliament and hits[0] in parliament:
        return parliament
    return others or list(hits)


def _parliament(hit: Hit) -> bool:
    issuer: Issuer = hit.meaning
    return issuer.role == "parliament" and not issuer.id.endswith("_governor")


def _joined(reading: Reading, hits: list[Hit]) -> list[Hit]:
    group = hits[:1]
    for hit in hits[1:]:
        between = reading.whole[group[-1].end : hit.start]
        if len(between) > 30 or not _JOINS.match(between):
            break
        group.append(hit)
    return group


def _from_hits(reading: Reading, rules: Rules, hits: list[Hit], certain: float) -> Authority:
    issuers: dict[str, Span] = {}
    for hit in hits:
        issuer: Issuer = hit.meaning
        if issuer.beside and issuer.beside not in issuers:
            issuers[issuer.beside] = reading.span(hit)
        issuers.setdefault(issuer.id, reading.span(hit))
    for hit in reading.issuers:  # the centre that acts in its agency's name
        if hit.meaning.beside in issuers:
            issuers.setdefault(hit.meaning.id, reading.span(hit))
    first = rules.issuers[next(iter(issuers))]
    spans = tuple(issuers.values())
    return Authority(tuple(issuers), first.jurisdiction, first.level, spans, spans[:1], certain)


def _from_source(reading: Reading, rules: Rules) -> Authority:
    document = reading.document
    issuer = rules.issuers.get(document.source_issuer or "")
    jurisdiction = document.source_jurisdiction or (issuer.jurisdiction if issuer else None)
    level = document.source_level or (issuer.level if issuer else None)
    span = Span(0, 0, document.source_issuer or "", of="source")
    where = (Span(0, 0, jurisdiction, of="source"),) if jurisdiction else ()
    return Authority((document.source_issuer or "",), jurisdiction, level, (span,), where, 0.9)
