"""Put values into the placeholders of an address, a form, a header or JSON, so that none can be more than a value there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)(?::([^{}]*))?\}", re.ASCII)
LONGEST = 4096  # characters of a value; no address takes more
DAY = "%Y-%m-%d"
TERM = "term"
_PRINTABLE = "".join(chr(n) for n in range(0x20, 0x7F))


class Unaskable(Exception):
    """No request can be made of what a source says; `str()` says why, `hint` what to mend."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Filling:
    """The values there are: by name, and two times in the source's zone."""

    named: Mapping[str, str]
    since: datetime
    now: datetime

    def value(self, name: str, form: str | None) -> str | None:
        """What stands for a placeholder; None where the name is not known and the text stays as it is. Raises `Unaskable`."""
        if name in ("since", "now"):
            try:
                return (self.since if name == "since" else self.now).strftime(form or DAY)
            except ValueError as e:
                raise Unaskable(f"{{{name}:{form}}} is no form of a date", "write it as in {since:%Y-%m-%d}") from e
        value = self.named.get(name)
        if value is None or form is not None:
            return None
        if len(value) > LONGEST:
            raise Unaskable(f"the value of {{{name}}} has {len(value)} characters", "look at what `preload` takes")
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent


def in_text(template: str, filling: Filling) -> str:
    """The template with its values as they are; whoever sends it encodes it as a whole."""
    if "{" not in template:
        return template
    return PLACEHOLDER.sub(lambda found: _or_as_is(found, filling.value(found[1], found[2])), template)


def in_header(template: str, filling: Filling) -> str:
    """The same for a header: what is no printable ASCII is percent-encoded."""
    if "{" not in template:
        return template

    def sendable(found: re.Match[str]) -> str:
        value = filling.value(found[1], found[2])
        return found[0] if value is None else quote(value, safe=_PRINTABLE)

    return PLACEHOLDER.sub(sendable, template)


def in_json(template: str, filling: Filling) -> Any:  # noqa: ANN401 - any JSON
    """The JSON value of the template with the placeholders inside its strings filled. Raises `Unaskable`."""
    try:
        return _walked(json.loads(template), filling)
    except (ValueError, RecursionError) as e:
        hint = "mend `request.json`; placeholders stand inside strings"
        raise Unaskable(f"the body to send is no JSON: {e}", hint) from e


def in_url(template: str, filling: Filling) -> str:
    """The address with its values percent-encoded for where they stand. Raises `Unaskable`.

    In the path a value may hold `/`. A value of a preloaded page that stands where a whole `name=value` pair would, may be a
    query string or a JSON object and becomes its pairs. Only a search term may be part of the host's name.
    """
    if "{" not in template:
        return template
    done, at = "", 0
    for found in PLACEHOLDER.finditer(template):
        value = filling.value(found[1], found[2])
        if value is not None:
            done += template[at : found.start()]
            done += _placed(done, template[found.end() : found.end() + 1], found[1], value)
            at = found.end()
    return done + template[at:]


def _placed(before: str, after: str, name: str, value: str) -> str:
    if "?" in before or "#" in before:
        own = name in (TERM, "since", "now")
        stands_alone = before[-1] in "?&" and after in ("", "&", "#")
        return quote(value, safe="") if own or not stands_alone else _pairs(value)
    if "/" in before.partition("://")[2]:
        if any(part in (".", "..") for part in value.split("/")):
            raise Unaskable(f"the value of {{{name}}} leads out of its folder", "look at what `preload` takes")
        return quote(value.lstrip("/") if before.endswith("/") else value, safe="/")
    if name == TERM and value.isascii() and value.replace("-", "").isalnum():
        return value
    raise Unaskable(f"the value of {{{name}}} would name the host to ask", "write the host itself into the address")


def _pairs(value: str) -> str:
    text = value.strip().lstrip("?&")
    if text.startswith("{"):
        for spelling in (text, text.replace("'", '"')):  # page scripts write it in single quotes
            try:
                found = json.loads(spelling)
            except (ValueError, RecursionError):
                continue
            return urlencode([(key, part if isinstance(part, str) else json.dumps(part)) for key, part in found.items()])
    pairs = parse_qsl(text, keep_blank_values=True) if "=" in text else []
    return urlencode(pairs) if pairs else quote(value, safe="")


def _walked(value: Any, filling: Filling) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return in_text(value, filling)
    if isinstance(value, list):
        return [_walked(one, filling) for one in value]
    if isinstance(value, dict):
        return {key: _walked(one, filling) for key, one in value.items()}
    return value


def _or_as_is(found: re.Match[str], value: str | None) -> str:
    return found[0] if value is None else value
