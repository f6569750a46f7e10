"""Take secrets out of what comes back, in every spelling that sites repeat them in."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import AnyStr
from urllib.parse import quote, quote_plus

SHORTEST = 4  # characters; what is shorter would be found in innocent words
SHORTEST_IN_BODY = 8  # what is shorter is taken out where it stands behind its own name
# Between a name and its value: in an address, JSON, XML, a form's field.
_BETWEEN = r"(?:=|%3[Dd]|[\"']?\s{0,3}[:=>]\s{0,3}[\"']?|[\"']\s{1,3}value=[\"']?)"
_ESCAPED_BY_SOME = "<>&='"  # which some writers of JSON escape as \u0026


class Mask:
    """Secrets with what is written in their place. What is empty costs nothing."""

    def __init__(self) -> None:
        self._written: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._written)

    def add(self, secret: str, written: str, name: str = "") -> None:
        """Hide `secret` from now on; `name` is the parameter, header or cookie that it is the value of."""
        self._written[secret] = written
        if name:
            self._names.setdefault(secret, set()).add(name)

    def text(self, text: str) -> str:
        """A header, address or message without the secrets; one that was cut short may end within one."""
        for secret, spelling in self._in_turn(SHORTEST):
            text = text.replace(spelling, self._written[secret])
        for secret, pattern in self._named(SHORTEST):
            text = re.sub(pattern, lambda found, said=self._written[secret]: found[1] + said, text)  # type: ignore[misc]
        plain = text.removesuffix("...")
        for secret, spelling in self._in_turn(SHORTEST):
            if cut := _begun(plain, spelling, SHORTEST):
                return plain[:-cut] + self._written[secret]
        return text

    def body(self, body: bytes) -> bytes:
        """A body without the secrets."""
        for secret, spelling in self._in_turn(SHORTEST_IN_BODY):
            body = body.replace(spelling.encode(), self._written[secret].encode())
        for secret, pattern in self._named(SHORTEST_IN_BODY):
            said = self._written[secret].encode()
            body = re.sub(pattern.encode(), lambda found, said=said: found[1] + said, body)  # type: ignore[misc]
        for secret, spelling in self._in_turn(SHORTEST_IN_BODY):
            if cut := _begun(body, spelling.encode(), SHORTEST_IN_BODY):
                return body[:-cut] + self._written[secret].encode()
        return body

    def _in_turn(self, least: int) -> Iterator[tuple[str, str]]:
        """The longest spelling first: one secret may begin as another does."""
        found = {spelling: secret for secret in self._written if len(secret) >= least for spelling in _spellings(secret)}
        return ((found[spelling], spelling) for spelling in sorted(found, key=len, reverse=True))

    def _named(self, least: int) -> Iterator[tuple[str, str]]:
        for secret, names in self._names.items():
            if len(secret) < least:
                spelled = "|".join(map(re.escape, _spellings(secret)))
                yield secret, rf"((?<![A-Za-z0-9_])(?:{_either(names)}){_BETWEEN})(?:{spelled})(?![A-Za-z0-9])"


def _spellings(secret: str) -> Sequence[str]:
    """As it is, as addresses, forms, JSON and HTML write it, and as one of them writes what another has written."""
    found = {secret: None}
    for _ in range(2):
        found |= dict.fromkeys(spelling for one in found for spelling in _written(one))
    return tuple(found)


def _written(text: str) -> Iterator[str]:
    in_json = json.dumps(text)[1:-1]
    careful = "".join(f"\\u{ord(c):04x}" if c in _ESCAPED_BY_SOME else c for c in in_json)
    for percent in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield percent
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), percent)
    yield from (in_json, in_json.replace("/", "\\/"), careful, careful.replace("/", "\\/"))
    yield from (escape(text), escape(text, quote=False))


def _begun(text: AnyStr, spelling: AnyStr, least: int) -> int:
    """How many characters at the end of `text` are the beginning of `spelling`; fewer than `least` are none."""
    most = min(len(spelling) - 1, len(text))
    return next((n for n in range(most, least - 1, -1) if text.endswith(spelling[:n])), 0)


def _either(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names)))
