"""Bytes to text, by evidence first and by declaration second.

Pages declared gb2312 are often UTF-8 in fact, GBK pages are served as UTF-8 or as a defaulted Latin-1, and one broken
byte must not turn a whole feed into another charset.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from cgtwatch.text.charset_score import likeness

Kind = Literal["html", "xml", "text"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the charset it was read in, and how that was decided (for `explain` and warnings)."""

    text: str
    encoding: str
    how: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """The bytes read in one charset: `bad` counts what it could not read, `good` the characters beyond ASCII it could."""

    text: str
    encoding: str
    bad: int
    good: int

    @property
    def damage(self) -> float:
        return self.bad / (self.bad + self.good) if self.bad else 0.0


# The widest codec of each family (WHATWG Encoding): GB18030 holds GBK and GB2312, Windows' pages hold the ISO ones.
_FAMILIES = {
    "gb18030": ("gb18030", "gb2312 gbk gb18030 x-gbk cp936 ms936 windows-936 gb_2312-80 csgb2312 euc-cn euccn hz-gb-2312"),
    "big5": ("big5hkscs", "big5 big5-hkscs cn-big5 x-x-big5 csbig5 cp950 big5-tw ms950"),
    "shift_jis": ("cp932", "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932 csshiftjis ms932"),
    "euc-jp": ("euc_jp", "euc-jp eucjp x-euc-jp ujis cseucpkdfmtjapanese"),
    "euc-kr": ("cp949", "euc-kr euckr ks_c_5601-1987 ksc5601 ksc_5601 cp949 uhc windows-949 cseuckr korean"),
    "windows-1252": ("cp1252", "iso-8859-1 iso8859-1 latin1 latin-1 l1 us-ascii ascii windows-1252 cp1252 ansi x-ansi"),
    "windows-1254": ("cp1254", "iso-8859-9 latin5 windows-1254"),
    "windows-874": ("cp874", "tis-620 tis620 iso-8859-11 windows-874"),
    "utf-8": ("utf-8", "utf-8 utf8 utf_8 unicode-1-1-utf-8 x-unicode20utf8 cesu-8 utf-8n"),
}
_BY_LABEL = {label: family for family, (_, labels) in _FAMILIES.items() for label in labels.split()}
_EAST = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")
_DEFAULTED = "windows-1252"  # what servers say that were never told anything
_REFUSED = re.compile(r"utf-?7|utf-?16|utf-?32|ucs|base64|hex|rot|zip|bz2|zlib|uu|punycode|idna|escape|quopri|undefined|mbcs|oem")
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:\-]+)", re.IGNORECASE)
_META_DECLARED = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:\-]+)", re.IGNORECASE)
_CSS_CHARSET = re.compile(rb"<!--.*?-->", re.DOTALL)
_FAR_ENOUGH = 0.1  # share of unreadable sequences up to which a charset is still believed: one bad byte in ten characters
# Several bytes that fit UTF-8's strict pattern are no accident: GBK read as UTF-8 breaks in nine places of ten, so a short
# text with one bad byte is safely told from it.
_NEARLY = 0.34
_HEAD = 16_384  # a meta may stand late: recorded pages have it beyond the 1,024 bytes of the standard


def decode(body: bytes, declared_http: str | None, kind: Kind, forced: str | None) -> Decoded:
    """The text of `body`. `forced` is the operator's word and wins; then a byte order mark; then strict UTF-8; then the
    declared charset if it fits; then the likeliest. Unreadable bytes become U+FFFD. Never raises.
    """
    family = _family(forced)
    if family:
        return Decoded(_read(body, family).text, family, "forced by the source's settings")
    marked = _marked(body)
    if marked:
        return marked
    strict = _strict_utf8(body)
    declared = _declared(body, declared_http, kind)
    if strict is not None:
        return _against(strict, body, declared)
    return _legacy(body, declared)


def is_known(label: str) -> bool:
    """Whether `label` names a charset that a source may be forced to."""
    return _family(label) is not None


def _marked(body: bytes) -> Decoded | None:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            while body.startswith(bom):
                body = body[len(bom) :]
            if encoding == "utf-8":
                text = _strict_utf8(body)
                return Decoded(_read(body, "utf-8").text if text is None else text, encoding, "byte order mark")
            return Decoded(body.decode(encoding, "replace"), encoding, "byte order mark")
    wide = _wide(body[:400])
    return Decoded(body.decode(wide, "replace").lstrip("\ufeff"), wide, "zero bytes between the letters") if wide else None


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: ASCII letters with zero bytes at fixed places."""
    if len(head) < 4 or b"\x00" not in head:
        return None
    zeros = [head[place::4].count(0) / max(1, len(head[place::4])) for place in range(4)]
    full = [share > 0.7 for share in zeros]
    for encoding, pattern in (
        ("utf-32-be", [True, True, True, False]),
        ("utf-32-le", [False, True, True, True]),
        ("utf-16-be", [True, False, True, False]),
        ("utf-16-le", [False, True, False, True]),
    ):
        if full == pattern:
            return encoding
    return None


def _strict_utf8(body: bytes) -> str | None:
    """The text where all of it is UTF-8; a last character that was cut off, and surrogate pairs (CESU-8), are forgiven."""
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(body, final=False)
    except UnicodeDecodeError:
        pass
    if b"\xed" not in body:
        return None
    try:
        paired = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return paired.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _against(strict: str, body: bytes, declared: list[str]) -> Decoded:
    """UTF-8 that fits strictly; only a short Chinese text can fit by accident, and then no letter of it makes sense."""
    if "\x1b$" in strict[:_HEAD]:
        return Decoded(body.decode("iso2022_jp", "replace"), "iso-2022-jp", "its escape sequences")
    if declared and declared[0] in _EAST and not strict.isascii():
        foreign = {char for char in strict if not char.isascii()}
        reading = _read(body, declared[0])
        if all("\u0250" <= char <= "\u07ff" for char in foreign) and not reading.bad:
            return Decoded(reading.text, reading.encoding, "declared; UTF-8 would fit by accident only")
    return Decoded(strict, "utf-8", "strict UTF-8")


def _legacy(body: bytes, declared: list[str]) -> Decoded:
    """The bytes are not all UTF-8: nearly so, or as declared, or as they look."""
    nearly = _read(body, "utf-8")
    if nearly.damage <= _NEARLY:
        return Decoded(nearly.text, "utf-8", f"UTF-8 with {nearly.bad} broken bytes replaced")
    likely = max((_read(body, family) for family in _EAST), key=_rank)
    for family in declared:
        reading = _read(body, family)
        if family != "utf-8" and reading.damage <= _FAR_ENOUGH and not _much_likelier(likely, reading):
            return Decoded(
                reading.text, family, "declared" if not reading.bad else f"declared; {reading.bad} broken bytes replaced"
            )
    if likely.damage <= _FAR_ENOUGH and likeness(likely.text, likely.encoding) >= 0.08:
        return Decoded(likely.text, likely.encoding, "guessed by its commonest characters")
    if "utf-8" in declared and nearly.good > nearly.bad:
        return Decoded(nearly.text, "utf-8", f"declared; {nearly.bad} broken bytes replaced")
    return Decoded(_read(body, _DEFAULTED).text, _DEFAULTED, "nothing else fits")


def _rank(reading: _Reading) -> tuple[bool, float]:
    return reading.damage <= _FAR_ENOUGH, likeness(reading.text, reading.encoding) - reading.damage


def _much_likelier(other: _Reading, declared: _Reading) -> bool:
    """Whether a declaration is to be disbelieved: what it gives makes no sense, and something else makes much."""
    if other.encoding == declared.encoding or other.damage > _FAR_ENOUGH or other.good < 8:
        return False
    here, there = likeness(declared.text, declared.encoding), likeness(other.text, other.encoding)
    return there >= 0.15 and there > 4 * here


def _read(body: bytes, family: str) -> _Reading:
    codec = _FAMILIES[family][0] if family in _FAMILIES else family
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd")
    return _Reading(text, family, bad, len(text) - sum(map(str.isascii, text)) - bad if bad else len(text))


def _declared(body: bytes, declared_http: str | None, kind: Kind) -> list[str]:
    """The declared families, most believable first: the header, then what stands inside; a defaulted Latin-1 comes last."""
    head = body[:_HEAD]
    inside = []
    if kind in ("xml", "html"):
        inside += _XML_DECLARED.findall(head)
    if kind == "html":
        inside += _META_DECLARED.findall(_CSS_CHARSET.sub(b"", head)) or _META_DECLARED.findall(body[: 8 * _HEAD])[:1]
    labels = [declared_http or "", *(label.decode("ascii", "replace") for label in inside)]
    families = [family for family in map(_family, labels) if family]
    return sorted(dict.fromkeys(families), key=lambda family: family == _DEFAULTED)


def _family(label: str | None) -> str | None:
    """The family of a label, or the codec's own name where it is a text codec of one byte a letter; None: unknown."""
    label = (label or "").strip().strip("\"'").lower()
    if label in _BY_LABEL:
        return _BY_LABEL[label]
    if not label or not label.isascii() or _REFUSED.search(label):
        return None
    try:
        known = codecs.lookup(label)
        b"a".decode(known.name)
    except (LookupError, ValueError, TypeError):
        return None
    return _BY_LABEL.get(known.name, known.name)
