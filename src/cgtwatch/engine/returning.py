"""What comes back about mails: the mailbox of reports is looked at every few minutes, on a thread of its own."""

import logging
import ssl
import time
from collections.abc import Callable

from cgtwatch.app import App
from cgtwatch.deliver.mail.postbox import look
from cgtwatch.engine.storage import Storage
from cgtwatch.engine.threads import Threads
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.health import Alarm
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.bounces import MAILBOX, Report, calm, take_refusals, take_report
from cgtwatch.store.bounces import alarm_key

EVERY = 300.0  # seconds
PATIENT = 3  # looks that failed in a row before the operator hears of it
_MAILBOX = alarm_key(MAILBOX)
_log = logging.getLogger(__name__)


class Returning:
    """Looks at the mailbox of reports, where one is set."""

    def __init__(self, app: App, storage: Storage, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app, self._storage, self._monotonic = app, storage, monotonic
        self._threads: Threads[None] = Threads("bounces", 1)
        self._next = monotonic()
        self._failed = 0

    def work(self) -> None:
        """Begin a look where it is time for one."""
        if self._app.settings.bounce_mailbox is None or self._monotonic() < self._next or self._threads.busy():
            return
        self._next = self._monotonic() + EVERY
        self._threads.submit("look", self.look)

    def look(self) -> None:
        """One look; trouble that lasts becomes an alarm, which ends with the next look that goes well."""
        app = self._app
        try:
            tls = ssl.create_default_context(cafile=app.settings.ca_file)
            looked = look(app.settings.bounce_mailbox or "", self._take, tls)
            self._failed = self._failed + 1 if looked.trouble else 0
            if looked.trouble:
                _log.warning("bounces %s", fields(mailbox="trouble", read=looked.read, error=looked.trouble))
            self._judge(looked.trouble)
        except STORAGE_TROUBLE as error:
            self._storage.trouble(error)

    def stop(self, seconds: float) -> bool:
        """Begin no more looks and wait at most `seconds` for one under way; True where it ended."""
        return self._threads.stop(seconds)

    def _take(self, raw: bytes) -> None:
        report(self._app, raw)

    def _judge(self, trouble: str) -> None:
        store, now = self._app.store, self._app.clock()
        if self._failed >= PATIENT:
            hint = "look at CGTWATCH_BOUNCE_MAILBOX: its host, user, password and folder"
            what = "the mailbox of bounces cannot be read"
            store.apply_alarms([Alarm(_MAILBOX, "mailbox", what, trouble, hint, now)], [], now)
        elif not self._failed and any(one.key == _MAILBOX for one in store.open_alarms()):
            store.apply_alarms([], [_MAILBOX], now)


def report(app: App, raw: bytes) -> Report:
    """Take one report, from wherever it came, and write into the log what it came to."""
    return _logged(take_report(raw, app.store, app.secret_key, app.clock()))


def refusals(app: App) -> None:
    """Count the mails that the server refused for their recipient, and end an alarm about many of them."""
    for one in take_refusals(app.store, app.clock()):
        _logged(one)
    calm(app.store, app.clock())


def _logged(row: Report) -> Report:
    level = logging.WARNING if row.outcome == "paused" else logging.INFO
    _log.log(level, "bounce %s", fields(outcome=row.outcome, subscription=row.subscription or None, why=row.why))
    return row
