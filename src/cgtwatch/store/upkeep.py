"""Keeping the database well: consistent copies while others write, and a check of file and contents."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, func, select, text

from cgtwatch.errors import StoreError, StoreUnusable
from cgtwatch.store.connection import told_plainly
from cgtwatch.store.indexing import entries, rebuild
from cgtwatch.store.room import Room
from cgtwatch.store.schema import VERSION_TABLE
from cgtwatch.store.tables import ANNOUNCEMENT, CHOICE, DIGEST, EVENT, ITEM, REVISION, SUBSCRIPTION

_FEW_STALE = 1_000  # entries that are no burden


class Upkeep(Room):
    """The part of the store that keeps it well."""

    def backup(self, path: Path) -> Path:
        """A consistent copy of the database at `path`, while others write; it appears whole or not at all."""
        partial = path.with_name(path.name + ".partial")
        try:
            path.absolute().parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            with self._database.read(at_length=True) as db:
                self._copy(db, partial)
            with partial.open("rb") as copied:
                os.fsync(copied.fileno())
            partial.replace(path)
        except OSError as error:
            raise StoreUnusable(f"{path}: the backup cannot be written ({error.strerror}); choose another place") from error
        finally:
            with suppress(OSError):  # where not even the folder could be made
                partial.unlink(missing_ok=True)
        return path

    def check(self) -> list[str]:
        """What is wrong with the file or its contents, one line each; empty when all is well."""
        try:
            with self._database.read(at_length=True) as db:
                return [*_file(db), *_contents(db), *_index(db)]
        except StoreError as error:
            return [str(error)]

    def reindex(self, *, if_stale: bool = False) -> int:
        """Make the full-text index anew, in one unit of work; the number of its entries. With `if_stale` only where more than half
        of it is of events that have changed since; 0 where nothing was to be done.
        """
        if if_stale:
            with self._database.read(at_length=True) as db:
                live, stale, _ = entries(db)
            if stale <= max(live, _FEW_STALE):
                return 0
        with self._database.write() as db:
            return rebuild(db)

    def probe(self) -> None:
        """Commit a change of nothing, durably. Raises what a real unit of work would raise now."""
        with self._database.write() as db:
            db.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = version_num"))  # noqa: S608 - a constant

    def _copy(self, db: Connection, partial: Path) -> None:
        if db.dialect.name != "sqlite":
            raise StoreError(f"{self._database.where}: stands on a server; copy it with `pg_dump`")
        source = cast(sqlite3.Connection, db.connection.dbapi_connection)
        with told_plainly(str(partial)):
            target = sqlite3.connect(partial)
            try:
                source.backup(target)  # all pages in one go: of one moment, and writers are not kept waiting
                found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
            finally:
                target.close()
        if found != "ok":
            raise StoreUnusable(f"{self._database.where}: is damaged ({found}); the backup was not kept, restore an older one")


def _file(db: Connection) -> list[str]:
    if db.dialect.name != "sqlite":
        return []  # the server sees to its files
    found = [str(line) for line in db.execute(text("PRAGMA integrity_check(20)")).scalars()]
    broken = db.execute(text("PRAGMA foreign_key_check")).all()
    problems = [f"the file is damaged: {line}; restore the latest backup" for line in found if line != "ok"]
    return problems + [f"table {row[0]}, row {row[1]} points to a missing row of {row[2]}" for row in broken[:20]]


def _contents(db: Connection) -> list[str]:
    latest = (REVISION.c.item == ITEM.c.id) & (REVISION.c.number == ITEM.c.revision)
    bare = select(ITEM.c.id).outerjoin(REVISION, latest).where(REVISION.c.item.is_(None)).limit(20)
    problems = [f"item {item}: its latest revision is missing" for item in db.execute(bare).scalars()]
    last = func.coalesce(select(func.max(ANNOUNCEMENT.c.seq)).scalar_subquery(), 0)
    ahead = select(SUBSCRIPTION.c.name).where(SUBSCRIPTION.c.sent_upto > last).limit(20)
    problems += [f"subscription {name}: its mark is beyond the last announcement" for name in db.execute(ahead).scalars()]
    return [*problems, *_digests(db)]


def _index(db: Connection) -> list[str]:
    live, stale, held = entries(db)
    events = int(db.execute(select(func.count()).select_from(EVENT).where(EVENT.c.withdrawn.is_(False))).scalar_one())
    mend = "`cgtwatch db check --mend` makes it anew"
    problems = [f"the search index lists {live} of {events} events; {mend}"] if live != events else []
    return problems + (
        [f"the search index holds {held} entries and lists {live + stale}; {mend}"] if held != live + stale else []
    )


def _digests(db: Connection) -> list[str]:
    span = select(CHOICE.c.selection, func.min(CHOICE.c.seq).label("first"), func.max(CHOICE.c.seq).label("last"))
    chosen = span.group_by(CHOICE.c.selection).subquery()
    astray = (
        select(DIGEST.c.id)
        .join(chosen, chosen.c.selection == DIGEST.c.selection)
        .where((chosen.c.first <= DIGEST.c.from_seq) | (chosen.c.last > DIGEST.c.to_seq))
        .limit(20)
    )
    later = DIGEST.alias("later")
    overlapping = (
        select(DIGEST.c.id, later.c.id)
        .join(later, (later.c.subscription == DIGEST.c.subscription) & (later.c.from_seq > DIGEST.c.from_seq))
        .where(later.c.from_seq < DIGEST.c.to_seq, later.c.to_seq > later.c.from_seq)
        .limit(20)
    )
    problems = [f"digest {digest}: announcements outside its range were chosen for it" for digest in db.execute(astray).scalars()]
    return problems + [
        f"digests {one} and {other} tell the same announcements to one reader" for one, other in db.execute(overlapping)
    ]
