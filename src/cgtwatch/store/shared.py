"""What many readers have alike, kept once: what digests say, what was chosen for them, and the bytes of messages."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, func, insert, select

from cgtwatch.store.records import Chosen, DigestRecord
from cgtwatch.store.tables import CHOICE, EDITION, SELECTION, SHARED_BODY

SMALL = 1024  # bytes of a body that stays with its delivery: a row of its own would cost as much


class Shared:
    """Finds or stores such things inside one transaction. Values that are the same object are looked up once."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._editions: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
        self._selections: dict[int, tuple[Sequence[Chosen], int]] = {}  # the sequence is kept, so that its id stays its own
        self._bodies: dict[bytes, int] = {}

    def edition(self, record: DigestRecord) -> int | None:
        """The number of what the digest says; None where it says nothing."""
        if not (record.subject or record.text or record.html):
            return None
        said = (record.subject, record.text, record.html, record.events)
        if said not in self._editions:
            columns = {"subject": record.subject, "text": record.text, "html": record.html, "events": list(record.events)}
            mark = _hash([record.subject, record.text, record.html, record.events])
            self._editions[said] = _known(self._db, EDITION, mark) or _new(self._db, EDITION, {"hash": mark, **columns})
        return self._editions[said]

    def selection(self, chosen: Sequence[Chosen]) -> int | None:
        """The number of what was chosen and why; None where there was nothing to choose from."""
        if not chosen:
            return None
        if id(chosen) not in self._selections:
            self._selections[id(chosen)] = chosen, self._selected(chosen)
        return self._selections[id(chosen)][1]

    def body(self, content: bytes) -> int | None:
        """The number of the bytes of a message; None where they are so few that they stay with their delivery."""
        if len(content) <= SMALL:
            return None
        if content not in self._bodies:
            mark = hashlib.sha256(content).hexdigest()
            row = {"hash": mark, "content": content}
            self._bodies[content] = _known(self._db, SHARED_BODY, mark) or _new(self._db, SHARED_BODY, row)
        return self._bodies[content]

    def _selected(self, chosen: Sequence[Chosen]) -> int:
        ordered = sorted(chosen, key=lambda each: each.seq)
        mark = _hash([[each.seq, each.wanted, each.reason] for each in ordered])
        known = _known(self._db, SELECTION, mark)
        if known is not None:
            return known
        number = _new(self._db, SELECTION, {"hash": mark})
        rows = [{"selection": number, "seq": each.seq, "wanted": each.wanted, "reason": each.reason} for each in ordered]
        self._db.execute(insert(CHOICE), rows)
        return number


def next_number(db: Connection, table: Table) -> int:
    """The number of the next row. Nobody else draws it: there is one writer."""
    return int(db.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def _known(db: Connection, table: Table, mark: str) -> int | None:
    return db.execute(select(table.c.id).where(table.c.hash == mark)).scalar()


def _new(db: Connection, table: Table, row: Mapping[str, object]) -> int:
    number = next_number(db, table)
    db.execute(insert(table), {"id": number, **row})
    return number
