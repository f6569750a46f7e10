"""A mail that a server finds too big (RFC 1870), made short: its text as far as there is room, and where the whole is."""

import base64
import re

from cgtwatch.deliver.mail.mime import base64_lines, leaf
from cgtwatch.deliver.wording import say

_BODY = frozenset({"content-type", "content-transfer-encoding"})
_TEXT = re.compile(rb"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n([A-Za-z0-9+/=\r\n]*)")
_LINK = re.compile(rb"^Archived-At: <([^>\r\n]+)>", re.MULTILINE)
_CHINESE = re.compile(rb"^Content-Language: zh", re.MULTILINE)
_FRAME = 200  # bytes of the headers of a body
_FOOT = 3  # paragraphs at the end that are kept: why its reader gets it, and how to leave


def shortened(mail: bytes, most: int) -> bytes | None:
    """`mail` as a plain text of at most `most` bytes, its headers unchanged; None where not even these have room.

    The mail must be one of ours, filled. The same mail and limit give the same bytes.
    """
    head, _, body = mail.partition(b"\r\n\r\n")
    found = _TEXT.search(head + b"\r\n\r\n" + body)
    if found is None:
        return None
    text = base64.b64decode(found[1]).decode("utf-8", "replace").replace("\r\n", "\n")
    language = "zh" if _CHINESE.search(head) else "en"
    link = _LINK.search(head)
    said = say(language, "too_big", size=len(mail) // 1000 + 1, most=max(most // 1000, 1))
    where = say(language, "too_big_link", link=link[1].decode("ascii")) if link else say(language, "too_big_web")
    kept = _headers(head.decode("ascii"))
    room = (most - len(kept) - _FRAME) // 78 * 57  # bytes of text: lines of 76 characters and their ends (RFC 2045 6.8)
    cut = _cut(text, f"{said}\n{where}", room)
    return None if cut is None else f"{kept}{leaf('text/plain; charset=utf-8', base64_lines(cut))}".encode("ascii")


def _headers(head: str) -> str:
    """All headers but those that speak of the body."""
    lines = re.split(r"\r\n(?![ \t])", head)
    return "".join(f"{line}\r\n" for line in lines if line.partition(":")[0].lower() not in _BODY)


def _cut(text: str, note: str, room: int) -> str | None:
    """The note, as many paragraphs as there is room for, and the last ones; None where there is none for note and last ones."""
    (*paragraphs,) = (one.strip("\n") for one in text.split("\n\n") if one.strip())
    foot = "\n\n".join(paragraphs[-_FOOT:])
    left = room - _size(note) - _size(foot)
    if left < 0:
        foot = paragraphs[-1] if paragraphs else ""
        left = room - _size(note) - _size(foot)
    if left < 0:
        return None
    kept = []
    for paragraph in paragraphs[:-_FOOT]:
        left -= _size(paragraph)
        if left < 0:
            kept.append("…")
            break
        kept.append(paragraph)
    return "\n\n".join([note, *kept, foot]) + "\n"


def _size(paragraph: str) -> int:
    """Bytes with the line ends that follow."""
    return len(paragraph.encode("utf-8", "replace")) + paragraph.count("\n") + 8
