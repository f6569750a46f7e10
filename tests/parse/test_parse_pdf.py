"""PDF documents."""

from contextlib import suppress
from datetime import date

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.parse.document import document
from parse.parse_kit import NOW


def pdf(*lines):
    """A PDF of one page with these lines."""
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    stream = f"BT /F1 12 Tf 50 700 Td {shown} ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Resources<</Font<</F1 5 0 R>>>>/MediaBox[0 0 595 842]/Parent 2 0 R/Contents 4 0 R>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return f"{out}xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode(
        "latin-1"
    )


def test_a_pdf_gives_its_title_date_and_text():
    article = document(
        pdf("Guideline on cell therapy", "Date: 2026-07-08", "This guideline applies to the products"), "a.pdf", now=NOW
    )
    assert (article.title, article.published_on, article.language) == ("Guideline on cell therapy", date(2026, 7, 8), "en")
    assert "This guideline applies" in article.text


def test_a_pdf_without_text_says_so():
    article = document(pdf(), "scan.pdf", now=NOW)
    assert (article.title, article.text) == ("scan.pdf", "")
    assert "no text" in article.warnings[0]


@pytest.mark.parametrize("keep", [12, 200, 420])
@pytest.mark.fault("F18")
def test_a_cut_pdf_is_refused_or_read_and_never_breaks(keep):
    with suppress(ParseError):
        document(pdf("Guideline", "text")[:keep], "a.pdf", now=NOW)
