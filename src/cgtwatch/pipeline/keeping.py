"""What is kept of answers: their bytes, and how many there were."""

from typing import Protocol

from cgtwatch.errors import unwritable
from cgtwatch.model.fetch import Fetched, Visit


class Archive(Protocol):
    """Raw bytes by their hash; `get` raises KeyError, ValueError or OSError where it cannot give them."""

    def put(self, body: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...


def keep(archive: Archive, body: bytes) -> str:
    """The key under which `body` is kept. Raises `StoreError` where it cannot be: that is no fault of the source."""
    try:
        return archive.put(body)
    except OSError as error:
        raise unwritable(error.filename or "the archive of raw pages", error) from error


def size_of(visit: Visit) -> int:
    """Bytes read by a visit, over all its answers."""
    return sum(len(answer.body) for answer in (visit, *visit.more)) if isinstance(visit, Fetched) else visit.size
