"""A review as a Word document: real headings, links, tables and a table of contents that Word can renew."""

from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from cgtwatch.compose.review_view import ActView, Cited, PartView, ReviewView, Table
from cgtwatch.compose.words import Words

_ACCENT, _MUTED = RGBColor(0x0B, 0x6B, 0x68), RGBColor(0x5C, 0x67, 0x73)
_CHINESE, _LATIN = "Microsoft YaHei", "Calibri"
_SIZES = {"Normal": 10.5, "Title": 22, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11}


def docx(report: ReviewView, words: Words, now: datetime) -> bytes:
    """`report` as the bytes of a .docx (ECMA-376), made at `now`."""
    page = _Page(report, words, now)
    page.opening()
    if report.parts:
        page.contents()
    for part in report.parts:
        page.part(part)
    if report.sources:
        page.appendix()
    page.small(words.say("report_foot"))
    out = BytesIO()
    page.document.save(out)
    return out.getvalue()


class _Page:
    """A document in the making."""

    def __init__(self, report: ReviewView, words: Words, now: datetime) -> None:
        self.report, self.words = report, words
        self.document = Document()
        self._end = self.document.element.body.sectPr  # every paragraph stands before it
        self._links: dict[str, str] = {}
        self._styles = {name: self.document.styles[name].style_id for name in _SIZES}
        self._marks = 0
        about = self.document.core_properties
        about.title, about.author, about.comments = report.title, "cgtwatch", ""
        about.language = "zh-CN" if report.language == "zh" else "en-US"
        about.created = about.modified = now.replace(tzinfo=None)
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.top_margin = section.bottom_margin = Cm(2.2)
        for name, size in _SIZES.items():
            _dress(self.document.styles[name], size, self.report.language)

    def opening(self) -> None:
        """Title, day and numbers."""
        report, words = self.report, self.words
        self.paragraph(report.title, style="Title")
        self.small(report.made)
        self.heading(words.say("report_summary"), 1)
        self.paragraph(report.summary)
        if report.parts:
            self.table(Table("", tuple((label, n) for n, label in report.figures)))
            for table in report.tables:
                self.table(table)

    def table(self, table: Table) -> None:
        """Names and numbers, under a line that says of what."""
        if table.title:
            line = self.paragraph()
            line.add_run(table.title).bold = True
            line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(8), Pt(2)
            line.paragraph_format.keep_with_next = True
        drawn = self.document.add_table(rows=0, cols=2, style="Table Grid")
        for name, n in table.rows:
            cells = drawn.add_row().cells
            cells[0].text, cells[1].text = name, str(n)
            cells[0].width, cells[1].width = Cm(12.4), Cm(4.0)
            cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def contents(self) -> None:
        """A table of contents: filled in now, so that it reads without being renewed, and a field, so that Word can."""
        line = self.heading(self.words.say("report_contents"), 1)
        rows = [
            row
            for part in self.report.parts
            for row in ((part.anchor, part.title, 0), *((g.anchor, g.title, 1) for g in part.groups if g.title))
        ]
        rows.append(("sources", self.words.say("report_sources"), 0))
        for n, (anchor, title, depth) in enumerate(rows):
            line = self.paragraph()
            line.paragraph_format.left_indent, line.paragraph_format.space_after = Cm(0.8 * depth), Pt(1)
            if n == 0:
                _field(line, "begin")
                _field(line, None, r'TOC \o "1-2" \h \z \u')
                _field(line, "separate")
            self.jump(line, title, anchor)
        _field(line, "end")

    def part(self, part: PartView) -> None:
        """A chapter with its acts."""
        self.heading(f"{part.title} ({self.words.count('report_count', part.count)})", 1, part.anchor)
        for group in part.groups:
            if group.title:
                self.heading(f"{group.title} ({self.words.count('report_count', len(group.acts))})", 2, group.anchor)
            for act in group.acts:
                self.act(act)

    def act(self, act: ActView) -> None:
        """One act: its title as a heading, then what is known of it."""
        words = self.words
        line = self.heading("", 3, act.anchor)
        self.linked(line, act.title, act.link)
        self.line(" · ".join(filter(None, [act.day, act.importance])))
        self.line(" · ".join(filter(None, [act.issuers, act.kind])))
        for term in act.terms:
            self.line(term, bold=True)
        for label, content in ((words.say("report_topics"), act.topics), (words.say("evidence"), act.evidence)):
            if content:
                self.line(words.say("colon", a=label, b=content))
        for step in act.steps:
            line = self.line(f"{step.how} ")
            if step.anchor:
                self.jump(line, step.title, step.anchor)
            else:
                self.linked(line, step.title, step.link)
        for one in act.sources:
            line = self.line(words.say("colon", a=words.say("report_sources_of"), b=""))
            self.cited(line, one)

    def appendix(self) -> None:
        """Every source with its documents."""
        self.heading(self.words.say("report_sources"), 1, "sources")
        for source in self.report.sources:
            self.heading(source.name, 2)
            for n, one in enumerate(source.documents, start=1):
                line = self.line(f"{n}. ")
                self.cited(line, one)

    def cited(self, line: Any, one: Cited) -> None:  # noqa: ANN401 - a paragraph of a library without types
        """A document as a link, and its day."""
        self.linked(line, " · ".join(filter(None, [one.source, one.title])), one.link)
        if one.on:
            run = line.add_run(f"  {one.on}")
            run.font.color.rgb = _MUTED

    def heading(self, text: str, level: int, anchor: str = "") -> Any:  # noqa: ANN401 - see above
        """A real heading, with a bookmark where something leads to it."""
        line = self.paragraph(text, style=f"Heading {level}")
        if anchor:
            self._marks += 1
            start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
            for mark in (start, end):
                mark.set(qn("w:id"), str(self._marks))
            start.set(qn("w:name"), _bookmark(anchor))
            line._p.insert(1 if line._p.pPr is not None else 0, start)
            line._p.append(end)
        return line

    def line(self, text: str, *, bold: bool = False) -> Any:  # noqa: ANN401 - see above
        """A close line."""
        line = self.paragraph()
        line.paragraph_format.space_after = Pt(1)
        line.add_run(text).bold = bold
        return line

    def small(self, text: str) -> None:
        """A quiet line."""
        run = self.paragraph().add_run(text)
        run.font.size, run.font.color.rgb = Pt(9), _MUTED

    def paragraph(self, text: str = "", style: str | None = None) -> Any:  # noqa: ANN401 - see above
        """A paragraph at the end; the library's own looks through the whole document to find where that is."""
        element: Any = OxmlElement("w:p")
        self._end.addprevious(element)
        line = Paragraph(element, self.document._body)
        if text:
            line.add_run(text)
        if style:
            element.style = self._styles[style]
        return line

    def linked(self, line: Any, text: str, address: str) -> None:  # noqa: ANN401 - see above
        """`text` at the end of `line`, leading to `address` where there is one."""
        if not address:
            line.add_run(text)
            return
        link = OxmlElement("w:hyperlink")
        if address not in self._links:  # asked here once: the library compares an address with all before it
            self._links[address] = f"link{len(self._links)}"
            line.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, self._links[address], is_external=True)
        link.set(qn("r:id"), self._links[address])
        _into(line, link, text)

    def jump(self, line: Any, text: str, anchor: str) -> None:  # noqa: ANN401 - see above
        """`text` at the end of `line`, leading to a place of this document."""
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark(anchor))
        _into(line, link, text)


def _into(line: Any, link: Any, text: str) -> None:  # noqa: ANN401 - see above
    run = line.add_run(text)
    run.font.color.rgb = _ACCENT
    link.append(run._r)
    line._p.append(link)


def _field(line: Any, kind: str | None, instruction: str = "") -> None:  # noqa: ANN401 - see above
    """One piece of a complex field (ECMA-376 part 1, 17.16.18)."""
    run = line.add_run()
    if kind is None:
        text = OxmlElement("w:instrText")
        text.set(qn("xml:space"), "preserve")
        text.text = instruction
        run._r.append(text)
        return
    piece = OxmlElement("w:fldChar")
    piece.set(qn("w:fldCharType"), kind)
    run._r.append(piece)


def _bookmark(anchor: str) -> str:
    """A name as Word takes it: letters, digits and low lines, a letter first, at most 40."""
    return ("b_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in anchor))[:40]


def _dress(style: Any, size: float, language: str) -> None:  # noqa: ANN401 - see above
    """Fonts for both scripts, and one colour for headings."""
    style.font.name, style.font.size = _LATIN, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(kind), None)
    fonts.set(qn("w:hAnsi"), _LATIN)
    fonts.set(qn("w:eastAsia"), _CHINESE)
    if style.name != "Normal":
        style.font.color.rgb = _ACCENT
        return
    style.paragraph_format.space_after = Pt(6)
    said = OxmlElement("w:lang")
    said.set(qn("w:val"), "en-US")
    said.set(qn("w:eastAsia"), "zh-CN" if language == "zh" else "en-US")
    style.element.get_or_add_rPr().append(said)
