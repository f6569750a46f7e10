"""API tokens: how one is made, and what is kept of it."""

import hashlib
import re
import secrets

PREFIX = "cgt_"
_FORM = re.compile(r"cgt_[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A fresh token: 256 random bits behind a prefix by which scanners of leaked secrets know it."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(token: str) -> str | None:
    """What is kept of a token; None for what cannot be one.

    A plain hash is enough: nobody can try out 256 random bits, as one could a password.
    """
    return hashlib.sha256(token.encode()).hexdigest() if _FORM.fullmatch(token) else None
