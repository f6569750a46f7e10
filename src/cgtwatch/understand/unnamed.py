"""Who acted where a document names no authority: told by signs, by its site, by the place and the kind of act, or by the language."""

import re
from dataclasses import dataclass, replace

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import DocType, Level
from cgtwatch.understand.issuers import Place, country_body
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading
from cgtwatch.understand.rules import Rules

_ABROAD = frozenset({"EU", "INT"})  # whose acts are carried out in countries
_PUBLIC = frozenset({"gov", "go", "gouv", "gob", "govt", "gc"})  # second labels of public bodies
_SCHEME = re.compile(r"^\w+://")
_BUSINESS = (  # of local bodies, by words of the title
    ("mpa", re.compile("药品生产许可|生产许可证|药品监管|药品检查|药品上市后|药械|医疗器械监管|药品注册")),
    ("hsb", re.compile("医保支付|医保目录|医疗服务价格|收费价格|医疗服务项目价格|纳入医保")),
    ("amr", re.compile("虚假宣传|违法广告|广告专项|虚假广告|价格违法")),
    ("court", re.compile("获刑|判刑|判决|一审|二审|被告人|被判")),
    ("hc", re.compile("临床研究|诊疗|医疗机构|美容机构|医美|诊所|行医|医疗技术|治疗技术|备案机构|首个.{0,8}技术")),
)
_BY_ASSEMBLY = re.compile("条例|經濟特區|经济特区")  # local statutes are the assembly's, rules and measures the government's
_ANY_KIND = "any"  # the mark of a default for every kind of act
_OLD_FORMS = 3  # characters of a title that is written in the old script
_OF_SCRIPT = {"zh-Hant": "zh-Hant"}  # instead of the script of the rules by which titles are read
_NATIONAL = re.compile("条例|条例实施细则")  # statutes of the government where no place is named
_APPROVES = (DocType.APPROVAL, DocType.ENFORCEMENT, DocType.SAFETY, DocType.OTHER, DocType.LAW, DocType.GUIDELINE, DocType.NOTICE)
_PASSED = re.compile(
    r"\b(?:passe[sd]|votes?|voted|enact(?:s|ed)|lawmakers|legislators)\b|通过|三读|表决|議會|议会|国会|國會", re.IGNORECASE
)
_LOCAL_BODY = {DocType.REIMBURSEMENT: "hsb", DocType.PROPOSAL: "cppcc", DocType.STANDARD: "amr", DocType.SAFETY: "mpa"}
_OF_COUNTRY = {
    DocType.LAW: "gov",
    DocType.PROPOSAL: "parliament",
}  # who gives such an act in a country whose habit is not in the table
_LOCAL_ACTS = (
    DocType.REPLY,
    DocType.PLAN,
    DocType.LAW,
    DocType.NOTICE,
    DocType.FUNDING,
    DocType.MEETING,
    DocType.OTHER,
    DocType.INTERPRETATION,
)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authorities in the order in which they are named, the territory of the first, and its level."""

    issuers: tuple[str, ...]
    jurisdiction: str | None
    level: Level | None
    issuer_spans: tuple[Span, ...] = ()
    jurisdiction_spans: tuple[Span, ...] = ()
    certain: float = 0.5


def by_sign(reading: Reading, rules: Rules, what: Kind, *, firm: bool) -> Authority | None:
    """Whom the forms of numbers, the procedures and the products of the title tell (those of the opening, too, where only hints are left)."""
    for hit in [*reading.in_title(reading.signs), *(() if firm else reading.in_lead(reading.signs))]:
        sign = hit.meaning
        if (firm and sign.strength == "hint") or (sign.kinds and what.doc_type not in sign.kinds):
            continue
        if sign.strength == "usual" and not agrees(reading, sign.jurisdiction):
            continue
        place = None if sign.issuers else rules.country(sign.jurisdiction)
        if place is not None:
            return from_place(reading, rules, Hit(hit.start, hit.end, place), what)
        return given(rules, sign.issuers, sign.jurisdiction, reading.span(hit), 0.7 if firm else 0.4)
    return None


def agrees(reading: Reading, jurisdiction: str) -> bool:
    """Whether an act of `jurisdiction` can be meant beside the countries that the title names: others have acts of the same name."""
    top = jurisdiction.partition("-")[0]
    countries = {hit.meaning.code for hit in reading.in_title(reading.places) if hit.meaning.kind in ("country", "sar")}
    return not countries or top in countries or top in _ABROAD


def by_host(reading: Reading, rules: Rules, what: Kind) -> Authority | None:
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
    found = from_place(reading, rules, Hit(0, 0, country), what)
    span = Span(0, 0, ".".join(labels[-2:]), of="address")
    return replace(found, issuer_spans=(span,) if found.issuers else (), jurisdiction_spans=(span,))


def _of_site(rules: Rules, issuer: str, site: str) -> Authority:
    return given(rules, (issuer,), rules.issuers[issuer].jurisdiction, Span(0, 0, site, of="address"), 0.6)


def given(rules: Rules, issuers: tuple[str, ...], jurisdiction: str, span: Span, certain: float) -> Authority:
    level = rules.issuers[issuers[0]].level if issuers and issuers[0] in rules.issuers else None
    return Authority(issuers, jurisdiction or None, level, (span,) if issuers else (), (span,), certain)


def from_place(reading: Reading, rules: Rules, hit: Hit, what: Kind) -> Authority:
    """Whoever gives such an act at the place that the document names."""
    place: Place = hit.meaning
    if place.chinese_local:
        return _from_local(reading, rules, hit, what)
    usual = rules.defaults.get((place.code, what.doc_type.value))
    nation = place.kind in ("country", "sar")
    if nation and what.doc_type is DocType.LAW and _PASSED.search(reading.whole, 0, reading.title_end):
        issuer = country_body(place, "parliament")
    elif usual is not None:
        return given(rules, usual.issuers, usual.jurisdiction, reading.span(hit), 0.5)
    elif nation and what.doc_type in _OF_COUNTRY:
        issuer = country_body(place, _OF_COUNTRY[what.doc_type])
    elif what.doc_type is DocType.TRIAL:
        issuer = place.clears
    elif what.doc_type in (DocType.PLAN, DocType.FUNDING):
        issuer = place.plans
    else:
        issuer = place.approves if what.doc_type in _APPROVES else ""
    return given(rules, (issuer,) if issuer in rules.issuers else (), place.code, reading.span(hit), 0.5)


def _from_local(reading: Reading, rules: Rules, hit: Hit, what: Kind) -> Authority:
    """The body of a Chinese place whose business it is; a product is the nation's to approve."""
    place: Place = hit.meaning
    span = reading.span(hit)
    if what.doc_type is DocType.LAW and _BY_ASSEMBLY.search(reading.whole, 0, reading.title_end):
        body = _local(rules, place, "npc")
    else:
        body = _by_business(reading, rules, place, what) or _local(rules, place, _LOCAL_BODY.get(what.doc_type, ""))
    if not body and what.doc_type in _LOCAL_ACTS:
        body = _local(rules, place, "gov")
    if not body and reading.language == "zh" and what.doc_type in (DocType.APPROVAL, DocType.TRIAL):
        return given(rules, ("nmpa",), "CN", span, 0.4)
    return given(rules, (body,) if body else (), place.code, span, 0.5)


def _local(rules: Rules, place: Place, suffix: str) -> str:
    """The id of a place's body, or nothing where it has none."""
    return next((key for key in (f"{place.id}_{suffix}", f"other:{place.id}_{suffix}") if key in rules.issuers), "")


def _by_business(reading: Reading, rules: Rules, place: Place, what: Kind) -> str:
    """The body whose business the title tells: clinical research is the health commission's, a drug maker's licence the drug administration's."""
    title = rules.lexicon.fold(reading.whole[: reading.title_end])
    planned = what.doc_type in (DocType.PLAN, DocType.LAW, DocType.FUNDING, DocType.MEETING)
    told = (suffix for suffix, words in _BUSINESS if words.search(title) and not (planned and suffix == "hc"))
    return next((body for suffix in told if (body := _local(rules, place, suffix))), "")


def _tongue(reading: Reading, rules: Rules) -> str:
    """The language, in which Chinese of traditional characters is one of its own."""
    title = reading.whole[: reading.title_end]
    old = sum(
        here != new for here, new in zip(title, rules.lexicon.fold(title), strict=True) if here > "\u3400" and here < "\ua000"
    )
    return "zh-Hant" if reading.language == "zh" and old >= _OLD_FORMS else reading.language


def from_default(reading: Reading, rules: Rules, what: Kind) -> Authority:
    """The procedure's own authority, where the language of the document has only one such procedure; else its usual country."""
    tongue = _tongue(reading, rules)
    for hit in [*reading.in_title(reading.cues), *reading.in_lead(reading.cues)]:
        default = rules.defaults.get((tongue, hit.meaning.mark))
        if default is not None and hit.meaning.weight > 0:
            return given(rules, default.issuers, default.jurisdiction, reading.span(hit), 0.4)
    for head in (reading.title_heads.act, reading.lead_heads.act):
        default = rules.defaults.get((_OF_SCRIPT.get(tongue, head.rule.script) if head else "", head.rule.mark if head else ""))
        if head is not None and default is not None:
            span = Span(head.start, head.end, reading.whole[head.start : head.end])
            return given(rules, default.issuers, default.jurisdiction, span, 0.4)
    kind_usual = rules.defaults.get((tongue, what.doc_type.value))
    if what.doc_type is DocType.LAW and tongue == "zh" and _NATIONAL.search(reading.whole, 0, reading.title_end):
        kind_usual = rules.defaults.get(("CN", DocType.LAW.value))
    if kind_usual is not None and kind_usual.issuers:
        return given(rules, kind_usual.issuers, kind_usual.jurisdiction, (what.type_spans or (Span(0, 0, ""),))[0], 0.3)
    document = reading.document
    if document.source_jurisdiction:
        where = Span(0, 0, document.source_jurisdiction, of="source")
        return Authority((), document.source_jurisdiction, document.source_level, (), (where,), 0.6)
    home = rules.defaults.get((tongue, _ANY_KIND))
    if home is not None and what.type_spans:
        return given(rules, home.issuers, home.jurisdiction, what.type_spans[0], 0.2)
    return Authority((), None, None)
