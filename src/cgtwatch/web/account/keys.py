"""Keys in addresses that a program reads without log-in: one opens one page with one filter, and nothing beside it."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlencode

KEY = "key"  # its name in an address
_BYTES = 18  # 144 bits, and no padding in base64

Pairs = Iterable[tuple[str, str]]


def key_for(secret: bytes, path: str, pairs: Pairs) -> str:
    """The key that opens `path` with these parameters, in whatever order they come; good until the secret key is changed."""
    return base64.urlsafe_b64encode(hmac.digest(secret, _said(path, pairs), "sha256")[:_BYTES]).decode()


def keyed(secret: bytes, path: str, pairs: Pairs) -> str:
    """The address of `path` with these parameters and the key that opens it."""
    own = _own(pairs)
    return f"{path}?{urlencode([*own, (KEY, key_for(secret, path, own))])}"


def opens(secret: bytes, path: str, pairs: Pairs) -> bool:
    """Whether the `key` among the parameters was made for `path` with all the others."""
    every = list(pairs)
    given = [value for name, value in every if name == KEY]
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), key_for(secret, path, every).encode())


def _own(pairs: Pairs) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in pairs if name != KEY)


def _said(path: str, pairs: Pairs) -> bytes:
    return b"address\0" + path.encode() + b"\0" + urlencode(_own(pairs)).encode()
