"""Works off what is to be translated, beside everything else: the tick of the service, and the command."""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.model.event import PolicyEvent
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.translating import TranslateParts, TranslateRow, missing, translate

LOOK_BACK = 500  # announcements that may still stand in a digest
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_log = logging.getLogger(__name__)


class Translating:
    """The line of what waits. Trouble with the endpoint pauses it, ever longer; the text that met it goes to the end."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._upto: int | None = None
        self._line: deque[tuple[PolicyEvent, str]] = deque()
        self._pause = FIRST_PAUSE
        self._until: datetime | None = None
        self._working = threading.Lock()

    def work(self) -> None:
        """Ask for what waits until nothing does, trouble comes, or the process ends."""
        with self._working:
            self._work()

    def stop(self, seconds: float) -> bool:
        """Wait at most `seconds` for what is under way, where nothing more begins; True where it ended."""
        return self._working.acquire(timeout=seconds)

    def _work(self) -> None:
        parts, now = self.app.translate_parts, self.app.clock()
        if parts is None or (self._until is not None and now < self._until <= now + LONGEST_PAUSE):
            return
        self._line.extend(missing(self._fresh(), parts))
        while self._line and not self.app.stopping.is_set():
            event, language = self._line.popleft()
            row = translate(event, language, parts)
            _tell(row)
            if row.outcome == "trouble":
                self._line.append((event, language))
                pause = min(max(self._pause, row.retry_after or timedelta()), LONGEST_PAUSE)
                self._until, self._pause = self.app.clock() + pause, min(2 * self._pause, LONGEST_PAUSE)
                return
            self._until, self._pause = None, FIRST_PAUSE

    def _fresh(self) -> list[PolicyEvent]:
        """What was announced since the last look; at the first look also what is open for comment."""
        store, last = self.app.store, self.app.store.last_seq()
        first = self._upto is None
        upto = max(0, last - LOOK_BACK) if self._upto is None else self._upto
        events = [one.event for one in reversed(store.announcements(upto))] if last > upto else []
        self._upto = last
        return [*events, *(store.open_consultations(self.app.clock().date()) if first else ())]


def translate_now(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `again` (also what was refused). Rows: one a text that was asked for. Ends at the first trouble."""
    app = engine.app
    parts = _asked_for(app)
    if args.get("again"):
        app.store.forget_refused()
    events = [one.event for one in reversed(app.store.announcements(max(0, app.store.last_seq() - LOOK_BACK)))]
    for event, language in missing([*events, *app.store.open_consultations(app.clock().date())], parts):
        row = translate(event, language, parts)
        yield {"event": row.event, "language": row.language, "outcome": row.outcome, "reason": row.reason, "title": event.title}
        if row.outcome == "trouble" or app.stopping.is_set():
            return


def _asked_for(app: App) -> TranslateParts:
    parts = app.translate_parts
    if parts is None:
        raise ConfigError(["nobody translates: set CGTWATCH_TRANSLATE_URL and CGTWATCH_TRANSLATE_MODEL"])
    return parts


def _tell(row: TranslateRow) -> None:
    level = logging.WARNING if row.outcome == "trouble" else logging.INFO
    said = fields(event=row.event, language=row.language, outcome=row.outcome, reason=row.reason or None)
    _log.log(level, "translate %s", said)
