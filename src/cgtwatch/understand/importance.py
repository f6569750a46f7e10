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
_BEFORE = frozenset({"accepted", "refused", "opinion"})  # built on a step that comes before the product may be sold
_BINDING = frozenset(
    {DocType.LAW, DocType.GUIDELINE, DocType.STANDARD, DocType.NOTICE, DocType.SAFETY, DocType.ENFORCEMENT, DocType.REIMBURSEMENT}
)
_PAPER = re.compile('《([^》]{5,80})》|[\u201c"]([^\u201d"]{12,200})[\u201d"]')  # what a plan is called
_CLASS = re.compile(r"(?:therapies|treatments|products|class|\bCAR[- ]?Ts)\b|[类等各]|所有|全部", re.IGNORECASE)
_SEVERAL = re.compile(  # the therapy is one of several things decided at once
    r"等\s*(?:[\d一二三四五六七八九十]+|多)(?!年|天|期|方|批)\S|[\d一二三四五六七八九十]+款(?:创新|新)药"
    r"|\b(?:among|and) (?:\d+|two|three|four|five|several) (?:other|new|more)\b",
    re.IGNORECASE,
)


def importance(reading: Reading, topic: Topic, stand: Stand, what: Kind) -> Importance:
    """The importance of a document that is about therapies and is policy (rulings 2, 4 and 13 of the labelled sets)."""
    about = topic.main or (topic.early and what.doc_type not in _MANY | _BROAD)
    if not about or _in_passing(reading, topic, what):
        return Importance.LOW
    if what.doc_type is DocType.APPROVAL:
        steps = (stand.title_marks & _STEPS or what.built == "designated") and "marketing" not in stand.title_marks
        return Importance.MEDIUM if steps or what.built in _BEFORE else Importance.HIGH
    if what.doc_type is DocType.REIMBURSEMENT and (what.stage is not Stage.ISSUED or "code" in stand.title_marks):
        return Importance.MEDIUM
    if what.doc_type is DocType.STANDARD and what.built != "binding":
        return Importance.MEDIUM
    if what.doc_type is DocType.NOTICE and what.built == "programme":
        return Importance.MEDIUM
    if what.doc_type is DocType.SAFETY and _single(reading):
        return Importance.MEDIUM
    return Importance.HIGH if what.doc_type in _BINDING else Importance.MEDIUM


def _single(reading: Reading) -> bool:
    """Whether the title is about one product by its name, and not about a class."""
    titled = [hit for hit in reading.in_title(reading.therapies) if hit.meaning.strong]
    return any(hit.meaning.product for hit in titled) and not _CLASS.search(reading.document.title)


def _in_passing(reading: Reading, topic: Topic, what: Kind) -> bool:
    """Told among prices of shares, as one of several things, or in a plan that is called after something wider."""
    title = reading.document.title
    if any(hit.meaning.mark == "stock" for hit in reading.in_title(reading.cues)) or _SEVERAL.search(title):
        return True
    if what.doc_type is DocType.PLAN:
        named = _PAPER.search(title) or _PAPER.search(reading.whole, reading.title_end, reading.lead_end)
        if named:
            return not any(named.start() <= hit.start < named.end() for hit in reading.therapies if hit.meaning.strong)
    return what.doc_type in _BROAD and not topic.leading
