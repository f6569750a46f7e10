"""What is doubtful about sources that are right as such: warnings, told once when the file is loaded."""

import stat
from collections.abc import Sequence
from pathlib import Path

from cgtwatch.config.addresses import holds_secret, private_host, same_page
from cgtwatch.config.ledger import Spot
from cgtwatch.config.tree import Map
from cgtwatch.model.source import Source

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
Rows = Sequence[tuple[Source, Map, Spot]]


def caution(rows: Rows, path: Path) -> None:
    """Notes private addresses, unchecked certificates, secrets in a file that others can read, and addresses watched twice."""
    readable = bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    seen: dict[str, tuple[str, int]] = {}
    for source, node, spot in rows:
        line = node.pairs["url"][1].line if "url" in node.pairs else node.line
        for field, address in (("url", source.url), *(("alternates", one) for one in source.alternates)):
            host = private_host(address, spot.ledger.known.allow_private) if address else None
            if host:
                mend = f"set CGTWATCH_ALLOW_PRIVATE to its network, or it will not be fetched: {host}"
                spot.at(field).doubtful(_line(node, field), f"points into a private network; {mend}")
        if source.verify is False:
            spot.at("verify").doubtful(
                _line(node, "verify"), "the certificate is not checked; name a CA bundle instead if you can"
            )
        if readable and (holds_secret(source.url) or any(name.lower() in _SECRET_HEADERS for name, _ in source.headers)):
            field = "url" if holds_secret(source.url) else "headers"
            spot.at(field).doubtful(_line(node, field), "holds a secret, and others can read this file; chmod 600 it")
        if source.url:
            other, there = seen.setdefault(same_page(source.url), (source.id, line))
            if other != source.id:
                spot.at("url").doubtful(line, f"is watched by {other!r} too, at line {there}; one of them may be enough")


def _line(node: Map, field: str) -> int:
    pair = node.pairs.get(field)
    return pair[1].line if pair else node.line
