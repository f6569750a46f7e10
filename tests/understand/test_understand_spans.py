"""Evidence: every span is the text it points at, whatever the document holds; and it can be marked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.classification import Document, Span
from cgtwatch.understand.classify import classify
from cgtwatch.understand.highlight import Segment, segments
from shipped_rules import shipped_rules

RULES = shipped_rules()
WORDS = [
    "CAR-T",
    "國家藥監局",
    "批准",
    "FDA",
    "draft guidance",
    "İSTANBUL",
    "ﬁ",
    "ß",
    "细胞治疗",
    "2026年5月1日",
    "〔2022〕19号",
    "\n",
    " ",
    "ＣＡＲ－Ｔ",
]
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=14).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([None, "zh", "en", "ja"]))
def test_classify_points_at_what_it_quotes_whatever_it_reads(title: str, text: str, language: str | None) -> None:
    document = Document(title, text, language=language)
    found = classify(document, RULES)
    for spans in found.evidence.values():
        for span in spans:
            assert span.of == "source" or document.whole[span.start : span.end] == span.text


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_classify_says_no_field_without_evidence(title: str, text: str) -> None:
    found = classify(Document(title, text), RULES)
    for name in ("jurisdiction", "document_number", "effective_date", "comment_deadline"):
        assert getattr(found.labels, name) is None or found.evidence[name]
    assert not found.labels.issuers or found.evidence["issuers"]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_segments_joined_are_the_document_again(text: str, places: list[tuple[int, int]]) -> None:
    document = Document("title", text)
    spans = [Span(start, end, document.whole[start:end]) for start, end in places]
    assert "".join(part.text for part in segments(document, {"cgt": spans})) == document.whole


def test_segments_mark_the_fields_that_rest_on_a_word() -> None:
    document = Document("FDA approves CAR-T", "")
    evidence = {"issuers": (Span(0, 3, "FDA"),), "cgt": (Span(13, 18, "CAR-T"),), "jurisdiction": (Span(0, 3, "FDA"),)}
    assert segments(document, evidence) == (
        Segment("FDA", ("issuers", "jurisdiction")),
        Segment(" approves "),
        Segment("CAR-T", ("cgt",)),
        Segment("\n"),
    )
