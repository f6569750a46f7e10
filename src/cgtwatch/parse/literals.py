"""What a string inside a script says: the escapes of JavaScript and JSON undone."""

import re

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " ", "v": " ", "0": ""}
_LAST_CODE = 0x10FFFF
_TWICE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[/\"'])")


def unescaped(text: str) -> str:
    """The text with its escapes undone, also where it was escaped twice, as JSON inside a string of a script is."""
    if "\\" not in text:
        return text
    plain = _paired(_ESCAPE.sub(_one, text))
    return _paired(_ESCAPE.sub(_one, plain)) if _TWICE.search(plain) else plain


def _one(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= _LAST_CODE else ""
    return _NAMED.get(found[4], found[4])


def _paired(text: str) -> str:
    """Two halves of a character beyond the first plane, as JSON writes it, made one."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeError:
        return text
