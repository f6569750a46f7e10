"""When sources are likely to have news, learned from what came: paces for the next visits, habits for judging silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cgtwatch.app import App

if TYPE_CHECKING:
    from cgtwatch.diff.adapt import Paces
    from cgtwatch.diff.habit import Habit
    from cgtwatch.diff.pace import Pace
    from cgtwatch.model.source import Source

ANEW = timedelta(hours=1)  # after which a plan is made again
AT_ONCE = timedelta(minutes=10)  # the same after unexpected news
_LOOK = timedelta(minutes=1)  # between two looks for sources that a raised day makes due
_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Learned:
    """Everything learned at one time; replaced as a whole, so that threads need no lock."""

    paces: "Paces"
    habits: Mapping[str, "Habit"]
    sources: tuple["Source", ...]


class Rhythm:
    """Keeps what was learned. Nothing is learned before the first `keep`: a single poll pays nothing for it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._learned: _Learned | None = None
        self._surprised = False
        self._looked: datetime | None = None
        self._day: date | None = None

    def pace(self, source_id: str) -> "Pace | None":
        """The pace of a source, as far as one was learned."""
        return self._learned.paces.of(source_id) if self._learned else None

    @property
    def habits(self) -> Mapping[str, "Habit"]:
        """The habits of sources, as far as they were learned."""
        return self._learned.habits if self._learned else {}

    def new_day(self, now: datetime) -> bool:
        """Whether this is the first time that it is asked on this day, for what need not be judged more often."""
        fresh, self._day = now.date() != self._day, now.date()
        return fresh

    def found(self, source_id: str) -> None:
        """Take note of news at a source: where none was planned for, the plan is made anew."""
        if self._learned and self._learned.paces.unexpected(source_id, self._app.clock()):
            self._surprised = True

    def keep(self) -> None:
        """Learn again where it is time to, and bring forward whom a day that brings more than it should makes due."""
        now, learned = self._app.clock(), self.learn()
        if learned.paces.raised and (self._looked is None or not timedelta() <= now - self._looked < _LOOK):
            self._looked = now
            self._bring_forward(learned, now)

    def learn(self) -> _Learned:
        """Learn again where it is time to."""
        learned = self._learned
        if learned is None or self._stale(learned, self._app.clock()):
            self._surprised = False
            self._learned = learned = _Learned(self._app.paces(), self._app.habits(), self._app.sources)
        return learned

    def _stale(self, learned: _Learned, now: datetime) -> bool:
        age = now - learned.paces.made
        wait = AT_ONCE if self._surprised else ANEW
        return not timedelta() <= age < wait or learned.sources is not self._app.sources

    def _bring_forward(self, learned: _Learned, now: datetime) -> None:
        states = self._app.store.states()
        late = []
        for name, pace in learned.paces.by.items():
            state = states.get(name)
            if state is None or state.error is not None or state.held or state.last_visit is None or state.next_poll is None:
                continue
            if pace.next(state.last_visit) <= now and state.next_poll > now + _SOON:
                late.append(name)
        if late:
            self._app.store.bring_forward(late, now)
