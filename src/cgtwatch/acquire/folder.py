"""Visit a directory into which documents are dropped: the list of its files is the page, each file a document."""

import json
import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Validators, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Source

MOST_FILES = 20_000
MANIFEST = "application/json"
TYPES = {".md": "text/markdown", ".markdown": "text/markdown", ".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


class _Unreadable(Exception):
    """A folder or file that cannot be had; `str()` says why."""

    def __init__(self, error: ErrorClass, message: str, hint: str) -> None:
        self.error = error
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file's hash, good as long as the rest stays as it was."""

    size: int
    mtime_ns: int
    inode: int
    sha256: str


class FolderAcquirer:
    """Reads folder sources. Only regular files inside the directory count: no links, nothing hidden."""

    def __init__(self, parts: AcquireParts) -> None:
        self._clock = parts.clock
        self._hashes: dict[str, _Seen] = {}

    def visit(self, source: Source, state: SourceState) -> Visit:
        """The manifest as body: a JSON list of `{"name", "size", "mtime", "sha256"}` sorted by name.

        `name` is relative to the folder with `/`; `mtime` is in whole seconds since 1970 UTC; `sha256` is empty for a file
        over the source's `max_bytes`. The same manifest again is `NotModified`.
        """
        now = self._clock()
        root = _root(source)
        try:
            found_rows = (self._row(root, path, source.max_bytes) for path in _files(root, source))
            rows = [row for row in found_rows if row is not None]
        except _Unreadable as e:
            return Failed(str(root), e.error, str(e), e.hint, now, requests=0)
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        found = Validators(body_sha256=sha256(body).hexdigest())
        if found.body_sha256 == state.validators.body_sha256:
            return NotModified(root.as_uri(), 200, found, now, timedelta(), len(body), 0)
        headers = {"content-type": MANIFEST}
        return Fetched(root.as_uri(), root.as_uri() + "/", 200, headers, body, found, now, timedelta(), 0)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        """One file by its `file:` address, which must lead to a regular file inside the source's folder."""
        now = self._clock()
        try:
            body = _read(_inside(_root(source), url), max_bytes or source.max_bytes)
        except _Unreadable as e:
            return Failed(url, e.error, str(e), e.hint, now, requests=0)
        name = unquote(urlsplit(url).path)
        headers = {"content-type": _content_type(name)}
        found = Validators(body_sha256=sha256(body).hexdigest())
        return Fetched(url, url, 200, headers, body, found, now, timedelta(), 0)

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None:
        """None: a folder has one page."""
        del source, at, parsed, page
        return None

    def _row(self, root: Path, path: Path, max_bytes: int) -> dict[str, str | int] | None:
        try:
            info = path.lstat()
        except OSError:
            return None  # removed since the folder was listed
        return {
            "name": path.relative_to(root).as_posix(),
            "size": info.st_size,
            "mtime": int(info.st_mtime),
            "sha256": "" if info.st_size > max_bytes else self._hash(path, info, max_bytes),
        }

    def _hash(self, path: Path, info: os.stat_result, max_bytes: int) -> str:
        """The file's hash; read again only when size, time or inode differ, so that a large unchanged folder costs little."""
        seen = self._hashes.get(str(path))
        if seen and (seen.size, seen.mtime_ns, seen.inode) == (info.st_size, info.st_mtime_ns, info.st_ino):
            return seen.sha256
        try:
            digest = sha256(_read(path, max_bytes)).hexdigest()
        except _Unreadable:  # no permission: listed, and told when somebody asks for it
            return ""
        self._hashes[str(path)] = _Seen(info.st_size, info.st_mtime_ns, info.st_ino, digest)
        return digest


def _root(source: Source) -> Path:
    if source.folder is None:
        raise ValueError(f"{source.id}: a folder source without a folder")
    return Path(source.folder.path).resolve()


def _files(root: Path, source: Source) -> list[Path]:
    if not root.is_dir():
        raise _Unreadable(ErrorClass.STORAGE, f"{root} is no folder", "create it, or correct `folder.path`")
    pattern = source.folder.match if source.folder else "*"
    found = []
    for path in _walk(root):
        name = path.relative_to(root).as_posix() if "/" in pattern else path.name
        if fnmatch(name, pattern):
            found.append(path)
        if len(found) > MOST_FILES:
            message = f"more than {MOST_FILES} files in {root}"
            raise _Unreadable(ErrorClass.TOO_BIG, message, "narrow `folder.match`, or move old files away")
    return sorted(found, key=lambda p: p.relative_to(root).as_posix())


def _walk(root: Path) -> Iterator[Path]:
    failures: list[OSError] = []
    for folder, folders, files in os.walk(root, followlinks=False, onerror=failures.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and not path.is_symlink() and path.is_file():
                yield path
    if failures:  # a folder that cannot be read must not look like one whose files are gone
        where = failures[0].filename
        raise _Unreadable(
            ErrorClass.STORAGE, f"{where} cannot be read: {failures[0].strerror}", "give cgtwatch the right to read it"
        )


def _inside(root: Path, url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "\x00" in unquote(parts.path):
        raise _Unreadable(ErrorClass.REFUSED, "not the address of a file", "only files of the folder can be read")
    path = Path(unquote(parts.path))
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as e:
        raise _Unreadable(ErrorClass.GONE, f"{path.name} is not there any more", "nothing; it is forgotten") from e
    if not real.is_relative_to(root):
        raise _Unreadable(ErrorClass.REFUSED, f"{path.name} lies outside of the folder", "put the file itself there, no link")
    return real


def _read(path: Path, max_bytes: int) -> bytes:
    """A regular file's bytes; never waits on a pipe, never follows a link put there in the meantime."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        hint = "give cgtwatch the right to read it"
        raise _Unreadable(ErrorClass.STORAGE, f"{path.name} cannot be read: {e.strerror}", hint) from e
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _Unreadable(ErrorClass.REFUSED, f"{path.name} is no regular file", "put a plain file there")
        with os.fdopen(handle, "rb", closefd=False) as file:
            body = file.read(max_bytes + 1)
    except OSError as e:
        raise _Unreadable(ErrorClass.STORAGE, f"{path.name} cannot be read: {e.strerror}", "look at the disk") from e
    finally:
        os.close(handle)
    if len(body) > max_bytes:
        message = f"{path.name} is larger than {max_bytes / 1048576:.3g} MiB"
        raise _Unreadable(ErrorClass.TOO_BIG, message, "raise the source's `max_bytes`")
    return body


def _content_type(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
