"""Who acted, where, and how high they stand."""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import DocType, Level
from cgtwatch.understand.acting import acting, is_ground, surely_acting
from cgtwatch.understand.called import names_organisation
from cgtwatch.understand.issuers import Issuer, Place, country_body
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading
from cgtwatch.understand.rules import Rules

_JOINS = re.compile(  # what stands between two authorities that act together
    r"^[\s、,，及和与與同&/;；]*"
    r"(?:联合|会同|會同|共同|其|会商|會商|and|the|(?:together|jointly|along|in conjunction) with|as well as|"
    r"办公厅|办公室|官网|网站|公布|发布|了|\([^)]*\)|（[^）]*）|、|,)*"
    r"[\s、,，及和与&]*(?:and )?(?:the )?$"
)
_ANIMALS = re.compile(r"\b(?:animals?|veterinary)\b", re.IGNORECASE)
_PUBLIC = frozenset({"gov", "go", "gouv", "gob", "govt", "gc"})  # second labels of public bodies
_SCHEME = re.compile(r"^\w+://")
_BUSINESS = (  # of local bodies, by words of the title
    ("mpa", re.compile("药品生产许可|生产许可证|药品监管|药品检查|药品上市后|药械|医疗器械监管|药品注册")),
    ("hsb", re.compile("医保支付|医保目录|医疗服务价格|收费价格|医疗服务项目价格|纳入医保")),
    ("amr", re.compile("虚假宣传|违法广告|广告专项|虚假广告|价格违法")),
    ("court", re.compile("获刑|判刑|判决|一审|二审|被告人|被判")),
    ("hc", re.compile("临床研究|诊疗|医疗机构|美容机构|医美|诊所|行医|医疗技术|治疗技术|备案机构|首个.{0,8}技术")),
)
_BEGINS = re.compile(r"[\s【《“\[]*(?:关于印发|关于发布|印发|转发)?[《“\s]*")
_LETTER = re.compile(r"^(?!.*\b(?:FDA|agency)\b).*(?i:(?:warning|untitled) letter)", re.DOTALL)  # itself, not a report of one
_LETTERHEAD = 20  # characters of the text
_MANY = 12  # authorities of a round-up
_BY_ASSEMBLY = re.compile("条例|經濟特區|经济特区")  # local statutes are the assembly's, rules and measures the government's
_ANY_KIND = "any"  # the mark of a default for every kind of act
_OLD_FORMS = 3  # characters of a title that is written in the old script
_OF_SCRIPT = {"zh-Hant": "zh-Hant"}  # instead of the script of the rules by which titles are read
_NATIONAL = re.compile("条例|条例实施细则")  # statutes of the government where no place is named
_ORIGIN = frozenset({"国产", "国内", "全国", "Chinese"})
_APPROVES = (DocType.APPROVAL, DocType.ENFORCEMENT, DocType.SAFETY, DocType.OTHER, DocType.LAW, DocType.GUIDELINE, DocType.NOTICE)
_OF_COUNTRY = {
    DocType.LAW: "gov",
    DocType.PROPOSAL: "parliament",
}  # who gives such an act in a country whose habit is not in the table
_LOCAL_ACTS = (DocType.PLAN, DocType.LAW, DocType.NOTICE, DocType.FUNDING, DocType.MEETING, DocType.OTHER, DocType.INTERPRETATION)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authorities in the order in which they are named, the territory of the first, and its level."""

    issuers: tuple[str, ...]
    jurisdiction: str | None
    level: Level | None
    issuer_spans: tuple[Span, ...] = ()
    jurisdiction_spans: tuple[Span, ...] = ()
    certain: float = 0.5


def authority(reading: Reading, rules: Rules, what: Kind) -> Authority:
    """The authorities of a document that is policy: named in it, meant by the act or the place it names, or the source's own."""
    who = _by_title(reading, rules, what) or _by_text(reading, rules, what) or _by_host(reading, rules, what)
    if who is not None:
        return _with_centre(who, reading, rules, what)
    place = next(iter([*_title_places(reading), *reading.in_lead(reading.places)]), None)
    if place is not None:
        return _from_place(reading, rules, place, what)
    return _by_sign(reading, rules, what, firm=False) or _from_default(reading, rules, what)


def _by_title(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
    """Whom the title names, whose act it names, who owns the source, or where it stands if there is nothing but a title."""
    titled = reading.in_title(reading.issuers)
    named = _acting(surely_acting(reading, titled), what.doc_type)
    ground = all(is_ground(reading, hit) for hit in named) and reading.in_title(reading.acts)
    if named and not ground:
        return _from_hits(reading, rules, _with_partners(reading, named, what), 0.9)
    told = _from_acts(reading, rules, reading.in_title(reading.acts), 0.8) or _by_sign(reading, rules, what, firm=True)
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
        return _from_place(reading, rules, place, what)
    return None


def _by_text(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
    """Whom the text names first; a law of a state of the US is the state's, though it speaks of the federal agency."""
    places = [*reading.in_title(reading.places), *reading.in_lead(reading.places)]
    state = next((hit for hit in places if hit.meaning.kind == "state"), None)
    if state is not None and what.doc_type in (DocType.LAW, DocType.PROPOSAL):
        return _from_place(reading, rules, state, what)
    named = _from_text(reading, what)
    own = _own_place(reading, what)
    if named and own is not None and named[0].meaning.jurisdiction == "CN":
        return _from_place(reading, rules, own, what)
    if named:
        return _from_hits(reading, rules, named, 0.7)
    return _from_acts(reading, rules, reading.in_lead(reading.acts), 0.7)


def _by_sign(reading: Reading, rules: Rules, what: Kind, *, firm: bool) -> Authority | None:
    """Whom the forms of numbers, the procedures and the products of the title tell (those of the opening, too, where only hints are left)."""
    for hit in [*reading.in_title(reading.signs), *(() if firm else reading.in_lead(reading.signs))]:
        sign = hit.meaning
        if (firm and not sign.firm) or (sign.kinds and what.doc_type not in sign.kinds):
            continue
        place = None if sign.issuers else rules.country(sign.jurisdiction)
        if place is not None:
            return _from_place(reading, rules, Hit(hit.start, hit.end, place), what)
        return _given(rules, sign.issuers, sign.jurisdiction, reading.span(hit), 0.7 if firm else 0.4)
    return None


def _by_host(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
    """Whose site the document stands on."""
    address = _SCHEME.sub("", reading.document.url.lower())
    host, _, path = address.partition("/")
    labels = host.partition(":")[0].split(".")
    for at in range(len(labels) - 1):
        site = ".".join(labels[at:])
        for key in (f"{site}/{'/'.join(path.split('/')[:depth])}" for depth in (3, 2, 1)) if path else ():
            if key in rules.hosts:
                return _of_site(rules, rules.hosts[key], key)
        if site in rules.hosts:
            return _of_site(rules, rules.hosts[site], site)
    top = {"uk": "GB"}.get(labels[-1], labels[-1].upper())
    country = rules.country(top) if _PUBLIC & set(labels[-3:-1]) else None
    named = reading.in_title(reading.places) or reading.in_lead(reading.places)
    if country is None or named:
        return None
    found = _from_place(reading, rules, Hit(0, 0, country), what)
    span = Span(0, 0, ".".join(labels[-2:]), of="address")
    return replace(found, issuer_spans=(span,) if found.issuers else (), jurisdiction_spans=(span,))


def _of_site(rules: Rules, issuer: str, site: str) -> Authority:
    return _given(rules, (issuer,), rules.issuers[issuer].jurisdiction, Span(0, 0, site, of="address"), 0.6)


def _with_partners(reading: Reading, named: list[Hit], what: Kind) -> list[Hit]:
    """The authorities of the title, with those that the text names beside one of them in one breath."""
    group = _from_text(reading, what)
    ids = {hit.meaning.id for hit in named}
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
    hit = next((h for h in hits if h.meaning.issuers), None)
    return None if hit is None else _given(rules, hit.meaning.issuers, hit.meaning.jurisdiction, reading.span(hit), certain)


def _with_centre(who: Authority, reading: Reading, rules: Rules, what: Kind) -> Authority:
    """With the centre that writes its agency's guidances and letters on these therapies."""
    letter = what.doc_type is DocType.ENFORCEMENT and _LETTER.search(reading.whole, 0, reading.title_end + _LETTERHEAD)
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
        return max(_joined(reading, answering), answering[:2], key=len)
    if what.doc_type is DocType.ROUNDUP:
        return _distinct([hit for hit in hits if not _parliament(hit)])[:_MANY]
    opening = _acting(reading.in_lead(hits), what.doc_type) or _acting(hits, what.doc_type)[:3]
    group = _joined(reading, opening)
    for at in range(1, len(opening)):
        other = _joined(reading, opening[at:])
        if len(other) > len(group) and {h.meaning.id for h in group} & {h.meaning.id for h in other}:
            group = other
    return group


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


def _given(rules: Rules, issuers: tuple[str, ...], jurisdiction: str, span: Span, certain: float) -> Authority:
    level = rules.issuers[issuers[0]].level if issuers and issuers[0] in rules.issuers else None
    return Authority(issuers, jurisdiction or None, level, (span,) if issuers else (), (span,), certain)


def _from_place(reading: Reading, rules: Rules, hit: Hit, what: Kind) -> Authority:
    """Whoever gives such an act at the place that the document names."""
    place: Place = hit.meaning
    span = reading.span(hit)
    if place.chinese_local:
        own = f"{place.id}_gov"
        issuer = own if own in rules.issuers else f"other:{own}"
        assembly = f"other:{place.id}_npc"
        if what.doc_type is DocType.LAW and _BY_ASSEMBLY.search(reading.whole[: reading.title_end]) and assembly in rules.issuers:
            return _given(rules, (assembly,), place.code, span, 0.5)
        body = _by_business(reading, rules, place, what)
        if body:
            return _given(rules, (body,), place.code, span, 0.5)
        if what.doc_type in _LOCAL_ACTS and issuer in rules.issuers:
            return _given(rules, (issuer,), place.code, span, 0.5)
        if reading.language == "zh" and what.doc_type in (DocType.APPROVAL, DocType.TRIAL):
            return _given(rules, ("nmpa",), "CN", span, 0.4)
        return _given(rules, (), place.code, span, 0.4)
    usual = rules.defaults.get((place.code, what.doc_type.value))
    if usual is not None:
        return _given(rules, usual.issuers, usual.jurisdiction, span, 0.5)
    if what.doc_type in _OF_COUNTRY and place.kind in ("country", "sar"):
        issuer = country_body(place, _OF_COUNTRY[what.doc_type])
        return _given(rules, (issuer,) if issuer in rules.issuers else (), place.code, span, 0.4)
    if what.doc_type is DocType.TRIAL:
        issuer = place.clears
    elif what.doc_type in (DocType.PLAN, DocType.FUNDING):
        issuer = place.plans
    else:
        issuer = place.approves if what.doc_type in _APPROVES else ""
    return _given(rules, (issuer,) if issuer else (), place.code, span, 0.5)


def _by_business(reading: Reading, rules: Rules, place: Place, what: Kind) -> str:
    """The body whose business the title tells: clinical research is the health commission's, a drug maker's licence the drug administration's."""
    title = rules.lexicon.fold(reading.whole[: reading.title_end])
    for suffix, words in _BUSINESS:
        if words.search(title) and not (
            suffix == "hc" and what.doc_type in (DocType.PLAN, DocType.LAW, DocType.FUNDING, DocType.MEETING)
        ):
            for key in (f"{place.id}_{suffix}", f"other:{place.id}_{suffix}"):
                if key in rules.issuers:
                    return key
    return ""


def _tongue(reading: Reading, rules: Rules) -> str:
    """The language, in which Chinese of traditional characters is one of its own."""
    title = reading.whole[: reading.title_end]
    old = sum(
        here != new for here, new in zip(title, rules.lexicon.fold(title), strict=True) if here > "\u3400" and here < "\ua000"
    )
    return "zh-Hant" if reading.language == "zh" and old >= _OLD_FORMS else reading.language


def _from_default(reading: Reading, rules: Rules, what: Kind) -> Authority:
    """The procedure's own authority, where the language of the document has only one such procedure; else its usual country."""
    tongue = _tongue(reading, rules)
    for hit in [*reading.in_title(reading.cues), *reading.in_lead(reading.cues)]:
        default = rules.defaults.get((tongue, hit.meaning.mark))
        if default is not None and hit.meaning.weight > 0:
            return _given(rules, default.issuers, default.jurisdiction, reading.span(hit), 0.4)
    for head in (reading.title_heads.act, reading.lead_heads.act):
        default = rules.defaults.get((_OF_SCRIPT.get(tongue, head.rule.script) if head else "", head.rule.mark if head else ""))
        if head is not None and default is not None:
            span = Span(head.start, head.end, reading.whole[head.start : head.end])
            return _given(rules, default.issuers, default.jurisdiction, span, 0.4)
    kind_usual = rules.defaults.get((tongue, what.doc_type.value))
    if what.doc_type is DocType.LAW and tongue == "zh" and _NATIONAL.search(reading.whole, 0, reading.title_end):
        kind_usual = rules.defaults.get(("CN", DocType.LAW.value))
    if kind_usual is not None and kind_usual.issuers:
        return _given(rules, kind_usual.issuers, kind_usual.jurisdiction, (what.type_spans or (Span(0, 0, ""),))[0], 0.3)
    document = reading.document
    if document.source_jurisdiction:
        where = Span(0, 0, document.source_jurisdiction, of="source")
        return Authority((), document.source_jurisdiction, document.source_level, (), (where,), 0.6)
    home = rules.defaults.get((tongue, _ANY_KIND))
    if home is not None and what.type_spans:
        return _given(rules, home.issuers, home.jurisdiction, what.type_spans[0], 0.2)
    return Authority((), None, None)
