"""What was fetched, in a table of a server instead of in a folder: any worker reads what another got."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from cgtwatch.store.database import Database
from cgtwatch.store.room import Room
from cgtwatch.store.tables import BODY

LEVEL = 6
YOUNG = timedelta(days=1)  # a visit under way may be about to refer to it
_AT_ONCE = 500  # keys


@dataclass(frozen=True, slots=True)
class Swept:
    """What was thrown away: how many bodies, and how many bytes they took."""

    bodies: int = 0
    size: int = 0


class Bodies:
    """Used as `acquire.archive.Archive` is, and promising the same. Errors of the database are those of the store."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, body: bytes) -> str:
        """Store `body`; returns its key, the SHA-256 in hex. What is there already is marked as put now."""
        key, now = sha256(body).hexdigest(), self._clock()
        marked = insert(BODY).values(key=key, packed=zlib.compress(body, LEVEL), put_at=now)
        with self._database.aside() as db:
            db.execute(marked.on_conflict_do_update(index_elements=[BODY.c.key], set_={"put_at": now}))
        return key

    def get(self, key: str) -> bytes:
        """The body stored under `key`, checked against it. KeyError where there is none, ValueError where it is damaged."""
        with self._database.read() as db:
            packed = db.execute(select(BODY.c.packed).where(BODY.c.key == key)).scalar()
        if packed is None:
            raise KeyError(key)
        try:
            body = zlib.decompress(packed)
        except zlib.error as error:
            raise ValueError(f"archive entry {key} is damaged") from error
        if sha256(body).hexdigest() != key:
            raise ValueError(f"archive entry {key} is damaged")
        return body

    def has(self, key: str) -> bool:
        """Whether something is stored under `key`."""
        with self._database.read() as db:
            return db.execute(select(BODY.c.key).where(BODY.c.key == key)).first() is not None

    def keys(self) -> Iterator[str]:
        """All keys, in order."""
        last = ""
        while True:
            with self._database.read() as db:
                some = (
                    db.execute(select(BODY.c.key).where(BODY.c.key > last).order_by(BODY.c.key).limit(_AT_ONCE)).scalars().all()
                )
            if not some:
                return
            yield from some
            last = some[-1]

    def parts(self) -> tuple[str, ...]:
        """In which it is swept, one after the other."""
        return tuple(f"{number:02x}" for number in range(256))

    def sweep(self, part: str, needed: Callable[[str], bool], before: float) -> Swept:
        """Throw away what is not `needed` of one of `parts` and was last put before that time (seconds since 1970).

        It was put by the server's clock, so by that nothing goes that is younger than `YOUNG`, whatever this machine's clock says.
        """
        last = min(datetime.fromtimestamp(before, UTC), self._clock() - YOUNG)
        old = BODY.c.put_at.is_(None) | (BODY.c.put_at < last)
        asked = select(BODY.c.key, func.length(BODY.c.packed)).where(BODY.c.key.between(part, f"{part}g"), old)
        with self._database.read() as db:
            rows = db.execute(asked).all()
        bodies = size = 0
        for key, length in rows:
            if not needed(key):
                with self._database.aside() as db:  # one put anew meanwhile is not old any more, and stays
                    gone = db.execute(delete(BODY).where(BODY.c.key == key, old)).rowcount
                bodies, size = bodies + gone, size + gone * length
        return Swept(bodies, size)


class Keeping(Room):
    """The part of the store that keeps bodies, where no folder does."""

    def bodies(self, clock: Callable[[], datetime]) -> Bodies | None:
        """The archive of raw pages of a database that several processes write; None with a file, beside which a folder keeps them."""
        return Bodies(self._database, clock) if self._database.on_server else None
