"""The text of Word and PowerPoint files, read as a stream: content controls, text boxes and tracked changes too.

`python-docx` builds the whole tree and leaves those three out; a draft law with changes marked is made of them.
"""

import re
import zipfile
from dataclasses import dataclass, field
from typing import IO

from lxml import etree

from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.package import MOST_TEXT, events, local, office
from cgtwatch.parse.told import article_of
from cgtwatch.text.clean import clean

_MAIN = re.compile(r"word/[^/]*document[^/]*\.xml")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_TWICE = frozenset({"Fallback", "moveFrom"})  # what is said again elsewhere
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(unread: Unread) -> Article:
    """A Word document: paragraphs, tables row by row, notes at the end. Raises `ParseError` where it is broken or a bomb."""
    with office(unread.source.id, unread.name, unread.page.body) as opened:
        names = opened.namelist()
        parts = [name for name in names if _MAIN.fullmatch(name)][:1] + [name for name in _NOTES if name in names]
        return _article(unread, opened, parts, "document")


def read_slides(unread: Unread) -> Article:
    """A presentation: the text of its slides in their order."""
    with office(unread.source.id, unread.name, unread.page.body) as opened:
        numbered = [(int(found[1]), name) for name in opened.namelist() if (found := _SLIDE.fullmatch(name))]
        return _article(unread, opened, [name for _, name in sorted(numbered)], "presentation")


def _article(unread: Unread, opened: zipfile.ZipFile, parts: list[str], what: str) -> Article:
    lines: list[str] = []
    room = MOST_TEXT
    for name in parts:
        with opened.open(name) as file:
            room = _lines_of(file, lines, room)
    text = clean("\n".join(lines))
    warnings = [f"only the first {MOST_TEXT} characters were read"] if room <= 0 else []
    if not text:
        warnings.append(f"the {what} has no text in it, perhaps it is made of pictures")
    return article_of(unread, text, _title(opened), warnings)


@dataclass(slots=True)
class _Reading:
    """Where the stream stands: lines of each open cell (the document itself is the first), cells of rows, pieces of paragraphs."""

    cells: list[list[str]]
    rows: list[list[str]] = field(default_factory=list)
    paragraphs: list[list[str]] = field(default_factory=list)
    skipping: int = 0
    written: int = 0

    def start(self, name: str) -> None:
        if name in _TWICE:
            self.skipping += 1
        elif name == "p":
            self.paragraphs.append([])
        elif name == "tr":
            self.rows.append([])
        elif name == "tc":
            self.cells.append([])

    def end(self, name: str, text: str | None) -> None:
        if name in _TWICE:
            self.skipping -= 1
        elif name == "p":
            self._line("".join(self.paragraphs.pop()))
        elif name == "tc":
            self._cell(" ".join(self.cells.pop()))
        elif name == "tr":
            self._line(" | ".join(cell for cell in self.rows.pop() if cell))
        elif self.paragraphs and not self.skipping:
            if name == "t" and text:
                self.paragraphs[-1].append(text)
                self.written += len(text)
            elif name in _BREAKS:
                self.paragraphs[-1].append(_BREAKS[name])

    def stop(self) -> None:
        """Ends what is open, so that a paragraph without end is kept as far as it was read."""
        while self.paragraphs:
            self.end("p", None)
        while self.rows:
            self.end("tc", None) if len(self.cells) > 1 else None
            self.end("tr", None)

    def _line(self, text: str) -> None:
        if text.strip():
            self.cells[-1].append(text)

    def _cell(self, text: str) -> None:
        if self.rows:
            self.rows[-1].append(text)
        else:
            self._line(text)


def _lines_of(file: IO[bytes], lines: list[str], room: int) -> int:
    """Adds the lines of a part; the room left, not above zero where the part goes on."""
    reading = _Reading([lines])
    for event, element in events(file):
        name = local(element)
        if event == "start":
            reading.start(name)
            continue
        reading.end(name, element.text)
        if not reading.paragraphs:
            _forget(element)
        if reading.written >= room:
            reading.stop()
            return 0
    return room - reading.written


def _forget(element: etree._Element) -> None:
    """Lets go of what was read, so that a long document takes no more memory than a short one."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _title(opened: zipfile.ZipFile) -> str | None:
    if "docProps/core.xml" not in opened.namelist():
        return None
    with opened.open("docProps/core.xml") as file:
        return next(
            (element.text for event, element in events(file) if event == "end" and element.tag == f"{_DUBLIN_CORE}title"), None
        )
