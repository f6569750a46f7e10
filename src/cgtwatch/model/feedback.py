"""What a person says of an event against what was read: it stands over the reading until it is cleared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cgtwatch.model.classification import Classification, Labels, Span
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.taxonomy import Importance

FEEDBACK = "feedback"  # what such a value rests on: the `of` of its span, whose text is the name of who said it


@dataclass(frozen=True, slots=True)
class Mark:
    """The values of `fields` in `labels` are what `by` says of the event; `read` is what the rules make of it."""

    event: str
    fields: tuple[str, ...]
    labels: Labels
    by: str
    at: datetime
    note: str = ""
    read: Classification = Classification(Labels())

    @property
    def relevant(self) -> bool | None:
        """What it says of the relevance; None where it says nothing."""
        return self.labels.relevant if "relevant" in self.fields else None


def marked(event: PolicyEvent, mark: Mark) -> PolicyEvent:
    """`event` as its readers see it: the fields of the mark as it says, each resting on who said it."""
    labels = over(event.labels, mark.labels, mark.fields)
    names = mark.fields if labels.importance is event.labels.importance else (*mark.fields, "importance")
    evidence = {**event.evidence, **dict.fromkeys(names, (Span(0, 0, mark.by, of=FEEDBACK),))}
    confidence = {name: sure for name, sure in event.confidence.items() if name not in names}
    return replace(event, labels=labels, evidence=evidence, confidence=confidence)


def over(labels: Labels, said: Labels, names: Sequence[str]) -> Labels:
    """`labels` with the fields `names` of `said`; what is not relevant has no importance."""
    found = replace(labels, **{name: getattr(said, name) for name in names})
    return found if found.relevant or "importance" in names else replace(found, importance=Importance.NONE)


def marked_fields(evidence: Mapping[str, Sequence[Span]]) -> tuple[str, ...]:
    """The fields whose values a person has set."""
    return tuple(name for name, spans in evidence.items() if any(span.of == FEEDBACK for span in spans))
