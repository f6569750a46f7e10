"""Sitemaps (sitemaps.org): addresses with the time of their last change to drafts, and an index to the maps it lists."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, FurtherPage, Parsed
from cgtwatch.model.source import SitemapRule, Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.drafts import LONGEST_TITLE, language_of
from cgtwatch.parse.select import compile_pattern
from cgtwatch.parse.xmltidy import described
from cgtwatch.text.clean import one_line
from cgtwatch.text.dates import When, from_url, parse_date
from cgtwatch.text.hosts import host_of, site_of
from cgtwatch.text.urls import join, normalise

MOST_URLS = 50_000  # of one map, as the protocol has it
MOST_MAPS = 50  # of one index that are read at a visit
_MOST_BYTES = 52_428_800  # unpacked, as the protocol has it
_CHUNK = 65_536
_TAIL = 8192
_ROOT_END = re.compile(rb"</(?:[\w.\-]+:)?(?:urlset|sitemapindex)\s*>\s*\Z")
_ENTRY_END = re.compile(rb"</(?:[\w.\-]+:)?(?:url|sitemap)\s*>")
_WORDS = re.compile(r"[\s\-_+.]+")
_SUFFIX = re.compile(r"\.(?:s?html?|aspx?|jspx?|php|pdf|docx?|xlsx?)$", re.IGNORECASE)
_SAYS_NOTHING = re.compile(r"(?:index|default|content|art|t|c|post|node|id|p)?[\d\s]*|[0-9a-f]{16,}(?: .*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    url: str
    changed: When | None = None
    title: str = ""
    told: When | None = None  # when a news sitemap says that it was published


@dataclass(frozen=True, slots=True)
class _Map:
    entries: tuple[_Entry, ...]
    is_index: bool
    warnings: tuple[str, ...]
    cut: bool


def parse(source: Source, page: Page) -> Parsed:
    """The addresses of a map, newest change first, at most 2,000 of the 50,000 read; of an index the maps to follow.

    The day is that of the last change, which a page's own date overrules. Raises `ParseError` where it is no sitemap.
    """
    rule = source.sitemap or SitemapRule()
    body = page.body
    head = next(_unpacked(source, body), b"")[:3000].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = _read_text(source, page) if re.match(rb"https?://", head) else _read_xml(source, page, head)
    key = "index" if found.is_index else "match"
    wanted = compiled(compile_pattern, source, f"sitemap.{key}", getattr(rule, key))
    entries = [entry for entry in found.entries if wanted is None or wanted.search(entry.url)]
    entries.sort(key=_newest_first)
    if found.is_index:
        return _followed(page, found, entries, named=wanted is not None)
    warnings = list(found.warnings)
    if not entries:
        warnings.append(f"none of {len(found.entries)} addresses counts; sitemap.match is {rule.match!r}")
    capped = len(entries) > MOST_ENTRIES
    if capped:
        warnings.append(f"the {MOST_ENTRIES} of {len(entries)} addresses that changed last are kept")
    drafts = tuple(_draft(source, page, entry, place) for place, entry in enumerate(entries[:MOST_ENTRIES]))
    return Parsed(drafts, None, "", tuple(warnings), "utf-8", found.cut or capped)


def _newest_first(entry: _Entry) -> tuple[int, float]:
    """Sorting is stable: addresses of one day, and those without any, stay in the map's order."""
    when = entry.told or entry.changed
    if when is None:
        return 0, 0.0
    return -when.on.toordinal(), -when.at.timestamp() if when.at else 0.0


def _followed(page: Page, found: _Map, entries: list[_Entry], *, named: bool) -> Parsed:
    """Maps of the same site; those of another one only where the rule names them."""
    here = site_of(host_of(page.url))
    own = [entry for entry in entries if named or site_of(host_of(entry.url)) == here]
    maps = {entry.url: entry for entry in reversed(own) if normalise(entry.url) != normalise(page.url)}
    urls = [FurtherPage(url, entry.changed.on if entry.changed else None) for url, entry in reversed(maps.items())]
    warnings = list(found.warnings)
    if len(urls) > MOST_MAPS:
        warnings.append(f"the {MOST_MAPS} of {len(urls)} maps that changed last are read")
    if not urls:
        warnings.append(f"none of the {len(found.entries)} maps of the index counts")
    return Parsed((), None, "", tuple(warnings), "utf-8", found.cut or len(urls) > MOST_MAPS, follow=tuple(urls[:MOST_MAPS]))


def _draft(source: Source, page: Page, entry: _Entry, place: int) -> Draft:
    title = entry.title or _readable(entry.url)
    when = entry.told or entry.changed
    held = None if when else from_url(entry.url, now=page.now)
    return Draft(
        title=title,
        url=entry.url,
        published=when.at if when else None,
        published_on=when.on if when else held,
        language=language_of(title, source.language),
        position=place,
        date_from="row" if entry.told else "meta" if when else "address" if held else "",
    )


def _readable(url: str) -> str:
    """What an address calls its page: its last part that says something, with blanks between the words."""
    path = unquote(urlsplit(url).path)
    parts = [_WORDS.sub(" ", _SUFFIX.sub("", part)).strip() for part in path.split("/")]
    said = next((part for part in reversed(parts) if part and not _SAYS_NOTHING.fullmatch(part)), "")
    last = next((part for part in reversed(parts) if part), "")
    title = one_line(said if said == last else f"{said} {last}", LONGEST_TITLE)
    return title[:1].upper() + title[1:] if title else one_line(url, LONGEST_TITLE)


def _unpacked(source: Source, body: bytes) -> Iterator[bytes]:
    """The body in pieces; gzip is known by its first bytes and unpacked up to the protocol's most. Raises `ParseError`."""
    if body[:2] != b"\x1f\x8b":
        yield from (body[at : at + _CHUNK] for at in range(0, min(len(body), _MOST_BYTES), _CHUNK))
        return
    inflate = zlib.decompressobj(wbits=31)
    size = 0
    try:
        for at in range(0, len(body), _CHUNK):
            packed = body[at : at + _CHUNK]
            while packed and size < _MOST_BYTES and not inflate.eof:
                piece = inflate.decompress(packed, _CHUNK)
                packed = inflate.unconsumed_tail
                size += len(piece)
                if piece:
                    yield piece
    except zlib.error as error:
        raise ParseError(f"{source.id}: expected a sitemap, got gzip data that cannot be unpacked: {error}") from error


def _read_text(source: Source, page: Page) -> _Map:
    """A sitemap of one address a line."""
    entries: list[_Entry] = []
    rest = b""
    for piece in _unpacked(source, page.body):
        *lines, rest = (rest + piece).split(b"\n")
        entries += _lines(page, lines)
        if len(entries) > MOST_URLS or len(rest) > _CHUNK:
            break
    entries += _lines(page, [rest])
    return _capped(entries, is_index=False, cut=False)


def _lines(page: Page, lines: list[bytes]) -> list[_Entry]:
    links = (line.decode("utf-8", "replace").lstrip("\ufeff").strip() for line in lines)
    urls = (join(page.url, link) for link in links if link.startswith(("http://", "https://")))
    return [_Entry(url) for url in urls if url]


def _read_xml(source: Source, page: Page, head: bytes) -> _Map:
    parser = etree.XMLPullParser(
        ("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding=source.encoding
    )
    entries: list[_Entry] = []
    root = ""
    try:
        for piece in _unpacked(source, page.body):
            parser.feed(piece)
            root = _take(source, page, parser, entries) or root
            if len(entries) > MOST_URLS:
                break
        else:
            parser.close()
            root = _take(source, page, parser, entries) or root
    except (etree.XMLSyntaxError, LookupError) as error:
        if not entries:
            raise _no_sitemap(source, page, head, str(error)) from error
    if root not in ("urlset", "sitemapindex", "url", "sitemap"):
        raise _no_sitemap(source, page, head, "")
    tail = _tail(source, page.body) if len(entries) <= MOST_URLS else b""
    cut = bool(tail) and not _ROOT_END.search(tail)
    if cut and entries and b"<loc" in (_ENTRY_END.split(tail)[-1]):
        entries.pop()  # half an address is none
    return _capped(entries, is_index=root in ("sitemapindex", "sitemap"), cut=cut)


def _tail(source: Source, body: bytes) -> bytes:
    tail = b""
    for piece in _unpacked(source, body):
        tail = (tail + piece)[-_TAIL:]
    return tail


def _capped(entries: list[_Entry], *, is_index: bool, cut: bool) -> _Map:
    warnings = [f"only the first {MOST_URLS} addresses were read"] if len(entries) > MOST_URLS else []
    if cut:
        warnings.append(f"the sitemap is cut off after {len(entries)} addresses: nothing may be taken as removed")
    return _Map(tuple(entries[:MOST_URLS]), is_index, tuple(warnings), cut or len(entries) > MOST_URLS)


def _no_sitemap(source: Source, page: Page, head: bytes, reason: str) -> ParseError:
    came = described(head.decode("utf-8", "replace"))
    why = f" ({one_line(reason, 120)})" if reason else ""
    return ParseError(f"{source.id}: expected a sitemap, got {came} from {page.url}{why}; kind feed reads feeds, kind list pages")


def _take(source: Source, page: Page, parser: etree.XMLPullParser, entries: list[_Entry]) -> str:
    """Moves what was read to the entries and lets go of its elements; the name of the root or of its entries."""
    root = ""
    for _, element in parser.read_events():
        if not isinstance(element, etree._Element) or not isinstance(element.tag, str):
            continue
        space, _, name = element.tag.rpartition("}")
        if name in ("url", "sitemap"):
            entry = _entry(source, page, element, space)
            if entry:
                entries.append(entry)
            element.clear()
            while element.getprevious() is not None and (parent := element.getparent()) is not None:
                del parent[0]
            root = root or name
        elif element.getparent() is None:
            root = name
    return root


def _entry(source: Source, page: Page, element: etree._Element, space: str) -> _Entry | None:
    """An entry by its children of the same namespace; of the extensions only that for news says anything here."""
    own: dict[str, str] = {}
    for child in element.iter():
        if not isinstance(child.tag, str):
            continue
        child_space, _, name = child.tag.rpartition("}")
        if child_space == space:
            own.setdefault(name, child.text or "")
        elif child_space.endswith("sitemap-news/0.9"):
            own.setdefault(f"news:{name}", child.text or "")
    url = join(page.url, own.get("loc", "").strip())
    if not url:
        return None

    def when(name: str) -> When | None:
        return parse_date(own[name].strip(), zone=source.timezone, now=page.now) if own.get(name, "").strip() else None

    return _Entry(url, when("lastmod"), one_line(own.get("news:title", ""), LONGEST_TITLE), when("news:publication_date"))
