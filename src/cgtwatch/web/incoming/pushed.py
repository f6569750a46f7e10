"""A pushed document made fit for a folder: a name that is only a name, and text that cannot pose as anything else."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cgtwatch.text.charset import decode
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.disposition import offered_name
from cgtwatch.web.forms import Refused

# Content type: suffix, and what such a file begins with where that can be told.
TYPES: Mapping[str, tuple[str, bytes]] = {
    "text/plain": (".txt", b""),
    "text/markdown": (".md", b""),
    "text/html": (".html", b""),
    "application/pdf": (".pdf", b"%PDF-"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx", b"PK\x03\x04"),
}
WRITTEN = frozenset({".txt", ".md"})  # kept as UTF-8, whatever they came in
LONGEST_STEM = 60  # characters of a name; three bytes each in Chinese, and a file system takes 255
LONGEST_TITLE, LONGEST_URL, LONGEST_WORD = 500, 2000, 60
HEAD = 1024  # bytes in which a PDF's mark may stand
_UNSAFE = re.compile(r"[^\w\-(). ]+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*")


@dataclass(frozen=True, slots=True)
class Document:
    """What is written. `id` is a hash of the bytes; `ending` is by which the same document is known under any name."""

    id: str
    name: str
    ending: str
    body: bytes


def from_fields(body: bytes) -> Document:
    """A document of JSON `{title, text | html, url, published, language, issuer, jurisdiction}`. Raises `Refused`."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "no valid JSON", 'send {"title": …, "text": …}') from None
    if not isinstance(given, dict):
        raise Refused(400, "JSON that is no object", 'send {"title": …, "text": …}')
    if unknown := sorted(set(given) - {"text", "html", *FIELDS}):
        named = one_line(", ".join(map(str, unknown)), 100)
        raise Refused(400, f"unknown keys: {named}", f"known are text, html, {', '.join(FIELDS)}")
    front = {key: read(given[key]) for key, read in FIELDS.items() if given.get(key) is not None}
    if not front.get("title"):
        raise Refused(400, "no title", "give the document's title as `title`")
    texts = [value for key in ("text", "html") if isinstance(value := given.get(key), str) and value.strip()]
    if len(texts) != 1:
        raise Refused(400, "neither or both of text and html", "give the document's words as one of them, a string")
    lines = ["---", *(f"{key}: {_quoted(value)}" for key, value in front.items()), "---", "", clean(_sound(texts[0]))]
    if "url" in front:
        lines += ["", f"Source: {front['url']}"]
    return _document(("\n".join(lines) + "\n").encode(), ".md", front["title"])


def from_file(body: bytes, kind: str, parameters: str, name: str, disposition: str | None) -> Document:
    """A document as a file of that content type, under the name it offers. Raises `Refused`."""
    if kind not in TYPES:
        known = ", ".join(["application/json", *TYPES])
        raise Refused(415, f"content type {one_line(kind, 80) or 'missing'} is not taken", f"send one of {known}")
    suffix, mark = TYPES[kind]
    if mark not in body[:HEAD]:
        raise Refused(400, f"the bytes are no {suffix.lstrip('.').upper()}", "send the file itself, under its own content type")
    if suffix in WRITTEN:
        charset = re.search(r"charset\s*=\s*\"?([\w\-]+)", parameters, re.IGNORECASE)
        body = clean(decode(body, charset[1] if charset else None, "text", None).text).encode()
        if not body.strip():
            raise Refused(400, "an empty document", "send a document with words in it")
    stem = name or offered_name(disposition)
    return _document(body, suffix, re.sub(r"\.\w{1,5}$", "", stem))


def _document(body: bytes, suffix: str, name: str) -> Document:
    found = sha256(body).hexdigest()[:16]
    stem = safe_stem(name)
    return Document(found, f"{stem}-{found}{suffix}" if stem else f"{found}{suffix}", f"{found}{suffix}", body)


def safe_stem(name: str) -> str:
    """A part of a file name that leads nowhere, hides nothing and fits; empty where nothing is left of `name`."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", one_line(_sound(name), LONGEST_URL)))[-1]
    return _UNSAFE.sub("_", last).strip(" ._-")[:LONGEST_STEM].strip(" ._-")


def _sound(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can say and no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _quoted(value: str) -> str:
    """A value of front matter that is only a value (YAML 1.2, 7.3.1)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(key: str, longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:  # noqa: ANN401 - any JSON
        if not isinstance(value, str) or len(value) > longest:
            raise Refused(400, f"`{key}` is no text of at most {longest} characters", f"correct `{key}` or leave it out")
        return one_line(_sound(value), longest)

    return read


def _word(key: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:  # noqa: ANN401
        if not isinstance(value, str) or len(value) > LONGEST_WORD or not _WORD.fullmatch(value):
            raise Refused(400, f"`{key}` is no plain word", f"write `{key}` in letters, digits and hyphens, or leave it out")
        return value

    return read


def _url(value: Any) -> str:  # noqa: ANN401
    text = _text("url", LONGEST_URL)(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or any(c in text for c in ' "<>\\'):
        raise Refused(400, "`url` is no address of the web", "write it as https://…, or leave it out")
    return text


def _published(value: Any) -> str:  # noqa: ANN401
    text = _text("published", LONGEST_WORD)(value)
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            read(text)
        except ValueError:
            continue
        return text
    raise Refused(400, "`published` is no date", "write it as 2026-07-08 or 2026-07-08T09:00:00+08:00, or leave it out")


FIELDS: Mapping[str, Callable[[Any], str]] = {
    "title": _text("title", LONGEST_TITLE),
    "url": _url,
    "published": _published,
    "language": _word("language"),
    "issuer": _word("issuer"),
    "jurisdiction": _word("jurisdiction"),
}
