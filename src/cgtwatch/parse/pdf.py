"""The text of a PDF, page by page, with pypdf."""

import io
import logging
from collections.abc import Iterator
from itertools import islice
from time import process_time

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.package import MOST_TEXT
from cgtwatch.parse.told import article_of
from cgtwatch.text.clean import clean, one_line

_MOST_PAGES = 500
_SECONDS = 6  # of processor time; a child has ten
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
        count = len(reader.pages)
        pages = list(_pages(reader))
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
    warnings = [f"only the first {len(pages)} of {count} pages were read"] if count > len(pages) else []
    text = "\n\n".join(page for page in pages if page)
    bare = sum(1 for page in pages if not page)
    if not text:
        warnings.append(f"no text in it: its {count} page(s) are perhaps pictures of pages")
    elif bare > 1:
        warnings.append(f"{bare} of {count} pages have no text in them, perhaps they are pictures")
    return article_of(unread, text, named, warnings)


def _pages(reader: PdfReader) -> Iterator[str]:
    """The text of each page until there is enough. It stops before the limit on processor time would cost what was read."""
    started, characters = process_time(), 0
    for page in islice(reader.pages, _MOST_PAGES):
        text = clean(page.extract_text())
        characters += len(text)
        yield text
        if characters > MOST_TEXT or process_time() - started > _SECONDS:
            return


def _opened(unread: Unread) -> PdfReader:
    reader = PdfReader(io.BytesIO(unread.page.body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ParseError(f"{unread.source.id}: {unread.name!r} is a PDF locked with a password; ask for an open copy")
    return reader
