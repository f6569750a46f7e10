"""How much a document matters to somebody who works in the field."""

import re

from cgtwatch.model.taxonomy import DocType, Importance, Stage
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.policy import Stand
from cgtwatch.understand.reading import Reading
from cgtwatch.understand.topic import Topic

_BROAD = frozenset({DocType.PLAN, DocType.NOTICE})  # documents that name many fields
_MANY = frozenset({DocType.LAW, DocType.ROUNDUP, DocType.OTHER})  # others that need more than a mention in the opening
_STEPS = frozenset({"designation", "accepted"})  # of a procedure, by the words and by the build of the title
_BEFORE = frozenset({"accepted", "refused", "opinion", "revoked"})  # built on another step than that the product may be sold
_PRODUCTS = frozenset({DocType.APPROVAL, DocType.TRIAL})  # decisions about products, of which several may be told at once
_HIGH = frozenset(  # binding, or near it
    {
        DocType.LAW,
        DocType.GUIDELINE,
        DocType.STANDARD,
        DocType.NOTICE,
        DocType.APPROVAL,
        DocType.SAFETY,
        DocType.ENFORCEMENT,
        DocType.REIMBURSEMENT,
    }
)
_PAPER = re.compile('《([^》]{5,80})》|[\u201c"]([^\u201d"]{12,200})[\u201d"]')  # what a plan is called
_CLASS = re.compile(r"(?:therapies|treatments|products|class|\bCAR[- ]?Ts)\b|[类等各]|所有|全部", re.IGNORECASE)
_SEVERAL = re.compile(  # the therapy is one of several things decided at once
    r"等\s*(?:[\d一二三四五六七八九十]+|多)(?!年|天|期|方|批)\S|[\d一二三四五六七八九十]+款(?:创新|新)药"
    r"|\b(?:among|and) (?:\d+|two|three|four|five|several) (?:other|new|more)\b",
    re.IGNORECASE,
)
_AMONG = re.compile(r"(?:包括|涵盖|其中|(?:including|among|such as|incl\.|notably)(?: the)?)\s*$", re.IGNORECASE)
_PRIVATE = re.compile(  # a quarrel between two parties, no act against a practice
    r"纠纷|消费欺诈|[双两三十\d]倍赔偿|互联网法院|商业秘密|技术秘密|合同|\b(?:trade secrets?|breach of contract|class action|malpractice)\b",
    re.IGNORECASE,
)
_OF_A_GROUP = re.compile(
    r"团体标准|团标|企业标准|行业标准|协会|学会|联盟|\b(?:ISO|ASTM|consensus|association|voluntary)\b", re.IGNORECASE
)

_SERVICE = re.compile(r"服务价格|收费(?:标准|价格)|价格项目|立项指南|技术[^。]{0,4}价格")  # what a hospital may charge
_PASSED_ON = re.compile(r"转发|成员名单|专家名单|关于成立")  # an act of others, or who sits on a body
_FIELDS = re.compile(r"等(?:未来|新兴|前沿|重点|战略性?)[^,，。]{0,8}产业|等(?:重点)?(?:领域|方向|赛道|产业)")
_WIDE = re.compile(  # laws and packages on all medicines
    r"\b(?:pharma(?:ceutical)? (?:package|legislation|reform)|HTA regulation|biotech act|life sciences? act"
    r"|therapeutic (?:products|goods) act|medicines act|clinical trials? (?:regulation|act)|omnibus|appropriations)\b",
    re.IGNORECASE,
)


def importance(reading: Reading, topic: Topic, stand: Stand, what: Kind) -> Importance:
    """The importance of a document that is about therapies and is policy (a step of one product or a payer's first word is less)."""
    about = topic.main or (topic.early and what.doc_type not in _MANY | _BROAD)
    if not about or _in_passing(reading, topic, what):
        return Importance.LOW
    if what.doc_type not in _HIGH or _less(reading, stand, what):
        return Importance.MEDIUM
    return Importance.HIGH


def _less(reading: Reading, stand: Stand, what: Kind) -> bool:
    """Whether an act of a binding kind is a step on the way, ends one, or is about one product or one quarrel."""
    title = reading.document.title
    if what.stage is Stage.REPEALED and what.doc_type is not DocType.SAFETY:
        return what.built != "approved"
    match what.doc_type:
        case DocType.APPROVAL:
            steps = (stand.title_marks & _STEPS or what.built == "designated") and "marketing" not in stand.title_marks
            return bool(steps) or what.built in _BEFORE
        case DocType.REIMBURSEMENT:
            return what.stage is not Stage.ISSUED or "code" in stand.title_marks or _SERVICE.search(title) is not None
        case DocType.STANDARD:
            return what.built != "binding" and (what.stage is not Stage.DRAFT or _OF_A_GROUP.search(title) is not None)
        case DocType.NOTICE:
            return what.built == "programme" or _PASSED_ON.search(title) is not None
        case DocType.SAFETY:
            return _single(reading)
        case DocType.ENFORCEMENT:
            return _PRIVATE.search(title) is not None
    return False


def _single(reading: Reading) -> bool:
    """Whether the title is about one product by its name, and not about a class."""
    titled = [hit for hit in reading.in_title(reading.therapies) if hit.meaning.strong]
    return any(hit.meaning.product for hit in titled) and not _CLASS.search(reading.document.title)


def _in_passing(reading: Reading, topic: Topic, what: Kind) -> bool:
    """Told among prices of shares, as one of several things, or in a plan or law that is called after something wider."""
    title = reading.document.title
    if any(hit.meaning.mark == "stock" for hit in reading.in_title(reading.cues)):
        return True
    if what.doc_type in _PRODUCTS and _SEVERAL.search(title):
        return True
    titled = [hit for hit in reading.in_title([*reading.therapies, *reading.acts]) if getattr(hit.meaning, "strong", True)]
    if titled and _AMONG.search(title[: min(hit.start for hit in titled)]):
        return True
    if what.doc_type is DocType.LAW:
        if _WIDE.search(title):
            return True
        named = _PAPER.match(title)
        return bool(named and titled and not any(hit.start < named.end() for hit in titled))
    if what.doc_type is DocType.PLAN:
        if _FIELDS.search(title):
            return True
        named = _PAPER.search(title) or _PAPER.search(reading.whole, reading.title_end, reading.lead_end)
        if named:
            return not any(named.start() <= hit.start < named.end() for hit in reading.therapies if hit.meaning.strong)
    return what.doc_type in _BROAD and not topic.leading
