"""Attempts at deliveries, one for each target at a time, on threads."""

import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress

from cgtwatch.app import App
from cgtwatch.engine.storage import Storage
from cgtwatch.engine.threads import Threads
from cgtwatch.errors import STORAGE_TROUBLE, BusyError
from cgtwatch.model.delivery import Delivery
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.send import SendRow, Unrecorded, record, send

SENDERS = 8  # targets served side by side; each target has a queue of its own
_log = logging.getLogger(__name__)


class Sends:
    """Makes the attempts that are due and records what came of them, late where nothing could be stored at the time."""

    def __init__(self, app: App, storage: Storage) -> None:
        self.app = app
        self.storage = storage
        self._unrecorded: dict[str, Unrecorded] = {}
        self._sends: Threads[SendRow | None] = Threads("send", SENDERS)

    def due(self) -> int:
        """Begin the attempts that are due, one for each target; how many."""
        self.record_late()
        room = self._sends.room()
        due = self.app.store.due_deliveries(self.app.clock(), room) if room else []
        for delivery in due:
            self._attempt(delivery)
        return len(due)

    def all(self) -> Iterator[SendRow]:
        """Make every attempt that is due now; rows come as attempts end. Raises what keeps attempts from being recorded."""
        tried: set[str] = set()
        while due := [one for one in self.app.store.due_deliveries(self.app.clock(), 100) if one.key not in tried]:
            for future in [self._attempt(one) for one in due]:
                try:
                    row = future.result()
                except CancelledError:
                    raise BusyError("cgtwatch is stopping; ask again when it runs") from None
                if row is not None:  # perhaps of another delivery to the same target, which was under way
                    tried.add(row.delivery)
                    yield row
            if self.storage.error is not None:
                raise self.storage.error

    def _attempt(self, delivery: Delivery) -> Future[SendRow | None]:
        return self._sends.submit((delivery.channel, delivery.target), lambda: self._send(delivery.key))

    def _send(self, key: str) -> SendRow | None:
        if not self.storage.usable():
            return None
        try:
            row = send(key, self.app.send_parts)
        except Unrecorded as late:
            self._unrecorded[key] = late
            self.storage.trouble(late.error)
            return None
        except STORAGE_TROUBLE as error:
            self.storage.trouble(error)
            return None
        return self._told(row)

    def record_late(self) -> None:
        """Store what came of attempts that were made while nothing could be stored."""
        for key in list(self._unrecorded):
            late = self._unrecorded.pop(key)
            try:
                self._told(record(late.attempted, self.app.send_parts))
            except Unrecorded as still:
                self._unrecorded[key] = still
                raise

    def busy(self) -> int:
        """How many attempts wait or run."""
        return self._sends.busy()

    def stop(self, seconds: float) -> bool:
        """Begin nothing more and wait at most `seconds` for what runs; True where all ended."""
        ended = self._sends.stop(seconds)
        with suppress(*STORAGE_TROUBLE):  # else the next start finds attempts of unknown outcome
            self.record_late()
        return ended

    def _told(self, row: SendRow | None) -> SendRow | None:
        if row is not None:
            _log.info(
                "send %s",
                fields(
                    delivery=row.delivery,
                    subscription=row.subscription,
                    channel=row.channel,
                    state=row.state,
                    attempt=row.attempt,
                    answer=row.answer or None,
                ),
            )
        return row
