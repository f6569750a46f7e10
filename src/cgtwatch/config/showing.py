"""What sources.yaml says of a source, as it may be shown to whoever may look: without the secrets that stand in it."""

import re
from collections.abc import Iterator

from cgtwatch.config.addresses import holds_secret
from cgtwatch.config.positions import Place, places

HIDDEN = "•••"
# Headers whose values are no secret; any other may be one.
_OPEN_HEADERS = frozenset(
    {"accept", "accept-language", "accept-encoding", "content-type", "origin", "referer", "user-agent", "x-requested-with"}
)
_SECRET_NAME = re.compile(r".*(key|token|secret|passw|auth|credential|session).*", re.IGNORECASE)
_PARAMETER = re.compile(r"[?&]([^=&#\s\"']+)=([^&#\s\"'{}]+)")
_IN_JSON = re.compile(r'"([^"]+)"(\s*:\s*)"([^"]+)"')


def without_secrets(entry: str) -> str:
    """The entry of a source (`editing.values_of`) with every secret that stands in it made unreadable.

    Names of variables (`env:NAME`) are none; values of headers and cookies, and of whatever is named like a key, are.
    """
    root = places(entry)
    for start, end in sorted(_secrets(root, "") if root else (), reverse=True):
        entry = f"{entry[:start]}{HIDDEN}{entry[end:]}"
    entry = _PARAMETER.sub(lambda found: _hidden(found, 2) if holds_secret(f"?{found[1]}=x") else found[0], entry)
    return _IN_JSON.sub(lambda found: _hidden(found, 3) if _SECRET_NAME.fullmatch(found[1]) else found[0], entry)


def _secrets(place: Place, within: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand; `within` is the key whose value this is."""
    for key, value in place.pairs:
        if value.sort != "scalar":
            yield from _secrets(value, key.text.lower())
        elif value.text and not value.text.startswith("env:") and _is_secret(key.text.lower(), value.text, within):
            yield value.start, value.end
    for one in place.items:
        yield from _secrets(one, within)


def _is_secret(name: str, value: str, within: str) -> bool:
    if within == "headers":
        return name not in _OPEN_HEADERS
    return within == "cookies" or (name == "proxy" and "@" in value) or _SECRET_NAME.fullmatch(name) is not None


def _hidden(found: re.Match[str], group: int) -> str:
    if found[group].startswith("env:"):
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return f"{found[0][:start]}{HIDDEN}{found[0][end:]}"
