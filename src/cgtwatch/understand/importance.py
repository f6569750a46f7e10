"""How much a document matters to somebody who works in the field."""

from cgtwatch.model.taxonomy import DocType, Importance, Stage
from cgtwatch.understand.kind import Kind
from cgtwatch.understand.policy import Stand
from cgtwatch.understand.topic import Topic

_BROAD = frozenset({DocType.PLAN, DocType.NOTICE})  # documents that name many fields
_SINGLE = frozenset(  # documents on one matter, which the opening of the text names if the title does not
    {
        DocType.REPLY,
        DocType.PROPOSAL,
        DocType.INTERPRETATION,
        DocType.TRIAL,
        DocType.APPROVAL,
        DocType.ENFORCEMENT,
        DocType.SAFETY,
    }
)
_STEPS = frozenset({"designation", "accepted"})  # of a procedure, by the words and by the build of the title
_STEPS_BUILT = frozenset({"designated", "accepted", "refused"})
_BINDING = frozenset(
    {DocType.LAW, DocType.GUIDELINE, DocType.STANDARD, DocType.NOTICE, DocType.SAFETY, DocType.ENFORCEMENT, DocType.REIMBURSEMENT}
)


def importance(topic: Topic, stand: Stand, what: Kind) -> Importance:
    """The importance of a document that is about therapies and is policy (rulings 2, 4 and 13 of the labelled sets)."""
    about = topic.main or (topic.early and what.doc_type in _SINGLE)
    if not about or "stock" in stand.against or (what.doc_type in _BROAD and not topic.leading):
        return Importance.LOW
    if what.doc_type is DocType.APPROVAL:
        steps = (stand.title_marks & _STEPS or what.built in _STEPS_BUILT) and "marketing" not in stand.title_marks
        return Importance.MEDIUM if steps else Importance.HIGH
    if what.doc_type is DocType.REIMBURSEMENT and (what.stage is not Stage.ISSUED or "code" in stand.title_marks):
        return Importance.MEDIUM
    if what.doc_type is DocType.STANDARD and what.built != "binding":
        return Importance.MEDIUM
    if what.doc_type is DocType.NOTICE and what.built == "programme":
        return Importance.MEDIUM
    return Importance.HIGH if what.doc_type in _BINDING else Importance.MEDIUM
