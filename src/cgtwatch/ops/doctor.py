"""What is wrong with an installation, and the mend: machine, data directory, database, sources file, delivery, pages, browser."""

import sqlite3
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from itertools import islice
from typing import Any

from cgtwatch.acquire.browser_rules import INSTALL, program, sandboxed
from cgtwatch.app import App
from cgtwatch.config.settings import Settings
from cgtwatch.errors import CgtwatchError
from cgtwatch.model.subscription import Subscription
from cgtwatch.model.taxonomy import Modality
from cgtwatch.ops import doctor_access as access
from cgtwatch.ops import doctor_delivery as delivery
from cgtwatch.ops import doctor_machine as machine
from cgtwatch.store import open_store, state_of

Row = dict[str, Any]
WAL_BUG_FIXED, LEAST_POSTGRES = (3, 51, 3), 13
LOOKED_AT = 50  # pages of the archive
_WAL_NOTE = "; it has the WAL-reset bug, which cannot strike: one connection writes, and it alone checkpoints"


def examine(settings: Settings) -> list[Row]:
    """A row for each check: `check`, `ok`, `found`, `mend`."""
    checks: tuple[tuple[str, Callable[[Settings], tuple[str, str]]], ...] = (
        ("clock", machine.clock),
        ("time zones", machine.zones),
        ("disk", machine.disk),
        ("data directory", machine.permissions),
        ("secret key", machine.secret_key),
        ("database", _database),
        ("database version", _engine),
        ("archive", _archive),
        ("names", machine.names),
        ("sources", _sources),
        ("rules", _rules),
        ("mail", delivery.mail),
        ("dkim", delivery.dkim),
        ("alarms", delivery.alarms),
        ("bounces", delivery.bounces),
        ("deliveries", delivery.deliveries),
        ("page", delivery.page),
        ("log-in", access.log_in),
        ("proxies", access.proxies),
        ("sign-up", delivery.sign_up),
        ("templates", delivery.templates),
        ("browser", _browser),
    )
    return _said_once([_row(name, look, settings) for name, look in checks])


def _said_once(rows: list[Row]) -> list[Row]:
    """The rows, of which only that of the database tells why it cannot be read: the others could not look."""
    why = next((row["found"] for row in rows if row["check"] == "database" and not row["ok"]), None)
    unseen = {"found": "not looked at: the database cannot be read", "mend": "see database"}
    return [row | unseen if row["found"] == why and row["check"] != "database" else row for row in rows]


def _row(name: str, look: Callable[[Settings], tuple[str, str]], settings: Settings) -> Row:
    try:
        found, mend = look(settings)
    except (CgtwatchError, OSError) as error:
        found, mend = str(error).replace("\n", "; "), "mend what it names"
    return {"check": name, "ok": not mend, "found": found, "mend": mend}


def _database(settings: Settings) -> tuple[str, str]:
    state = state_of(settings.database_url)
    if state == "newer":
        return state, "install the cgtwatch that wrote it, or restore a backup"
    if state == "older":
        return state, "run `cgtwatch db upgrade`"
    if state == "current":
        store = open_store(settings.database_url, readonly=True)
        try:
            problems = store.check()
        finally:
            store.close()
        return "; ".join(problems) or "whole", "restore a backup from DATA_DIR/backup" if problems else ""
    return "not there yet", ""


def _engine(settings: Settings) -> tuple[str, str]:
    """The database's program and how it is set."""
    if state_of(settings.database_url) != "current":
        return f"SQLite {sqlite3.sqlite_version}{_WAL_NOTE if sqlite3.sqlite_version_info < WAL_BUG_FIXED else ''}", ""
    store = open_store(settings.database_url, readonly=True)
    try:
        program, found = store.version(), store.tuning()
    finally:
        store.close()
    if program.startswith("PostgreSQL"):
        return _postgres(program, found)
    note = _WAL_NOTE if sqlite3.sqlite_version_info < WAL_BUG_FIXED else ""
    told = f"{program}, {', '.join(f'{name} {value}' for name, value in found.items())}{note}"
    if found["journal_mode"] != "wal":
        return told, "it stands where no WAL can be kept, such as a network folder: take a local disk for CGTWATCH_DATA_DIR"
    return told, ""


def _postgres(program: str, found: Mapping[str, str]) -> tuple[str, str]:
    told = f"{program}, {', '.join(f'{name} {value}' for name, value in found.items())}"
    number = program.partition(" ")[2].partition(".")[0]
    if number.isdigit() and int(number) < LEAST_POSTGRES:
        return told, f"take PostgreSQL {LEAST_POSTGRES} or newer"
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if found.get(name) == "off"]
    if off:
        return told, f"switch {' and '.join(off)} on: what was stored may be lost at a power cut"
    if found.get("server_encoding") != "UTF8":
        return told, "make a database with the encoding UTF8: `createdb -E UTF8 -T template0 NAME`, then `cgtwatch db copy`"
    return told, ""


def _archive(settings: Settings) -> tuple[str, str]:
    """Whether some raw pages are as they were put."""
    if state_of(settings.database_url) == "empty":  # it says where they are
        return "empty", ""
    with App(settings, readonly=True) as app:
        keys = [*islice(app.archive.keys(), LOOKED_AT)]
        damaged = [key for key in keys if not _sound(app, key)]
    if damaged:
        mend = "check the disk, then put the folder back from your copy; pages are got anew as they change, older ones are not"
        return f"{len(damaged)} of {len(keys)} pages that were looked at are damaged, such as {damaged[0][:12]}…", mend
    return (f"{len(keys)} pages looked at, all sound" if keys else "empty"), ""


def _sound(app: App, key: str) -> bool:
    try:
        app.archive.get(key)
    except KeyError:  # it was thrown away meanwhile
        return True
    except (ValueError, OSError):
        return False
    return True


def _sources(settings: Settings) -> tuple[str, str]:
    with App(settings) as app:
        found = app.read_sources()
    return f"{found.path}: {len(found.sources)} sources", ""


def _rules(settings: Settings) -> tuple[str, str]:
    with App(settings, readonly=True) as app:
        found, version = app.rules_file, app.rules.version
        asked = (
            {str(topic) for one in _subscriptions(app) for topic in one.filter.topics} - set(app.topic_names()) - set(Modality)
        )
    where = f"{found.path}: {found.summary}" if found.path else "none of your own"
    if asked:
        mend = "add them under topics, or change the subscriptions"
        return f"{where}; subscriptions ask for topics that there are not: {', '.join(sorted(asked))}", mend
    return f"{where}; version {version}", ""


def _subscriptions(app: App) -> list[Subscription]:
    return app.store.subscriptions() if state_of(app.settings.database_url) == "current" else []


def _browser(settings: Settings) -> tuple[str, str]:
    with App(settings) as app:
        needing = sum(source.enabled and source.via == "browser" for source in app.read_sources().sources)
    found = program(str(settings.browser) if settings.browser else None)
    driven = find_spec("playwright") is not None
    if found is None or not driven:
        lacks = " and ".join(what for what, there in (("no Chromium", found), ("no Playwright", driven)) if not there)
        return f"{lacks}; {needing} sources need them", INSTALL if needing else ""
    sandbox = "its sandbox on" if sandboxed() else "without its sandbox, which does not work for root: run as another user"
    return f"{found}, {sandbox}; {needing} sources need it", ""
