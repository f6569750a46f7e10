"""What `classify` shows to a person: every word with its place, marked in the document."""

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cgtwatch.cli.classified import Places, print_classification
from cgtwatch.model.classification import Act, Classification, Document, Labels, Span, Understanding
from cgtwatch.model.taxonomy import DocType, Stage

DOCUMENT = Document("Guidance on CAR-T", "Line one\n\nIssued by the agency, in force.\n" + "x" * 400 + " end")


def span(words: str) -> Span:
    at = DOCUMENT.whole.index(words)
    return Span(at, at + len(words), words)


def drawn(understanding: Understanding, document: Document = DOCUMENT) -> str:
    out = StringIO()
    print_classification(document, understanding, Console(file=out, force_terminal=True, width=120, highlight=False))
    return out.getvalue()


def understood(**evidence: tuple[Span, ...]) -> Understanding:
    labels = Labels(cgt=True, policy=True, relevant=True, doc_type=DocType.GUIDELINE, stage=Stage.ISSUED, issuers=("fda",))
    return Understanding(Classification(labels, evidence, {"stage": 0.8}))


def test_a_person_sees_where_the_words_of_a_field_stand() -> None:
    shown = drawn(understood(doc_type=(span("Guidance"),), stage=(span("Issued"), span("in force"))))
    plain = "".join(part.partition("m")[2] if n else part for n, part in enumerate(shown.split("\x1b[")))
    assert "“Guidance” title" in plain
    assert "“Issued” 3:1, “in force” 3:23" in plain


def test_the_words_are_marked_in_the_document_in_the_colour_of_their_field() -> None:
    shown = drawn(understood(stage=(span("Issued"),), issuers=(span("agency"),)))
    assert "\x1b[1;33mIssued\x1b[0m by the \x1b[1;36magency\x1b[0m, in force." in shown


def test_what_no_field_rests_on_is_left_out_and_long_stretches_are_cut() -> None:
    shown = drawn(understood(stage=(span(" end"),)))
    assert "Line one" not in shown
    assert "⋯" in shown
    assert "x" * 200 not in shown


def test_a_value_of_the_source_has_no_place_in_the_document() -> None:
    assert "“fda”" in (shown := drawn(understood(issuers=(Span(0, 0, "fda", of="source"),))))
    assert "the source" in shown


def test_acts_that_a_document_tells_of_are_listed() -> None:
    act = Act("Rules on cells", Labels(jurisdiction="CN", issuers=("nhc",)))
    shown = drawn(Understanding(Classification(Labels()), (act,)))
    assert "acts told of: 1" in shown
    assert "Rules on cells" in shown


@given(st.text(max_size=30), st.text(alphabet="ab\n细", max_size=60), st.data())
def test_a_place_leads_back_to_the_words(title: str, text: str, data: st.DataObject) -> None:
    document = Document(title.replace("\n", " "), text + "z")
    start = data.draw(st.integers(len(document.title) + 1, len(document.whole) - 1))
    line, column = map(int, Places(document).of(Span(start, start + 1, "")).split(":"))
    assert document.text.split("\n")[line - 1 :][0][column - 1 : column] in (document.whole[start], "")
