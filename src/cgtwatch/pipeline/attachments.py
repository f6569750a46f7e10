"""Fetch the documents that an item links to, and add their text to its own, each under a line with its name."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article, Attachment
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Visit
from cgtwatch.model.source import DetailMode, DetailRule, Source
from cgtwatch.parse.document import DOCUMENTS, is_web_page
from cgtwatch.parse.told import whole_text
from cgtwatch.pipeline.keeping import Archive, keep, size_of
from cgtwatch.text.disposition import offered_name
from cgtwatch.text.hosts import server_of
from cgtwatch.text.urls import file_name

MAX_TEXT = 400_000  # characters kept of a document with its attachments
MAX_BYTES = 20 * 1024 * 1024  # of one document
MOST_OF_AN_ITEM = 5
MOST_OF_A_VISIT = 40
MOST_AT_FIRST = 8  # first look
MOST_BYTES_OF_A_VISIT = 200 * 1024 * 1024
LONGEST = timedelta(minutes=10)  # that a visit waits for the answers of pages and documents
_SILENT = 3
_UNANSWERED = frozenset({ErrorClass.TIMEOUT, ErrorClass.DNS, ErrorClass.CONNECT, ErrorClass.TLS})

# What another visit can mend; everything else says what it will always say.
PASSING = frozenset(
    {ErrorClass.TIMEOUT, ErrorClass.DNS, ErrorClass.CONNECT, ErrorClass.TLS, ErrorClass.HTTP_5XX, ErrorClass.PROTOCOL, ErrorClass.EMPTY}
)  # fmt: skip
_PAGES = frozenset({"html", "htm", "shtml", "xhtml"})
_NO_DOCUMENTS = frozenset(
    "jpg jpeg png gif bmp svg webp tif tiff ico mp3 mp4 avi mov wmv wav flv m4a exe apk dmg css js".split()  # noqa: SIM905
)
_SAYS_NOTHING = re.compile(
    r"[\s\W]*(?:附件|附|点击|此处|这里|查看|下载|文件|全文|原文|download|pdf|word|here|click|view|file|\d)*[\s\W]*", re.IGNORECASE
)
_HEAD = re.compile(r"^==== (.+) ====$", re.MULTILINE)


class Gets(Protocol):
    """The door in, for any address on behalf of a source."""

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit: ...


class Reads(Protocol):
    """Bytes to an article, in a child with limits; raises `ParseError`."""

    def article(self, source: Source, fetched: Fetched) -> Article: ...


@dataclass(slots=True)
class Purse:
    """What a visit may still spend on attachments, and what it has spent."""

    files: int
    resumes: bool = True  # what is left over comes at the next visit; not at a first look
    bytes_left: int = MOST_BYTES_OF_A_VISIT
    requests: int = 0
    size: int = 0
    time_left: timedelta = LONGEST
    silent: Counter[str] = field(default_factory=Counter)  # requests in a row that a host did not answer

    def spend(self, url: str, got: Visit) -> None:
        """Counts one request."""
        self.requests += got.requests
        self.size += size_of(got)
        self.time_left -= got.duration
        unanswered = isinstance(got, Failed) and got.error in _UNANSWERED
        self.silent[server_of(url)] = self.silent[server_of(url)] + 1 if unanswered else 0

    def pay(self, url: str, got: Visit) -> None:
        """Counts one request for a document."""
        self.spend(url, got)
        self.files -= 1
        self.bytes_left -= size_of(got)

    def tired(self, url: str) -> bool:
        """Whether it is no use to wait for that host any longer at this visit, or for anybody."""
        return self.time_left <= timedelta() or self.silent[server_of(url)] >= _SILENT

    @property
    def empty(self) -> bool:
        """Whether nothing more may be fetched at this visit."""
        return self.files <= 0 or self.bytes_left <= 0


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier reading of the item left: its attachments by address, and their texts by name."""

    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    trusted: bool = False  # what was read then need not be read again: only something else was missing


@dataclass(frozen=True, slots=True)
class Gathered:
    """The attachments after reading, their texts by name, what a person should know, and whether another visit should try again."""

    attachments: tuple[Attachment, ...]
    texts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Doors:
    """How documents are got, read and kept."""

    acquirer: Gets
    parser: Reads
    archive: Archive


@dataclass(frozen=True, slots=True)
class _One:
    """One attachment after reading."""

    attachment: Attachment
    text: str = ""
    note: str = ""
    again: bool = False


def names_document(url: str) -> bool:
    """Whether an address ends in the suffix of a document."""
    return _suffix(url) in DOCUMENTS


def gather(source: Source, linked: tuple[Attachment, ...], doors: Doors, purse: Purse, before: Before) -> Gathered:
    """Read the first five documents of `linked`, within what the purse allows.

    What fails for a passing reason keeps what was known of it and asks for another visit; what fails for good is said once.
    """
    wanted = [each for each in linked if _suffix(each.url) not in _NO_DOCUMENTS]
    read: dict[str, _One] = {}
    for each in wanted[:MOST_OF_AN_ITEM]:
        one = _known(each, before) or (
            _unpaid(each, purse, before) if purse.empty or purse.tired(each.url) else _fetched(source, each, doors, purse, before)
        )
        read[each.url] = _renamed(one, {other.attachment.name for other in read.values()})
    notes = [f"{one.attachment.name}: {one.note}" for one in read.values() if one.note]
    if len(wanted) > MOST_OF_AN_ITEM:
        notes.append(f"{len(wanted) - MOST_OF_AN_ITEM} more attachments were not read")
    attachments = tuple(read[each.url].attachment if each.url in read else each for each in linked)
    texts = tuple((one.attachment.name, one.text) for one in read.values() if one.text)
    return Gathered(attachments, texts, tuple(notes), any(one.again for one in read.values()))


def joined(main: str, texts: tuple[tuple[str, str], ...]) -> str:
    """The text of an item: its own, then each attachment's under a line with its name."""
    parts = [_quiet(main), *(f"==== {name} ====\n{_quiet(text)}" for name, text in texts)]
    return "\n\n".join(part for part in parts if part)[:MAX_TEXT]


def _quiet(text: str) -> str:
    """Without a line that could be taken for one of ours."""
    return _HEAD.sub(r"---- \1 ----", text)


def taken_apart(text: str) -> tuple[str, dict[str, str]]:
    """What `joined` put together: the item's own text, and those of its attachments by name."""
    main, *rest = _HEAD.split(text)
    return main.strip(), {name: body.strip() for name, body in zip(rest[::2], rest[1::2], strict=True)}


def document_itself(url: str, got: Fetched, key: str) -> Attachment | None:
    """The attachment that an item's own address is, where it leads to a document and not to a page."""
    name = offered_name(got.headers.get("content-disposition")) or file_name(got.url) or file_name(url)
    is_document = names_document(url) or _suffix(name) in DOCUMENTS
    return Attachment(url, name or url, key, len(got.body)) if is_document and not is_web_page(got.body) else None


def _known(each: Attachment, before: Before) -> _One | None:
    was = before.attachments.get(each.url)
    return _One(was, before.texts.get(was.name, "")) if before.trusted and was is not None and was.sha256 else None


def _unread(each: Attachment, before: Before, note: str, *, again: bool) -> _One:
    """What could not be had now, as it was known before."""
    was = before.attachments.get(each.url, each)
    return _One(was, before.texts.get(was.name, ""), note, again)


def _unpaid(each: Attachment, purse: Purse, before: Before) -> _One:
    return _unread(each, before, "left for the next visit" if purse.resumes else "", again=purse.resumes)


def _fetched(source: Source, each: Attachment, doors: Doors, purse: Purse, before: Before) -> _One:
    got = doors.acquirer.get(source, each.url, MAX_BYTES)
    purse.pay(each.url, got)
    if not isinstance(got, Fetched):
        error = got.error if isinstance(got, Failed) else ErrorClass.PROTOCOL
        message = got.message if isinstance(got, Failed) else "an answer without content"
        return _unread(each, before, message, again=error in PASSING)
    if is_web_page(got.body) and _suffix(each.url) not in _PAGES:
        return _unread(each, before, "answered with a web page instead of the document", again=False)
    key = keep(doors.archive, got.body)
    found = replace(each, name=_name(each, got), sha256=key, size=len(got.body))
    try:
        article = doors.parser.article(replace(source, detail=DetailRule(DetailMode.AUTO)), got)
    except ParseError as error:
        return _One(found, "", str(error).removeprefix(f"{source.id}: "))
    return _One(found, whole_text(article, file_name(got.url)), "; ".join(article.warnings))


def _name(each: Attachment, got: Fetched) -> str:
    """The link's label; where that says nothing, or is the address, the name that the server offers or the file's."""
    offered = offered_name(got.headers.get("content-disposition")) or file_name(got.url)
    bare = _SAYS_NOTHING.fullmatch(each.name) or each.name in (each.url, file_name(each.url))
    if not bare or not offered:
        return each.name
    return offered if each.name in (each.url, file_name(each.url)) or not each.name.strip() else f"{each.name} {offered}"


def _renamed(one: _One, taken: set[str]) -> _One:
    """Under a name of its own: texts are known by their names."""
    name, number = one.attachment.name, 2
    while name in taken:
        name, number = f"{one.attachment.name} ({number})", number + 1
    return replace(one, attachment=replace(one.attachment, name=name)) if name != one.attachment.name else one


def _suffix(url: str) -> str:
    try:
        return PurePosixPath(urlsplit(url).path.partition(";")[0]).suffix.lower().removeprefix(".")
    except ValueError:
        return ""
