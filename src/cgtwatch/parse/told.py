"""The text of a document without markup, made an article: its title and date stand at its head."""

from collections.abc import Sequence

from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, language_of
from cgtwatch.parse.heading import bare_date, head_date, title_line
from cgtwatch.text.clean import one_line

_FIRST_PAGE = 2000  # characters


def article_of(unread: Unread, text: str, named: object, warnings: Sequence[str], *, table: bool = False) -> Article:
    """The article in a text. `named` is the title that the file keeps of itself, if any. The days in a table are not its own."""
    lines = text.split("\n")
    index = title_line(lines)
    first = lines[index] if index is not None else ""
    known = one_line(named, LONGEST_TITLE) if isinstance(named, str) else ""
    # The title that a file keeps of itself is often its template's; it is believed where the first page prints it too.
    believed = bool(known) and _squeezed(known) in _squeezed(text[:_FIRST_PAGE])
    title = known if believed or not first else one_line(first, LONGEST_TITLE)
    zone, now = unread.source.timezone, unread.page.now
    labelled = head_date(lines, zone=zone, now=now) if text else Dated()
    when = labelled if labelled.on or table else bare_date(lines, zone=zone, now=now)
    return Article(
        title=title or unread.name,
        text=text,
        published=when.published,
        published_on=when.on,
        language=language_of(f"{title}\n{text}", unread.source.language),
        warnings=tuple(warnings),
        date_from=when.stood,
    )


def whole_text(article: Article, name: str) -> str:
    """The text with its title, which plain text and web pages keep apart from it. A document without text is called by its `name`."""
    if not article.text:
        return "" if article.title == name else article.title
    named = _squeezed(article.title) in _squeezed(article.text[:_FIRST_PAGE])
    return (
        article.text
        if named or article.title in (name, "") or article.title.endswith("…")
        else f"{article.title}\n{article.text}"
    )


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()
