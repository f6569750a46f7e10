"""A document cut where the words stand that its labels rest on, so that a terminal or a page can mark them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cgtwatch.model.classification import Document, Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text and the fields that rest on it; no field: ordinary text."""

    text: str
    fields: tuple[str, ...] = ()


def segments(document: Document, evidence: Mapping[str, Sequence[Span]], fields: Collection[str] = ()) -> tuple[Segment, ...]:
    """The whole document in order as segments, which joined give its text again. `fields` limits what is marked; none: all."""
    text = document.whole
    wanted = [(name, span) for name, spans in evidence.items() if not fields or name in fields for span in spans]
    marks = [(name, span) for name, span in wanted if span.of == "document" and 0 <= span.start < span.end <= len(text)]
    cuts = sorted({0, len(text), *(s.start for _, s in marks), *(s.end for _, s in marks)})
    found: list[Segment] = []
    for start, end in pairwise(cuts):
        names = tuple(dict.fromkeys(name for name, span in marks if span.start <= start and end <= span.end))
        if found and found[-1].fields == names:
            found[-1] = Segment(found[-1].text + text[start:end], names)
        else:
            found.append(Segment(text[start:end], names))
    return tuple(found)
