"""The text of a PDF, page by page, with pypdf."""

import io
import logging

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, language_of
from cgtwatch.parse.heading import bare_date, head_date, title_line
from cgtwatch.text.clean import clean, one_line

_MOST_PAGES = 500
# What broken files make pypdf raise beside its own errors (its parser trusts the file's types and sizes).
_BROKEN = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    OSError,
)


def read(unread: Unread) -> Article:
    """The text of at most 500 pages. Raises `ParseError` where the file is broken or locked; a scan gives an empty text and a warning."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each oddity of a file at length; ours are the errors
    try:
        reader = _opened(unread)
        pages = [clean(page.extract_text()) for page in reader.pages[:_MOST_PAGES]]
        count = len(reader.pages)
        named = reader.metadata.title if reader.metadata else None
    except DependencyError as error:
        raise ParseError(
            f"{unread.source.id}: {unread.name!r} is an encrypted PDF that cannot be opened here; ask for an open copy"
        ) from error
    except _BROKEN as error:
        reason = one_line(str(error) or type(error).__name__, 120)
        raise ParseError(
            f"{unread.source.id}: expected a PDF that can be read, got a broken one as {unread.name!r}: {reason}"
        ) from error
    warnings = [f"only the first {_MOST_PAGES} of {count} pages were read"] if count > _MOST_PAGES else []
    text = "\n\n".join(page for page in pages if page)
    if not text:
        warnings.append(f"the PDF's {count} page(s) hold no text, perhaps they are pictures of pages")
    lines = text.split("\n")
    index = title_line(lines)
    first = lines[index] if index is not None else ""
    known = one_line(named, LONGEST_TITLE) if isinstance(named, str) else ""
    # The title that a file keeps of itself is often its template's; it is believed where the first page prints it too.
    believed = bool(known) and known.replace(" ", "").lower() in text[:2000].replace(" ", "").replace("\n", "").lower()
    title = known if believed or not first else one_line(first, LONGEST_TITLE)
    zone, now = unread.source.timezone, unread.page.now
    labelled = head_date(lines, zone=zone, now=now) if text else Dated()
    when = labelled if labelled.on else bare_date(lines, zone=zone, now=now)
    return Article(
        title=title or unread.name,
        text=text,
        published=when.published,
        published_on=when.on,
        language=language_of(f"{title}\n{text}", unread.source.language),
        warnings=tuple(warnings),
    )


def _opened(unread: Unread) -> PdfReader:
    reader = PdfReader(io.BytesIO(unread.page.body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ParseError(f"{unread.source.id}: {unread.name!r} is a PDF locked with a password; ask for an open copy")
    return reader
