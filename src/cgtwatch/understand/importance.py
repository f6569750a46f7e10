"""How much a document matters to somebody who works in the field."""

from cgtwatch.model.taxonomy import DocType, Importance, Stage
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.policy import Stand
from cgtwatch.understand.topic import Topic

_BROAD = frozenset({DocType.PLAN, DocType.NOTICE})  # documents that name many fields
_BINDING = frozenset(
    {DocType.LAW, DocType.GUIDELINE, DocType.STANDARD, DocType.NOTICE, DocType.SAFETY, DocType.ENFORCEMENT, DocType.REIMBURSEMENT}
)


def importance(topic: Topic, stand: Stand, what: Kind) -> Importance:
    """The importance of a document that is about therapies and is policy (rulings 2, 4 and 13 of the labelled sets)."""
    if not topic.main or "stock" in stand.against or (what.doc_type in _BROAD and not topic.leading):
        return Importance.LOW
    if what.doc_type is DocType.APPROVAL:
        steps = stand.title_marks & {"designation", "accepted"} and "marketing" not in stand.title_marks
        return Importance.MEDIUM if steps else Importance.HIGH
    if what.doc_type is DocType.REIMBURSEMENT and (what.stage is not Stage.ISSUED or "code" in stand.title_marks):
        return Importance.MEDIUM
    return Importance.HIGH if what.doc_type in _BINDING else Importance.MEDIUM
