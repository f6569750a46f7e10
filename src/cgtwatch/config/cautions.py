"""What is doubtful about sources that are right as such: warnings, told once when the file is loaded."""

import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from cgtwatch.config.addresses import holds_secret, private_host, same_page
from cgtwatch.config.ledger import Spot
from cgtwatch.config.tree import Map
from cgtwatch.config.whole import line_of
from cgtwatch.model.source import Source

RSSHUB = "CGTWATCH_RSSHUB_URL"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
_SECRET_NAME = re.compile(r"(x-)?(api[_-]?|access[_-]?|auth[_-]?|app[_-]?)?(key|token|secret|password|auth)", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"[\w\-.=+/]{12,}", re.ASCII)  # what one types in by hand is shorter, or has spaces
_ENV_IN_JSON = re.compile(r'"(env:[A-Z][A-Z0-9_]*)"')
Rows = Sequence[tuple[Source, Map, Spot]]


def caution(rows: Rows, path: Path) -> None:
    """Notes private addresses, unchecked certificates, secrets that others can read, what is not set, addresses watched twice."""
    readable = bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    seen: dict[object, tuple[str, int]] = {}
    for source, node, spot in rows:
        _private(source, node, spot)
        if source.verify is False:
            message = "the certificate is not checked; name a CA bundle instead if you can"
            spot.at("verify").doubtful(line_of(node, "verify"), message)
        if readable and (field := _secret_field(source)):
            mend = "write env:NAME and put it into that variable, or chmod 600 this file"
            mend = mend if field != "url" else "put it into api.params as env:NAME, or chmod 600 this file"
            spot.at(field).doubtful(line_of(node, *field.split(".")), f"holds a secret, and others can read this file; {mend}")
        if source.enabled and spot.ledger.known.environment is not None:
            _unset(source, node, spot, spot.ledger.known.environment)
        if source.url:
            _twice(source, node, spot, seen)


def _private(source: Source, node: Map, spot: Spot) -> None:
    addresses = [("url", source.url), *(("alternates", one) for one in source.alternates)]
    if source.preload:
        addresses.append(("preload", source.preload.url))
    for field, address in addresses:
        host = private_host(address, spot.ledger.known.allow_private) if address else None
        if host:
            mend = f"set CGTWATCH_ALLOW_PRIVATE to its network, or it will not be fetched: {host}"
            spot.at(field).doubtful(line_of(node, field), f"points into a private network; {mend}")


def _secret_field(source: Source) -> str | None:
    """Where a secret is written out, None where there is none to be seen."""
    if holds_secret(source.url):
        return "url"
    if any(name.lower() in _SECRET_HEADERS and not value.startswith("env:") for name, value in source.headers):
        return "headers"
    request = source.request
    for field, pairs in (("cookies", source.cookie), *((f"api.{n}", getattr(request, n)) for n in ("params", "form") if request)):
        for name, value in pairs:
            if _SECRET_NAME.fullmatch(name) and _SECRET_VALUE.fullmatch(value):
                return f"{field}.{name}"
    return None


def _from_environment(source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    """Everything of a source that stands as `env:NAME`, with the path of its key."""
    if source.proxy:
        yield ("proxy",), source.proxy
    for field, pairs in (("headers", source.headers), ("cookies", source.cookie)):
        yield from (((field, name), value) for name, value in pairs)
    if source.request:
        for field, pairs in (("params", source.request.params), ("form", source.request.form)):
            yield from ((("api", field, name), value) for name, value in pairs)
        for value in _ENV_IN_JSON.findall(source.request.json or ""):
            yield ("api", "json"), value


def _unset(source: Source, node: Map, spot: Spot, environment: frozenset[str]) -> None:
    for path, value in _from_environment(source):
        name = value.removeprefix("env:")
        if value.startswith("env:") and name not in environment:
            mend = "set it in the environment or in .env, or every visit will fail"
            spot.at(".".join(path)).doubtful(line_of(node, *path), f"{name} is not set; {mend}")
    if source.bridge and source.bridge.rsshub and RSSHUB not in environment:
        mend = f"set {RSSHUB} to the address of an RSSHub, or every visit will fail"
        spot.at("bridge.rsshub").doubtful(line_of(node, "bridge", "rsshub"), f"nobody answers; {mend}")


def _twice(source: Source, node: Map, spot: Spot, seen: dict[object, tuple[str, int]]) -> None:
    line = line_of(node, "url")
    asked = (same_page(source.url), source.request, source.preload, source.bridge)
    other, there = seen.setdefault(asked, (source.id, line))
    if other != source.id:
        spot.at("url").doubtful(line, f"is watched by {other!r} too, at line {there}; one of them may be enough")
