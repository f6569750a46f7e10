"""The bytes of sources.yaml as a tree, with everything that is wrong with them as a file or as YAML.

A mistake of syntax must not hide the mistakes after it: tabs are read as spaces, and a source that is no YAML is set aside, so
that the rest of the file can still be checked. A document with remarks is only ever used to find more mistakes.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from cgtwatch.config.tree import Node, Remark, TooMuchError, grow
from cgtwatch.errors import ConfigError

LARGEST = 16 * 1024 * 1024  # bytes; 10,000 sources are 4 MB
_MOST_REPAIRS = 20
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.1, 5.1
_TAB_INDENT = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)
_SET_ASIDE = "{set-aside: true}"  # stands where a source was no YAML, so that the others keep their numbers
SET_ASIDE_KEY = "set-aside"


@dataclass(slots=True)
class Document:
    """A file as read: its root (None where nothing could be read of it), remarks that are mistakes, and warnings."""

    root: Node | None = None
    remarks: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


def read_document(path: Path, setting: str = "CGTWATCH_SOURCES") -> Document:
    """The tree of the file at `path`. Raises `ConfigError` where no bytes can be got; what is in them becomes remarks.

    `setting` is the variable that names such a file.
    """
    return document_of(_bytes(path, setting))


def document_of(raw: bytes) -> Document:
    """The tree of these bytes; everything that is wrong with them becomes remarks."""
    document = Document()
    if raw.startswith(b"\xef\xbb\xbf"):
        document.warnings.append(Remark(1, "starts with a byte order mark; it is skipped, save the file as UTF-8 without BOM"))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        document.remarks.append(Remark(1, "is UTF-16; save the file as UTF-8"))
        return document
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.remarks.append(Remark(line, f"is not UTF-8{_looks_like(raw)}; save the file as UTF-8"))
        return document
    if "\0" in text:
        document.remarks.append(
            Remark(text.count("\n", 0, text.index("\0")) + 1, "holds NUL bytes: no YAML text but a binary file")
        )
        return document
    _fill(document, _without_unprintable(document, text))
    return document


def _bytes(path: Path, setting: str) -> bytes:
    """What the file holds, read in one go; a file that is being written is refused and not half read."""
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            kind = "a directory" if stat.S_ISDIR(before.st_mode) else "no regular file"
            raise ConfigError([f"{path}: is {kind}; name a YAML file in {setting}"])
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError:
        raise ConfigError([f"{path}: does not exist; write it, or unset {setting} to use what ships"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror}); make it readable for this user"]) from None
    if len(raw) > LARGEST:
        raise ConfigError([f"{path}: is larger than {LARGEST // 1024**2} MiB; split it between several services"])
    if len(raw) != after.st_size or (before.st_ino == after.st_ino and before.st_mtime_ns != after.st_mtime_ns):
        raise ConfigError([f"{path}: was changed while it was read; wait until it is written and load it again"])
    return raw


def _looks_like(raw: bytes) -> str:
    try:
        return " but reads as GBK" if re.search("[一-鿿]", raw.decode("gb18030")) else ""
    except UnicodeDecodeError:
        return ""


def _without_unprintable(document: Document, text: str) -> str:
    for match in _UNPRINTABLE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        document.remarks.append(Remark(line, f"holds the control character U+{ord(match[0]):04X}; take it out"))
        if len(document.remarks) >= _MOST_REPAIRS:
            break
    return _UNPRINTABLE.sub(" ", text)


def _fill(document: Document, text: str) -> None:
    """Grows the tree of `text` into `document`, repairing syntax so far that what follows can be checked too."""
    for _ in range(_MOST_REPAIRS):
        try:
            grown = grow(text)
        except TooMuchError as trap:
            document.remarks.append(trap.remark)
            return
        except yaml.YAMLError as error:
            line, message = _syntax(error)
            repaired = _without_tabs(document, text) or _without_source(text, error, line)
            if repaired is None or not _TAB_INDENT.search(text):
                document.remarks.append(Remark(line, message))
            if repaired is None:
                return
            text = repaired
        else:
            document.root = grown.root
            document.remarks += grown.remarks
            return


def _syntax(error: yaml.YAMLError) -> tuple[int, str]:
    """Line and words for what the YAML parser says; of a quote or bracket that stays open, its beginning is the culprit."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark else 1
    context = getattr(error, "context", None) or ""
    start = getattr(error, "context_mark", None)
    if start is not None and not _is_block(context):
        line, problem = start.line + 1, f"{problem} at line {line}, {context} that begins here"
    mend = "quote texts that hold ': ', ' #' or begin with one of [ { * & ! % @ `, and check indentation, brackets and quotes"
    return line, f"is no YAML: {problem}; {mend}"


def _is_block(context: str) -> bool:
    return not context or "block" in context


def _without_tabs(document: Document, text: str) -> str | None:
    """The text with its indentation of spaces only, each such line remarked; None where no line is indented with a tab."""
    found = list(_TAB_INDENT.finditer(text))
    for match in found[:_MOST_REPAIRS]:
        line = text.count("\n", 0, match.start()) + 1
        document.remarks.append(Remark(line, "a tab in the indentation; YAML takes spaces only, two a level"))
    if not found:
        return None
    lines = text.splitlines(keepends=True)
    for number, one in enumerate(lines):
        if _TAB_INDENT.match(one):
            lines[number] = " " * _indent_after(lines[:number]) + one.lstrip()
    return "".join(lines)


def _indent_after(lines: list[str]) -> int:
    """How far a line is most likely meant to be indented: as far as the text of the line above it."""
    above = next((line for line in reversed(lines) if line.strip() and not line.lstrip().startswith("#")), "")
    indent = len(above) - len(above.lstrip(" -"))
    return indent + 2 if above.rstrip().endswith(":") else indent


def _without_source(text: str, error: yaml.YAMLError, line: int) -> str | None:
    """The text with the source (or subscription) around the mistake set aside; None where none can be told to hold it."""
    lines = text.splitlines(keepends=True)
    first = next((n for n, one in enumerate(lines) if re.match(r"(sources|subscriptions)\s*:", one)), None)
    if first is None:
        return None
    dash = next((match[1] for one in lines[first + 1 :] if (match := re.match(r"([ ]*)- ", one))), None)
    begins = [n for n, one in enumerate(lines) if n > first and dash is not None and one.startswith(f"{dash}- ")]
    start = getattr(error, "context_mark", None)
    for culprit in (line - 1, start.line if start else line - 1):
        above = [n for n in begins if n <= culprit and _SET_ASIDE not in lines[n]]
        if above and dash is not None:
            end = next((n for n in begins if n > above[-1]), len(lines))
            blank = ["\n"] * (end - above[-1] - 1)
            return "".join([*lines[: above[-1]], f"{dash}- {_SET_ASIDE}\n", *blank, *lines[end:]])
    return None
