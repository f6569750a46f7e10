"""What is wrong with an installation, and the mend: settings, data directory, database, clock data, sources file, delivery."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cgtwatch.acquire.browser_rules import INSTALL, program, sandboxed
from cgtwatch.app import App
from cgtwatch.config.settings import Settings
from cgtwatch.errors import CgtwatchError
from cgtwatch.model.subscription import Subscription
from cgtwatch.model.taxonomy import Modality
from cgtwatch.ops import doctor_access as access
from cgtwatch.ops import doctor_delivery as delivery
from cgtwatch.store import open_store, state_of

Row = dict[str, Any]
LEAST_FREE = 200 * 1024 * 1024  # bytes; a day of raw pages of some 80 sources is a tenth of that
WAL_BUG_FIXED = (3, 51, 3)


def examine(settings: Settings) -> list[Row]:
    """A row for each check: `check`, `ok`, `found`, `mend`."""
    checks: tuple[tuple[str, Callable[[Settings], tuple[str, str]]], ...] = (
        ("data directory", _data_dir),
        ("disk", _disk),
        ("database", _database),
        ("sqlite", _sqlite),
        ("time zones", _zones),
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
    return [_row(name, look, settings) for name, look in checks]


def _row(name: str, look: Callable[[Settings], tuple[str, str]], settings: Settings) -> Row:
    try:
        found, mend = look(settings)
    except (CgtwatchError, OSError) as error:
        found, mend = str(error).replace("\n", "; "), "mend what it names"
    return {"check": name, "ok": not mend, "found": found, "mend": mend}


def _data_dir(settings: Settings) -> tuple[str, str]:
    place = _existing(settings.data_dir)
    good = os.access(place, os.W_OK | os.X_OK)
    return str(settings.data_dir), "" if good else f"make {place} writable, or set CGTWATCH_DATA_DIR"


def _disk(settings: Settings) -> tuple[str, str]:
    free = shutil.disk_usage(_existing(settings.data_dir)).free
    return f"{free // 1024 // 1024} MiB free", "" if free > LEAST_FREE else "make room: raw pages and the database grow"


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


def _sqlite(_settings: Settings) -> tuple[str, str]:
    """Older versions can lose commits when two connections checkpoint; ours is the only one that does."""
    note = (
        ""
        if sqlite3.sqlite_version_info >= WAL_BUG_FIXED
        else " (has the WAL-reset bug; one writer is the only one to checkpoint, so it cannot strike)"
    )
    return sqlite3.sqlite_version + note, ""


def _zones(_settings: Settings) -> tuple[str, str]:
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return "no time zone data", "install the package tzdata"
    return "found", ""


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


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
