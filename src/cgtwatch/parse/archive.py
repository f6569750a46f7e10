"""The documents in a ZIP file, read by the same readers: bounded in number, size, ratio and depth, nothing written anywhere."""

import io
import zipfile
from dataclasses import dataclass, field, replace

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread, kind_of, read_as
from cgtwatch.parse.drafts import language_of
from cgtwatch.parse.package import BROKEN, MOST_TEXT, Bomb, safe_name, weigh
from cgtwatch.parse.told import whole_text
from cgtwatch.text.clean import one_line

_MOST_MEMBERS = 50
_MOST_BYTES = 96 * 1024 * 1024  # unpacked, over all members
_LARGEST_MEMBER = 20 * 1024 * 1024
_OF_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_PICTURES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".webp",
    ".svg",
    ".mp3",
    ".mp4",
    ".avi",
    ".mov",
    ".wmv",
    ".wav",
)
NESTED = "zip"


@dataclass(slots=True)
class _Found:
    """What was read so far, and what a person should know."""

    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first: Article | None = None
    unpacked: int = 0
    characters: int = 0


def read(unread: Unread) -> Article:
    """The text of each member under a line with its name; what could not be read is said. Raises `ParseError` for a broken archive."""
    found = _Found()
    _read_into(unread, found, nested=False)
    text = "\n\n".join(found.texts)
    if not text:
        found.notes.append("the archive has no text in it")
    first = found.first or Article()
    return replace(
        first, title=unread.name, text=text[:MOST_TEXT], attachments=(),
        language=language_of(text, unread.source.language), warnings=tuple(found.notes),
    )  # fmt: skip


def _read_into(unread: Unread, found: _Found, *, nested: bool) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(unread.page.body)) as opened:
            members = [entry for entry in opened.infolist() if not entry.is_dir() and not _of_a_system(entry)]
            if len(members) > _MOST_MEMBERS:
                found.notes.append(f"only the first {_MOST_MEMBERS} of {len(members)} members were read")
            for entry in members[:_MOST_MEMBERS]:
                _member(unread, opened, entry, found, nested)
    except BROKEN as error:
        reason = one_line(str(error) or type(error).__name__, 120)
        raise ParseError(
            f"{unread.source.id}: expected a ZIP file that can be read, got a broken one as {unread.name!r}: {reason}"
        ) from error


def _member(unread: Unread, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, found: _Found, nested: bool) -> None:
    """Reads one member, or notes why not; a bad member costs the others nothing."""
    name = safe_name(entry)
    try:
        body = _unpacked(opened, entry, found)
        inner = replace(unread, name=name, page=replace(unread.page, body=body, url=f"zip:{name}", content_type="", charset=None))
        kind = kind_of(inner)
        if kind == NESTED:
            if nested:
                raise ParseError("an archive in an archive in an archive")
            _read_into(inner, found, nested=True)
            return
        article = read_as(kind, inner)
    except ParseError as error:
        found.notes.append(f"{name}: {str(error).removeprefix(f'{unread.source.id}: ')}")
        return
    except (Bomb, *BROKEN) as error:
        found.notes.append(f"{name}: {one_line(str(error) or type(error).__name__, 160)}")
        return
    found.notes += [f"{name}: {warning}" for warning in article.warnings]
    text = whole_text(article, name)
    if text:
        found.first = found.first or article
        found.texts.append(f"---- {name} ----\n{text}")
        found.characters += len(text)


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, found: _Found) -> bytes:
    if entry.flag_bits & 0x1:
        raise ParseError("it is locked with a password; ask for an open copy")
    if entry.filename.lower().endswith(_PICTURES):
        raise ParseError("a picture, sound or film; there is no text in it")
    weigh(entry)
    if entry.file_size > _LARGEST_MEMBER or found.unpacked + entry.file_size > _MOST_BYTES:
        raise ParseError(f"not read: it unpacks to {entry.file_size // 1048576} MiB, too much for one archive")
    if found.characters > MOST_TEXT:
        raise ParseError(f"not read: the members before it hold more than {MOST_TEXT} characters")
    found.unpacked += entry.file_size
    with opened.open(entry) as file:
        return file.read(_LARGEST_MEMBER)


def _of_a_system(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith(_OF_SYSTEMS) or entry.filename.rpartition("/")[2] in _OF_SYSTEMS
