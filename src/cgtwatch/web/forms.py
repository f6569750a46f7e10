"""What a request brings, read within bounds (a form, JSON, a file, a token), and whether it came from one of our own pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request

from cgtwatch.text.hosts import is_loopback
from cgtwatch.web.forwarded import KEY as BY_PROXY

MOST_FORM, MOST_JSON, MOST_FILE = 16_384, 65_536, 4_194_304  # bytes
_YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})  # RFC 9512 and what was said before it
_MOST_FIELDS = 300
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"})


class Refused(Exception):
    """A request that cannot be taken; `status` is HTTP's word for it, `mend` what to do where the error does not say so."""

    def __init__(self, status: int, error: str, mend: str = "") -> None:
        self.status = status
        self.mend = mend
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form by name, in the order in which they came."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The first value, without blanks around it; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values that say something, each once."""
        return tuple(dict.fromkeys(value.strip() for value in self.fields.get(name, ()) if value.strip()))


async def posted_form(request: Request) -> Form:
    """The fields of `application/x-www-form-urlencoded` (WHATWG URL 5.1). Raises `Refused`: 400, 413 or 415."""
    _is(request, "application/x-www-form-urlencoded")
    body = await body_of(request, MOST_FORM)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:  # UnicodeError is one too
        raise Refused(400, "the form is not understood") from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return Form(found)


async def posted_json(request: Request) -> dict[str, Any]:
    """The object that a program posts; an empty body is an empty one. Raises `Refused`: 400, 413 or 415."""
    body = await body_of(request, MOST_JSON)
    if not body:
        return {}
    _is(request, "application/json")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "no valid JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "JSON that is no object")
    return found


async def posted_file(request: Request) -> dict[str, Any]:
    """`text`: the YAML that a program posts; JSON, which it may post as well, as YAML reads it. Raises `Refused`: 400, 413 or 415."""
    body = await body_of(request, MOST_FILE)
    try:
        if kind_of(request) not in _YAML:
            _is(request, "application/json", "application/yaml")
            return {"text": json.dumps(json.loads(body), ensure_ascii=False)}
        return {"text": body.decode("utf-8")}
    except (ValueError, RecursionError):
        raise Refused(400, "no valid JSON, or no UTF-8") from None


def bearer(request: Request) -> str | None:
    """The bearer token that came with a request (RFC 6750 2.1); None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def whole(text: str, digits: int = 15) -> int | None:
    """The whole number of at most so many digits that a text is (0–9 alone, no sign); None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def flag(request: Request, name: str) -> bool:
    """A truth of the query: `1` or `true`; absent, `0` or `false`. Raises `Refused` for anything else."""
    text = request.query_params.get(name, "0").lower()
    if text not in {"0", "1", "false", "true"}:
        raise Refused(400, f"{name}: write 1 or 0")
    return text in {"1", "true"}


def from_our_page(request: Request, public_url: str | None, *, surely: bool = False) -> bool:
    """Whether a post comes from a page of this site, as far as the browser says; `surely`: it has to say so.

    Programs say nothing of themselves and have nobody's rights to abuse; only where being on this machine is the whole of the
    right must a browser's word be asked for, because a stranger's page can post there too.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None or not surely
    known = {f"{scheme}://{request.headers.get('host', '')}".lower() for scheme in ("http", "https")}
    if public_url is not None:
        parts = urlsplit(public_url)
        known.add(f"{parts.scheme}://{parts.netloc}".lower())
    return origin.lower() in known


def is_local(request: Request) -> bool:
    """Whether somebody on this machine asks, by one of its own names, and no proxy stands between.

    A proxy beside us connects from this machine too: it is known by its network, the headers it adds, or the name it was asked for.
    """
    if request.client is None or not is_loopback(request.client.host) or BY_PROXY in request.scope:
        return False
    if _FORWARDED & set(request.headers.keys()):
        return False
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name)


def client_of(request: Request) -> str | None:
    """Whom an abuse limit counts: the address of whoever asks, of IPv6 the network; None where only a proxy knows it.

    What a proxy says counts where it is trusted (see `forwarded`); one beside us that is not makes all its clients one.
    """
    host = request.client.host if request.client else ""
    if not host or is_loopback(host):
        return None
    return str(ip_network(f"{host}/64", strict=False)) if ":" in host else host


def is_secure(request: Request, public_url: str | None) -> bool:
    """Whether the browser asks over https: as far as the connection says, or because it asks by the public name, which is https."""
    if request.url.scheme == "https":
        return True
    parts = urlsplit(public_url or "")
    return parts.scheme == "https" and request.headers.get("host", "").lower() == parts.netloc.lower()


def kind_of(request: Request) -> str:
    """The content type without its parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is(request: Request, kind: str, *others: str) -> None:
    given = kind_of(request)
    if given != kind:
        raise Refused(415, f"content type {given[:60] or 'missing'!r} is not taken; send {' or '.join((kind, *others))}")


async def body_of(request: Request, most: int, mend: str = "") -> bytes:
    """All of the body. Raises `Refused`: 413 (with `mend`) as soon as it is more than `most` bytes, 400 where it was cut."""
    size_said = f"{most >> 20} MB" if most >= 1 << 20 else f"{most >> 10} KB"
    too_big = Refused(413, f"more than {size_said}", mend)
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > most):
        raise too_big
    parts, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise too_big
            parts.append(piece)
    except ClientDisconnect:
        raise Refused(400, "the request was cut", "send it again") from None
    return b"".join(parts)
