"""What a document is about, with the words that each value rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the document (`title`, a line break, then `text`) that a value rests on; half-open, in characters.

    Where a value comes from the source's configuration (its issuer, its jurisdiction) `of` is "source" and the offsets are 0.
    """

    start: int
    end: int
    text: str
    of: str = "document"


@dataclass(frozen=True, slots=True)
class Document:
    """What the understanding reads: the text and what is known of where it came from."""

    title: str
    text: str
    url: str = ""
    published: date | None = None
    language: str | None = None
    source_issuer: str | None = None
    source_jurisdiction: str | None = None
    source_level: Level | None = None

    @property
    def whole(self) -> str:
        """Title, line break, text: what spans count in."""
        return f"{self.title}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Labels:
    """The fields of the taxonomy for one document or act."""

    cgt: bool = False
    policy: bool = False
    relevant: bool = False
    modalities: tuple[Modality, ...] = ()
    doc_type: DocType = DocType.NONE
    stage: Stage = Stage.NONE
    jurisdiction: str | None = None
    issuers: tuple[str, ...] = ()
    level: Level | None = None
    document_number: str | None = None
    document_date: date | None = None
    effective_date: date | None = None
    comment_deadline: date | None = None
    importance: Importance = Importance.NONE
    topics: tuple[str, ...] = ()  # of the user's own rules file, by id


@dataclass(frozen=True, slots=True)
class Classification:
    """Labels with evidence: `evidence[field]` are the spans a value rests on, `confidence[field]` is from 0 to 1."""

    labels: Labels
    evidence: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    language: str = "en"
    rules: str = ""  # version of the rule data


@dataclass(frozen=True, slots=True)
class Act:
    """One act that a document tells of, on the day `on` as far as it says. `main` is the document's own."""

    title: str
    labels: Labels
    on: date | None = None
    evidence: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    main: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything read out of one document. `acts` is empty where the document is not relevant."""

    classification: Classification
    acts: tuple[Act, ...] = ()
