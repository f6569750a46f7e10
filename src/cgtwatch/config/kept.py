"""The key from which links and webhook secrets are derived, where the operator has set none: kept in the data directory."""

import os
import secrets
from pathlib import Path

from cgtwatch.errors import StoreUnusable


def kept_key(path: Path) -> bytes:
    """The key in `path`, made at first use and readable by its owner only. Raises `StoreUnusable`."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text(encoding="ascii").strip().encode()
    except OSError as error:
        mend = "mend its permissions or set CGTWATCH_SECRET_KEY"
        raise StoreUnusable(f"{path}: cannot be read or made ({error.strerror}); {mend}") from error
