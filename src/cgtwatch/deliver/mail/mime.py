"""Headers and parts of a mail, written as the RFCs have them: ASCII, CRLF, short lines, nothing that a text could break out of.

By hand, because the header folding of `email` drops blanks between encoded words, and a mail is pressed once for thousands.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from email.utils import parseaddr

from cgtwatch.text.clean import one_line

_LINE = 57  # bytes that make a line of 76 characters (RFC 2045 6.8)
_WORD = 75  # characters of an encoded word (RFC 2047 2)
_FRAME = len("=?utf-8?b??=")
_LONGEST_PLAIN = 60  # characters of a header's value that needs no folding
_PLAIN_VALUE = re.compile(r"[\x20-\x7e]*")


def header(name: str, value: str) -> str:
    """One header of ASCII text, with its line end. Raises ValueError for what would be more than one line."""
    if not _PLAIN_VALUE.fullmatch(value.replace("\r\n ", "")):
        raise ValueError(f"header {name} holds what no header may hold")
    return f"{name}: {value}\r\n"


def unstructured(name: str, text: str) -> str:
    """A header that holds any text, such as the subject: as it is where that is plain, else in encoded words (RFC 2047)."""
    line = one_line(text)
    if line.isascii() and len(line) <= _LONGEST_PLAIN and "=?" not in line:
        return header(name, line)
    return header(name, encoded(line, len(name) + 2))


def mailbox(name: str, written: str) -> str:
    """A header that holds one address, written as `NAME <ADDRESS>` or `ADDRESS`."""
    shown, address = parseaddr(written)
    shown = one_line(shown, 100)
    if not shown:
        return header(name, address)
    if shown.isascii() and "=?" not in shown:
        escaped = shown.replace("\\", r"\\").replace('"', r"\"")
        return header(name, f'"{escaped}" <{address}>')
    return header(name, f"{encoded(shown, len(name) + 2)}\r\n <{address}>")


def encoded(text: str, used: int) -> str:
    """Encoded words of at most 75 characters, one a line; `used` characters stand on the first line already."""
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in _pieces(text, used))


def _pieces(text: str, used: int) -> Iterator[bytes]:
    """The text in UTF-8, cut between characters into what fits an encoded word."""
    piece, room = b"", (_WORD - used - _FRAME) // 4 * 3
    for char in text:
        data = char.encode("utf-8", "replace")
        if len(piece) + len(data) > room:
            yield piece
            piece, room = b"", (_WORD - _FRAME) // 4 * 3
        piece += data
    yield piece


def base64_lines(text: str) -> str:
    """Lines of base64 that can stand between others: blanks fill up to a multiple of three bytes, so that no padding ends them."""
    canonical = text.replace("\r\n", "\n").replace("\n", "\r\n")  # RFC 2046 4.1.1
    data = canonical.encode("utf-8", "replace")
    return _lines(data + b" " * (-len(data) % 3))


def leaf(kind: str, lines: str, *more: str) -> str:
    """A part whose content is `lines` of base64; `more`: further headers."""
    return f"{header('Content-Type', kind)}{header('Content-Transfer-Encoding', 'base64')}{''.join(more)}\r\n{lines}\r\n"


def attachment(kind: str, data: bytes, file_name: str) -> str:
    """A part that is a file of its own (RFC 2183); `file_name` is plain ASCII."""
    return leaf(kind, _lines(data), header("Content-Disposition", f'attachment; filename="{file_name}"'))


def multipart(subtype: str, boundary: str, parts: Sequence[str], *more: str) -> str:
    """Several parts in one (RFC 2046 5.1). No line of base64 can be mistaken for a boundary, which begins with `=_`."""
    kind = header("Content-Type", f'multipart/{subtype}; boundary="{boundary}"')
    inner = "".join(f"--{boundary}\r\n{part}" for part in parts)
    return f"{kind}{''.join(more)}\r\n{inner}--{boundary}--\r\n"


def _lines(data: bytes) -> str:
    return "\r\n".join(base64.b64encode(data[start : start + _LINE]).decode() for start in range(0, len(data), _LINE))
