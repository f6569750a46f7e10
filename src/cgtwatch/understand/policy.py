"""Whether a document is an act of an authority, or news of one: rules weigh the words, a small learned scorer the weights."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import Level
from cgtwatch.understand.heads import Head
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading

_THRESHOLD = 1.35
_AGAINST = (1.0, 0.35, 0.12)  # title, opening, rest
_FOR = (1.0, 0.6, 0.2)
_DECISIONS = frozenset({"marketing", "approval", "trial", "accepted", "designation", "preliminary", "voice"})
_FIRM = 1.2
_SUBJECT = 0.4  # an authority that opens the title is its subject
_FIRST_WORDS = 4
_BESIDE = 30  # characters from an authority to its verb
_NOISE = frozenset({"business", "soft business", "stock", "science", "society"})  # a decision told in a company's words stays one
_OWN_WAY = frozenset({"filing", "finance", "business", "soft business", "personnel"})
_TOLD_OF = 0.5  # of the weight of an act that a title only talks about
_BODY = "body"  # a word for an authority that is not named
_UNNAMED = 0.8
_TALKS = frozenset({"talk", "results"})  # whatever acts such a title names, it tells of something else
_ASKS = re.compile(  # a question mark, or the words of a question in the last clause
    r"[?？]\W*$|[吗呢]\W*$|(?:哪些|哪几|如何|怎么|怎样|为何|为什么|凭什么|谁能|谁将|谁会|谁来|谁是|能否|何时|多远|多久|在哪|有何|何去何从|意味着什么|几何)[^,，:：;；。]{0,12}$"
)
_PLACE_SPEAKS = re.compile("[^：:，,。]{1,20}(?:省|市|区|區|县|縣|州|旗|镇|港|谷|园|园区|示范区)[：:]")
_PAPER = re.compile(  # the name of a paper of authorities, not of a journal
    "《[^》]*(?:指导原则|指南|指引|办法|条例|规定|通知|意见|要求|规范|方案|规划|标准|程序|公告|要点|细则|目录|清单|附录|年度报告|法)[^》]{0,14}》"
)
_ADJECTIVE = re.compile(
    r"\w[-\u2010\u2011](?:approved|licen[sc]ed|registered|cleared|compliant|authori[sz]ed|certified|regulated|mandated|accredited|designated)\b"
)
_LOOKS_BACK = re.compile(  # a bare year or a perfect tense: what an opening tells of acts is no news
    r"(?:于|自|在|早在|从)(?:19|20)\d{2}年(?!\s*\d|度|版|第|初|底)|此前|早在|曾经?获|以来|\b(?:in|since|by) (?:19|20)\d\d\b"
    r"|\b(?:has|have) (?:been )?(?:approved|granted|cleared)|\bno [\w -]{0,30} (?:is|are|has been|have been) approved|\bnot (?:yet )?approved",
    re.IGNORECASE,
)
_CLAUSE = re.compile("[:：?？!！。；;|｜]")
_STOP = re.compile(r"[。！!；;]|\. ")
_HOST = re.compile(r"^(?:\w+://)?([^/:?#]+)")
_SOCIETY = re.compile("(?:学会|學會|协会|協會|分会|学组|联盟|商会|研究会)$")
_STATE = frozenset({"gov", "gouv", "gob", "gub", "govt", "gc", "europa", "nhs", "parliament", "admin", "bund"})
_OWN = (  # addresses of authorities that do not say so
    "who.int", "ich.org", "coe.int", "edqm.eu", "unesco.org", "oecd.org", "nice.org.uk", "canada.ca", "cde.org.cn", "cfdi.org.cn",
    "nifdc.org.cn", "chp.org.cn", "bundestag.de", "bfarm.de", "pei.de", "g-ba.de", "bundesanzeiger.de", "ansm.sante.fr",
    "has-sante.fr", "boe.es", "swissmedic.ch", "cbg-meb.nl", "fimea.fi", "lakemedelsverket.se", "riksdagen.se",
)  # fmt: skip
_ARCHIVES = frozenset({"ncbi", "pubmed", "clinicaltrials", "blog", "blogs"})
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
    spans += [reading.span(hit) for hit in reading.in_title(_authorities(reading))[:2]]
    spans += [reading.span(hit) for hit in reading.in_title(reading.acts)[:1]]
    head = reading.title_heads.act or reading.lead_heads.act
    if not spans and head:
        spans = [Span(head.start, head.end, reading.whole[head.start : head.end])]
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
    opening = _opening_authority(reading)
    papers = [found.span() for found in _PAPER.finditer(reading.document.title)]
    for hit in reading.cues:
        if (
            hit.meaning.mark in _OWN_WAY
            and opening
            and hit.start < reading.title_end
            and opening.end < hit.start < opening.end + _BESIDE
        ):
            continue  # what an authority seeks, signs or funds is no filing and no business
        if hit.meaning.weight < 0 and any(start < hit.start < end for start, end in papers):
            continue  # a word in the name of a paper says what it is for
        zone = 0 if hit.start < reading.title_end else 1 if hit.start < reading.lead_end else 2
        first.setdefault((id(hit.meaning), zone), hit)
    return list(first.values())


def _opening_authority(reading: Reading) -> Hit | None:
    """The authority that the title opens with."""
    titled = reading.in_title(_authorities(reading))
    return next((hit for hit in titled if hit.start <= _FIRST_WORDS and reading.whole[: hit.start] != "向"), None)


def _features(reading: Reading, cues: Sequence[Hit]) -> dict[str, float]:
    about = _about(reading)
    found = {
        "bias": 1.0,
        "rules": max(-_SCORE_MOST, min(_SCORE_MOST, _by_rules(reading, cues, about))) / 2,
        "authority": _authority(reading) * (_TOLD_OF if about else 1.0),
        "authority in opening": float(bool(reading.in_lead(_authorities(reading)))),
        "official address": float(not reading.document.source_issuer and is_official(reading.document.url)),
        "title explains": float(about),
        "named act": _acts(reading),
        "place in title": float(bool(reading.in_title(reading.places))),
        "therapy in title": float(bool(reading.in_title(reading.therapies))),
        "has text": float(bool(reading.document.text)),
        **_built(reading, about),
    }
    for hit in cues:
        zone = "title" if hit.start < reading.title_end else "opening" if hit.start < reading.lead_end else "rest"
        name = f"{zone} {'for' if hit.meaning.weight > 0 else 'against'} {_mark(hit)}"
        found[name] = max(found.get(name, 0.0), abs(hit.meaning.weight))
    return found


def _built(reading: Reading, about: bool) -> dict[str, float]:
    """What the build of the title says, and that of the first sentence; `about`: the title only talks of an act."""
    found = {}
    for zone, heads in (("title", reading.title_heads), ("opening", reading.lead_heads)):
        if heads.act and (zone == "title" or not reading.title_heads.act):
            found[f"{zone} built for"] = heads.act.rule.weight * (_TOLD_OF if zone == "title" and about else 1.0)
        if heads.against and not _PAPER.search(reading.whole, 0, reading.title_end):
            found[f"{zone} built against"] = -heads.against.rule.weight
    if reading.title_heads.told:
        found["title tells"] = 1.0
    if not reading.title_heads.act:
        found["title names no act"] = 1.0
        if _looks_back(reading):
            found["opening looks back"] = 1.0
    if not (reading.title_heads.act or reading.lead_heads.act):
        found["nothing names an act"] = 1.0
    if reading.title_heads.against and not reading.title_heads.act:
        found["title only against"] = 1.0
    return found


def _about(reading: Reading) -> bool:
    """Whether the title asks, or explains first or (as Chinese titles name what they are) last, or tells somebody's business and
    names an act without saying that it happened: then the act is its matter."""
    act, against, told = reading.title_heads.act, reading.title_heads.against, reading.title_heads.told
    if (act and act.rule.mark == "explained") or is_official(reading.document.url):
        return False  # an authority answers questions, too
    if _asks(reading) or (_as_adjective(reading, act) and (told is None or _as_adjective(reading, told))):
        return True
    if against is None:
        return False
    if against.rule.mark in _TALKS:
        return True
    if told and told.start < against.start and _speaks_itself(reading):
        return False
    if told and told.start > against.end and _CLAUSE.search(reading.document.title, against.end, told.start + 1):
        return False
    explains = against.rule.mark == "explainer"
    if act is None or against.start <= act.start:
        return explains or (act is not None and told is None)
    return explains and act.end <= against.start and (told is None or against.end >= reading.title_end)


def _looks_back(reading: Reading) -> bool:
    """Whether the title names no act and the opening tells of former ones."""
    return not reading.title_heads.act and _LOOKS_BACK.search(reading.whole, reading.title_end, reading.lead_end) is not None


def _as_adjective(reading: Reading, head: Head | None) -> bool:
    """Whether what a rule fits is no verb: an FDA-approved product, a state-licensed clinic."""
    return head is not None and _ADJECTIVE.search(reading.document.title, max(0, head.start - 2), head.end) is not None


def _speaks_itself(reading: Reading) -> bool:
    """Whether the title opens with an authority and tells at once what it does."""
    told = reading.title_heads.told
    return told is not None and told.start <= _FIRST_WORDS and _opening_authority(reading) is not None


def _asks(reading: Reading) -> bool:
    """Whether the title is a question, and tells of no act of an authority before it."""
    act = reading.title_heads.act
    if _speaks_itself(reading):
        return False
    asks = _ASKS.search(reading.document.title)
    return asks is not None and not (act and _STOP.search(reading.document.title, act.end, asks.start()))


def _by_rules(reading: Reading, cues: Sequence[Hit], about: bool) -> float:
    """The score of the rules alone: the three strongest marks for, less those against, with who speaks."""
    for_, against = _strongest(reading, cues)
    score = sum(sorted((weight for weight, _ in for_.values()), reverse=True)[:3]) * (
        _TOLD_OF if about or _looks_back(reading) else 1.0
    )
    titled = reading.in_title(cues)
    decided = any(hit.meaning.mark in _DECISIONS and hit.meaning.weight >= _FIRM for hit in titled)
    held = (weight * (0.4 if decided and name in _NOISE else 1.0) for name, (weight, _) in against.items())
    score -= sum(sorted(held, reverse=True)[:3])
    return score + (_authority(reading) + _acts(reading)) * (_TOLD_OF if about else 1.0) - _THRESHOLD


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
    titled = reading.in_title(_authorities(reading))
    if titled:
        opens = titled[0].start <= _FIRST_WORDS and reading.whole[titled[0].end : titled[0].end + 1] != "-"
        return 1.0 + (_SUBJECT if opens else 0.0)
    if any(hit.meaning.mark == _BODY for hit in reading.in_title(reading.cues)):
        return _UNNAMED
    if reading.in_lead(_authorities(reading)):
        return 0.5
    places = reading.in_title(reading.places)
    told = reading.title_heads.told
    acts = told is not None and told.start <= _FIRST_WORDS and any(place.start <= told.start for place in places)
    if places and (acts or _PLACE_SPEAKS.match(reading.document.title)):
        return _UNNAMED
    return 0.45 if places else 0.0


def _authorities(reading: Reading) -> tuple[Hit, ...]:
    """The bodies named that can act: learned societies cannot."""
    return tuple(
        hit for hit in reading.issuers if hit.meaning.role != "society" and not _SOCIETY.search(reading.whole, hit.start, hit.end)
    )


def is_official(url: str) -> bool:
    """Whether a page stands at a public authority's address; archives of papers there are none."""
    found = _HOST.match(url)
    host = found[1].lower() if found else ""
    labels = host.split(".")
    if len(labels) < 2 or _ARCHIVES & set(labels[:-1]):
        return False
    state = bool(_STATE & set(labels[-2:])) or (labels[-2] == "go" and len(labels[-1]) == 2)
    return state or any(host == own or host.endswith(f".{own}") for own in _OWN)


def _acts(reading: Reading) -> float:
    titled = [hit.meaning.news for hit in reading.in_title(reading.acts)]
    lead = [hit.meaning.news * 0.5 for hit in reading.in_lead(reading.acts)]
    return max([*titled, *lead], default=0.0)
