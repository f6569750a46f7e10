"""A detail page to an article: by the source's rule, or by structure where there is none."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement

from cgtwatch.model.draft import Article, Attachment
from cgtwatch.model.source import DetailMode, DetailRule, Source
from cgtwatch.parse import Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.document import Unread
from cgtwatch.parse.drafts import LONGEST_TITLE, attachment, language_of
from cgtwatch.parse.markup import Markup, read_markup
from cgtwatch.parse.masthead import masthead
from cgtwatch.parse.scripted import Scripted, scripted
from cgtwatch.parse.select import Expression, compile_expression
from cgtwatch.parse.when import Around, metas_of, published
from cgtwatch.registry import load
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.dates import from_url
from cgtwatch.text.html import parse_html, to_text

_MAIN_TEXT = {"auto": "cgtwatch.parse.maintext:main_text"}
_DOCUMENTS = re.compile(r"\.(?:pdf|docx?|xlsx?|csv|pptx?|wps|et|dps|ofd|rtf|zip|rar|7z)(?:[?#;]|$)", re.IGNORECASE)
# Addresses that give a file without naming its kind (FDA's /media/…/download); believed where the label calls it a document.
_DOWNLOADS = re.compile(r"/media/\d+/download|(?:down(?:load)?|attach(?:ment)?|file)[\w.]*(?:[/?]|$)", re.IGNORECASE)
_CALLED_SO = re.compile(r"附件|附表|附录|\.(?:pdf|docx?|xlsx?|zip)\b|\bpdf\b|\bdownload\b", re.IGNORECASE)
_FRAMES = ("iframe", "embed", "object")  # a viewer inside the page; its document may be an argument of its address
_CHROME = re.compile(r"\b(?:nav|navbar|menu|footer|foot|sidebar|breadcrumb|topbar|copyright|friendlink|links?)\b", re.IGNORECASE)
_SITE = re.compile(r"\s+[|\-–—_»·]+\s+|_|\|")


def read(unread: Unread) -> Article:
    """The article on a page. Raises `ParseError` where the bytes are no HTML or the rule cannot be used.

    A rule that finds no body falls back to structure, with a warning: a new layout must not lose a document. The facts beside
    the text (document number, index, issuer) stand above it, where the text does not say them itself.
    """
    source, rule = unread.source, unread.source.detail
    markup = read_markup(source, unread.page)
    script = scripted(source, unread.page)
    _drop(source, rule, markup.root)
    lines = to_text(markup.root).split("\n")
    warnings = list(markup.warnings)
    parts = _parts(source, rule, markup, script, warnings)
    title = one_line(script.title, LONGEST_TITLE) or _title(source, rule, markup, lines)
    when = published(markup.root, lines, unread.page.url, _around(source, unread.page), _ruled(source, rule, markup, script))
    facts = masthead(lines)
    attached = _attachments(source, rule, markup, parts)  # before the main text is looked for, which takes the tree apart
    text = (
        clean("\n".join(to_text(part) for part in parts)) if parts else load(_MAIN_TEXT, "auto", what="text finder")(markup.root)
    )
    return Article(
        title=title,
        text=_headed(facts, text),
        published=when.published,
        published_on=when.on,
        attachments=attached,
        language=language_of(f"{title}\n{text}", source.language),
        warnings=tuple(warnings),
        date_from=when.stood,
    )


def _compiled(source: Source, key: str, spelled: str | None) -> Expression | None:
    return compiled(compile_expression, source, f"detail.{key}", spelled if source.detail.mode is not DetailMode.NONE else None)


def _drop(source: Source, rule: DetailRule, root: HtmlElement) -> None:
    """Takes what the rule calls no part of the page out of the tree."""
    expression = _compiled(source, "drop", rule.drop)
    for place in expression.places if expression else ():
        for element in place.elements(root):
            if element.getparent() is not None:
                element.drop_tree()


def _parts(source: Source, rule: DetailRule, markup: Markup, script: Scripted, warnings: list[str]) -> list[HtmlElement]:
    """The elements of the body: from the script, else by the selector; none where structure must tell."""
    if script.body:
        root = parse_html(script.body if "<" in script.body else f"<pre>{script.body}</pre>")
        if root is not None:
            return [root]
    body = _compiled(source, "body", rule.body)
    parts = body.elements(markup.root) if body else []
    missing = [f"detail.body {rule.body!r}"] if body and not parts else []
    if rule.script and "(?P<body>" in rule.script and not parts:
        missing.append("detail.script's body")
    if missing:
        warnings.append(f"{' and '.join(missing)} finds nothing; the main text was found by structure")
    return _outermost(parts)


def _outermost(parts: list[HtmlElement]) -> list[HtmlElement]:
    """Without those that stand inside another: their text would be said twice."""
    chosen = set(parts)
    return [part for part in parts if not any(above in chosen for above in part.iterancestors())]


def _headed(facts: tuple[str, ...], text: str) -> str:
    """The text under those facts that it does not say itself."""
    head = "".join(text[:3000].split())
    new = [fact for fact in facts if not any("".join(said.split()) in head for said in (fact, _number_of(fact)) if said)]
    return "\n".join([*new, text]) if new else text


def _number_of(fact: str) -> str:
    """The value alone where it is a number, which means the same without its label."""
    value = re.split("[：:]", fact, maxsplit=1)[1].strip()
    return value if re.search(r"\d", value) else ""


def _title(source: Source, rule: DetailRule, markup: Markup, lines: list[str]) -> str:
    """By the rule; by the page's metadata; by its one heading; else the head's title without the name of the site."""
    expression = _compiled(source, "title", rule.title)
    ruled = one_line(expression.first(markup.root), LONGEST_TITLE) if expression else ""
    if ruled:
        return ruled
    metas = dict(metas_of(markup.root))
    named = one_line(metas.get("articletitle") or "", LONGEST_TITLE)
    if named:
        return named
    headings = [text for element in markup.root.iter("h1") if (text := one_line(to_text(element), LONGEST_TITLE))]
    head = markup.title
    inside = [text for text in headings if text in head or head in text]
    if inside:
        return max(inside, key=len)
    if len(headings) == 1 and len(headings[0]) > 3:
        return headings[0]
    social = one_line(metas.get("og:title") or "", LONGEST_TITLE)
    return social or max(_SITE.split(head), key=len, default=head).strip() or one_line(lines[0] if lines else "", LONGEST_TITLE)


def _around(source: Source, page: Page) -> Around:
    formats = (source.detail.date_format,) if source.detail.date_format else ()
    return Around(page.now, source.timezone, page.last_modified, from_url(page.url, now=page.now), formats)


def _ruled(source: Source, rule: DetailRule, markup: Markup, script: Scripted) -> Iterator[tuple[str, bool]]:
    """What the source's own rules give as date, and whether it is metadata."""
    if script.date:
        yield script.date, False
    expression = _compiled(source, "date", rule.date)
    for found in expression.every(markup.root) if expression else ():
        yield found.value, found.element.tag == "meta"


def _attachments(source: Source, rule: DetailRule, markup: Markup, parts: list[HtmlElement]) -> tuple[Attachment, ...]:
    """By the rule, else every link to a document inside the body (or, without a known body, on the page but for its frame)."""
    expression = _compiled(source, "attachments", rule.attachments)
    if expression:
        rows = [(_linked(found.value, found.element), to_text(found.element)) for found in expression.every(markup.root)]
    else:
        rows = [row for part in parts or [markup.root] for row in _documents(part, framed=not parts)]
    found = (attachment(markup.base, href, name) for href, name in rows if href)
    return tuple({item.url: item for item in found if item}.values())


def _linked(value: str, element: HtmlElement) -> str:
    """The link of an element that a rule names without `@href`."""
    own = element.get("href")
    inner = next((link.get("href") for link in element.iter("a") if link.get("href")), None)
    return value if value in (own, element.get("src")) or not (own or inner) or "/" in value else own or inner or value


def _documents(part: HtmlElement, *, framed: bool) -> Iterator[tuple[str, str]]:
    for element in part.iter("a", *_FRAMES):
        if element.tag == "a":
            href, label = element.get("href") or "", to_text(element)
            named = _DOCUMENTS.search(href) or (_DOWNLOADS.search(href) and _CALLED_SO.search(label))
            if named and not (framed and _in_frame(element)):
                yield href, label or (element.get("title") or "")
        else:
            address = _shown_document(element.get("src") or element.get("data") or "")
            if address:
                yield address, ""


def _shown_document(address: str) -> str:
    """The document in a viewer's address (`viewer.html?file=/a.pdf`), or the address itself where it is one."""
    try:
        values = [value for values in parse_qs(urlsplit(address).query).values() for value in values]
    except ValueError:
        return ""
    inner = next((value for value in values if _DOCUMENTS.search(value)), "")
    return inner or (address if _DOCUMENTS.search(address) else "")


def _in_frame(element: HtmlElement) -> bool:
    """Whether a link stands in the frame of the site."""
    return any(
        above.tag in ("nav", "footer", "aside")
        or (
            above.tag not in ("body", "html", "main", "article")
            and _CHROME.search(f"{above.get('class') or ''} {above.get('id') or ''}")
        )
        for above in element.iterancestors()
    )
