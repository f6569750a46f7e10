"""What must be true before any work: a current database, known sources, no attempt left hanging."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cgtwatch.app import App
from cgtwatch.errors import CgtwatchError, StoreError
from cgtwatch.model.subscription import Cadence, Every, Promise, Subscription
from cgtwatch.ops.memory import share_arenas
from cgtwatch.pipeline.send import recover
from cgtwatch.select import alarm_target
from cgtwatch.store import save_copy, state_of, upgrade

LOCAL = "local"
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0  # seconds between two looks whether the database answers
_log = logging.getLogger(__name__)


def prepare(app: App, *, plans: bool | None = None) -> None:
    """Upgrade the database (after a backup), learn the sources of the file, and settle what a crash left open, where nobody else works.

    Where several processes work, one that does not plan leaves the sources to those that do; a command (None), too, once any are
    known: its file may be another.

    Raises `StoreError` where the database cannot be used, `ConfigError` where sources.yaml or a setting about mail is wrong.
    """
    share_arenas()
    app.source_file  # noqa: B018 - a wrong file stops us before anything is touched
    alarm_target(app.settings.operator)  # and so does an operator who could not be told
    if app.settings.smtp_url is not None:
        app.channel("email")  # so does a mail server's address or a key for signatures that cannot be used
    migrate(app.settings.database_url, app.settings.data_dir, app.clock())
    if app.settings.inbox_token is not None:
        (app.settings.data_dir / "inbox").mkdir(parents=True, exist_ok=True)  # an empty one is no trouble, a missing one is
    now, shared = app.clock(), app.shared
    if not shared or plans or (plans is None and not app.store.states()):
        app.store.sync_sources(app.sources, now)
    for row in () if shared else recover(app.send_parts):  # workers do it who know whose lease is over for what reason
        _log.warning("attempt of unknown outcome found delivery=%s state=%s", row.delivery, row.state)


def await_database(database_url: str, sleep: Callable[[float], object] = time.sleep) -> None:
    """Wait until the server answers, where it does not: a worker that ended each time would only be started again and again.

    Raises what a person has to mend, such as a password that is wrong.
    """
    pause, told = FIRST_WAIT, False
    while True:
        try:
            state_of(database_url)
        except StoreError as error:
            if type(error) is not StoreError:
                raise
            if not told:
                _log.error("waiting for the database: %s", error)
            told = True
        else:
            return
        sleep(pause)
        pause = min(2 * pause, LONGEST_WAIT)


def migrate(database_url: str, data_dir: Path, now: datetime) -> str:
    """Bring the database to this version's schema and say what it was: empty, older or current."""
    was = state_of(database_url)
    if was == "older":
        suffix = "dump" if database_url.startswith("postgresql") else "db"
        copy = data_dir / "backup" / f"before-upgrade-{now:%Y%m%dT%H%M%SZ}.{suffix}"
        save_copy(database_url, copy)
        _log.info("database copied before its upgrade to=%s", copy)
    if was != "current":
        upgrade(database_url)
    return was


def ensure_local(app: App) -> bool:
    """On a database without subscriptions make `local`: the local mailbox, daily, whose first digest is a welcome."""
    if app.store.subscriptions():
        return False
    reader = Subscription(
        LOCAL,
        "maildir",
        "local:",
        Cadence(Every.DAILY),
        language="zh",
        promise=Promise.AT_LEAST_ONCE,
        sent_upto=app.store.last_seq(),
        welcomed=False,
    )
    try:
        app.store.add_subscription(reader, app.clock())
    except CgtwatchError:
        if not app.store.subscriptions():
            raise
        return False  # another process was a moment earlier
    return True
