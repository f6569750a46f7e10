"""The store: every write one transaction, every answer in the types of `model` and `records`."""

from datetime import timedelta
from pathlib import Path

from cgtwatch import registry
from cgtwatch.store.alarms import Alarms
from cgtwatch.store.backfills import Backfills
from cgtwatch.store.bodies import Keeping
from cgtwatch.store.bounces import Bounces
from cgtwatch.store.browsing import Browsing
from cgtwatch.store.claims import Claims
from cgtwatch.store.connection import Place, database_of, name_of, place_of
from cgtwatch.store.deliveries import Deliveries
from cgtwatch.store.digests import Digests
from cgtwatch.store.explaining import Explaining
from cgtwatch.store.hosts import HostBook
from cgtwatch.store.leases import Leases
from cgtwatch.store.ledger import Ledger
from cgtwatch.store.logbook import Logbook
from cgtwatch.store.outlook import Outlook
from cgtwatch.store.overview import Overview
from cgtwatch.store.passages import Passages
from cgtwatch.store.periods import Periods
from cgtwatch.store.persons import Persons
from cgtwatch.store.pushes import Pushes
from cgtwatch.store.readers import Readers
from cgtwatch.store.readings import Readings
from cgtwatch.store.retention import Retention
from cgtwatch.store.schema import create, refuse_unless_current, state_of
from cgtwatch.store.sources import Sources
from cgtwatch.store.together import Together
from cgtwatch.store.translations import Translations
from cgtwatch.store.upkeep import Upkeep
from cgtwatch.store.users import Users
from cgtwatch.store.visits import Visits
from cgtwatch.store.vitals import Vitals
from cgtwatch.store.waiting import Waiting

_DUMP = {"dump": "cgtwatch.store.dumping:dump"}
_MIGRATION = {"upgrade": "cgtwatch.store.migrate:upgrade"}


class Store(
    Sources,
    Pushes,
    Visits,
    Claims,
    Logbook,
    Backfills,
    Explaining,
    Outlook,
    Browsing,
    Passages,
    Periods,
    Readings,
    Readers,
    Persons,
    Digests,
    Deliveries,
    Ledger,
    Overview,
    Alarms,
    HostBook,
    Leases,
    Together,
    Keeping,
    Bounces,
    Translations,
    Upkeep,
    Retention,
    Users,
    Waiting,
    Vitals,
):
    """The memory. Safe to use from several threads; one process at a time writes. Unknown ids raise `NotFound`.

    Each part stands in the module of its noun: `sources`, `pushes`, `visits`, `claims`, `logbook`, `backfills`, `bodies`, `documents`, `events`,
    `browsing`, `announcing`, `explaining`, `marks`, `passages`, `periods`, `readings`, `readers`, `persons`, `digests`,
    `deliveries`, `ledger`, `outlook`, `overview`, `alarms`, `bounces`, `translations`, `upkeep`, `retention`, `users`.
    """

    def close(self) -> None:
        """Write what waits, then close readers and the writer."""
        try:
            self.flush()
        finally:
            self._database.close()


def open_store(database_url: str, *, readonly: bool, busy_timeout: timedelta) -> Store:
    """See `cgtwatch.store.open_store`."""
    state = state_of(database_url)
    memory = place_of(database_url) is Place.MEMORY
    if state == "empty" and not memory and not readonly:
        # alembic is imported only here, on the first day of a database.
        registry.load(_MIGRATION, "upgrade", what="part of the store")(database_url, busy_timeout=busy_timeout)
    elif not memory:
        refuse_unless_current(state, name_of(database_url))
    database = database_of(database_url, readonly=readonly, busy_timeout=busy_timeout)
    if memory:
        with database.write() as db:
            create(db)
    return Store(database)


def save_copy(database_url: str, path: Path, *, busy_timeout: timedelta) -> Path:
    """See `cgtwatch.store.save_copy`."""
    if place_of(database_url) is Place.SERVER:
        copied: Path = registry.load(_DUMP, "dump", what="part of the store")(database_url, path)
        return copied
    database = database_of(database_url, readonly=True, busy_timeout=busy_timeout)
    try:
        return Upkeep(database).backup(path)
    finally:
        database.close()
