"""Office files and archives for the parsers' tests, honest and hostile."""

import io
import random
import struct
import zipfile

import docx
import openpyxl

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(*paragraphs, rows=()):
    """A Word document with these paragraphs and one table."""
    made = docx.Document()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    if rows:
        table = made.add_table(len(rows), len(rows[0]))
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                table.cell(number, column).text = value
    return saved(made)


def raw_word(body, *, head=""):
    """A Word document whose main part is this XML."""
    return zipped(
        {"word/document.xml": f'<?xml version="1.0"?>{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'}
    )


def workbook(*rows, hidden=()):
    """A workbook with a sheet of these rows, and a hidden one."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if hidden:
        sheet = made.create_sheet("秘")
        sheet.append(hidden)
        sheet.sheet_state = "hidden"
    return saved(made)


def raw_workbook(sheet, strings=""):
    """A workbook whose only sheet is this XML."""
    names = "http://schemas.openxmlformats.org/package/2006"
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{names}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{office}.sharedStrings+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{office}.worksheet+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{names}/relationships"><Relationship Id="a" Type="{R}/officeDocument" '
            f'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{names}/relationships"><Relationship Id="a" Type="{R}/worksheet" '
            f'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{S}">{strings}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}"><sheetData>{sheet}</sheetData></worksheet>',
        }
    )


def zipped(members, *, compress=zipfile.ZIP_DEFLATED):
    """An archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as made:
        for name, body in members.items():
            made.writestr(name, body)
    return out.getvalue()


def zipped_by_an_old_tool(name, body):
    """An archive whose names are GBK without the flag for UTF-8."""
    plain = "x" * len(name.encode("gbk"))
    return zipped({plain: body}).replace(plain.encode(), name.encode("gbk"))


def locked(archive):
    """The archive with the flag for encryption set on every member."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = archive.find(mark)
        while start >= 0:
            flags = struct.unpack_from("<H", archive, start + at)[0]
            archive = archive[: start + at] + struct.pack("<H", flags | 1) + archive[start + at + 2 :]
            start = archive.find(mark, start + 4)
    return archive


def digits(count, seed=1):
    """Text that packs badly."""
    return random.Random(seed).randbytes(count // 2).hex()


def saved(made):
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
