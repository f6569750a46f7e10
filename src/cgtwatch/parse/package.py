"""Zipped documents opened without trust: what kind one is, and its parts within bounds of number, size and ratio."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from lxml import etree

from cgtwatch.errors import ParseError
from cgtwatch.text.clean import one_line

MOST_TEXT = 400_000  # characters read of a document
_MOST_PARTS = 5_000  # an Office file keeps each picture as a part
_LARGEST_PART = 64 * 1024 * 1024  # bytes, unpacked
_SUSPECT = 1024 * 1024  # bytes; from here on the ratio counts: a small part of blanks is no bomb
_LARGEST_RATIO = 150  # XML packs to a twentieth; a bomb to a thousandth
_MIXED = re.compile(r"[/\\]+")
# Parts that only one kind of document has, and what it is called where its text cannot be read.
_KINDS = (
    (re.compile(r"word/[^/]*document[^/]*\.xml"), "docx"),
    (re.compile(r"xl/workbook\.(?:xml|bin)"), "xlsx"),
    (re.compile(r"ppt/presentation\.xml"), "pptx"),
    (re.compile(r"OFD\.xml", re.IGNORECASE), "ofd"),
    (re.compile(r"META-INF/container\.xml"), "epub"),
)
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError)


class Bomb(Exception):
    """A part that unpacks to far more than it should; `str()` says how it was seen."""


def kind_of(body: bytes) -> str:
    """docx, xlsx, pptx, ofd, epub, odf, or zip for any other archive. Raises `ParseError` with the reason where it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as opened:
            names = opened.namelist()
            if names[:1] == ["mimetype"] and part(opened, "mimetype").startswith(b"application/vnd.oasis."):
                return "odf"
    except BROKEN as error:
        raise ParseError(f"a broken archive: {one_line(str(error), 120)}") from error
    return next((kind for pattern, kind in _KINDS if any(pattern.fullmatch(name) for name in names)), "zip")


@contextmanager
def office(who: str, name: str, body: bytes) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file, none of which is a bomb. Raises `ParseError`, also for what breaks inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as opened:
            entries = opened.infolist()
            if len(entries) > _MOST_PARTS:
                raise ParseError(f"{who}: {name!r} has {len(entries)} parts; an Office file with that many is not read")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels", ".bin")):
                    weigh(entry)
            yield opened
    except Bomb as error:
        raise ParseError(f"{who}: {name!r} is not read: {error}") from error
    except (*BROKEN, KeyError, etree.LxmlError) as error:
        if isinstance(error, ParseError):
            raise
        reason = one_line(str(error) or type(error).__name__, 120)
        raise ParseError(
            f"{who}: expected an Office document that can be read, got a broken one as {name!r}: {reason}"
        ) from error


def weigh(entry: zipfile.ZipInfo) -> None:
    """Raises `Bomb` where an entry is larger than any honest one. `zipfile` never gives more than the size that was weighed."""
    if entry.file_size > _LARGEST_PART:
        raise Bomb(f"{safe_name(entry)!r} unpacks to {entry.file_size // 1048576} MiB")
    if entry.file_size > _SUSPECT and entry.file_size > _LARGEST_RATIO * max(1, entry.compress_size):
        raise Bomb(f"{safe_name(entry)!r} unpacks to {entry.file_size // max(1, entry.compress_size)} times its size")


def part(opened: zipfile.ZipFile, name: str, limit: int = _SUSPECT) -> bytes:
    """The head of a small part."""
    with opened.open(name) as file:
        return file.read(limit)


def safe_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry for a person: in its charset, without any step out of the archive. Never used as a path.

    Names without the flag for UTF-8 come as code page 437 (APPNOTE.TXT D.1); Chinese systems write GBK there.
    """
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        name = _in_charset(name)
    steps = [step for step in _MIXED.split(name) if step not in ("", ".", "..") and not re.fullmatch(r"[A-Za-z]:", step)]
    return one_line("/".join(steps), 200) or "unnamed"


def _in_charset(name: str) -> str:
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return name


def events(file: IO[bytes]) -> Iterator[tuple[str, etree._Element]]:
    """Starts and ends of elements, read piece by piece. Entities stay unread, and a document type is refused (ECMA-376-2, 8.1.4)."""
    reading = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    first = True
    for event, element in reading:
        if first and element.getroottree().docinfo.internalDTD is not None:
            raise ValueError("its XML declares a document type")
        first = False
        yield event, element


def local(element: etree._Element) -> str:
    """The name without its namespace: the strict and the transitional dialect differ in nothing else."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
