"""Everything that can be read out of one document: its classification, and the single acts where it is relevant."""

from cgtwatch.model.classification import Document, Understanding
from cgtwatch.understand import roundup
from cgtwatch.understand.classify import classify
from cgtwatch.understand.rules import Rules


def read(document: Document, rules: Rules) -> Understanding:
    """The classification of `document` and its acts: the main one, and those of a round-up; none where it is not relevant."""
    found = classify(document, rules)
    return Understanding(found, roundup.acts(document, rules, found) if found.labels.relevant else ())
