"""How a source is doing in one word, and when the operator hears of it: once when trouble begins and once when it ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from cgtwatch.diff.habit import Habit
from cgtwatch.diff.rhythm import NO_ANSWER
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Source

NETWORK = "network"
_PREFIX = "source:"
_SILENCE = "silence:"
_DAY = timedelta(days=1)
_SHORT = timedelta(hours=6)  # sources asked more often than this must be well twice in a row before an alarm ends
_TOGETHER = timedelta(minutes=10)  # visits of one round
# Errors in which no server said anything: the fault may be on our side.
# An answer that waiting does not mend: told at once, or after the second time where a page may be half-way through a rebuild.
_AT_ONCE = frozenset({ErrorClass.PARSE, ErrorClass.GONE})
_AT_SECOND = frozenset({ErrorClass.LAYOUT, ErrorClass.QUARANTINE, ErrorClass.EMPTY})
_CONTENT = _AT_ONCE | _AT_SECOND


class Word(StrEnum):
    """How a source is doing."""

    OK = "ok"
    SLOW = "slow"  # answers too late, or asks us to wait
    SILENT = "silent"  # does not answer, has not been visited for too long, or brings nothing new though it used to
    BLOCKED = "blocked"  # answers, but not us
    BROKEN = "broken"  # answers with errors, or with something that cannot be read
    CHANGED = "changed shape"  # answers with a page that is not like the ones before
    UNVERIFIED = "unverified"  # no good visit yet


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is doing, since when (its last good visit; None: never), what came last, and what to try."""

    word: Word
    since: datetime | None
    what: str
    hint: str


_MUTE_HINT = (
    "open the address in a browser: where it shows newer entries than ours, the list has moved or the file is no longer kept"
)


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """Alarms to open, and keys of alarms to close."""

    open: tuple[Alarm, ...] = ()
    close: tuple[str, ...] = ()


_NO_HABITS: Mapping[str, Habit] = MappingProxyType({})
_WORDS: Mapping[ErrorClass, Word] = MappingProxyType(
    {
        ErrorClass.TIMEOUT: Word.SLOW,
        ErrorClass.HTTP_5XX: Word.SLOW,
        ErrorClass.DNS: Word.SILENT,
        ErrorClass.CONNECT: Word.SILENT,
        ErrorClass.BLOCKED: Word.BLOCKED,
        ErrorClass.LAYOUT: Word.CHANGED,
        ErrorClass.QUARANTINE: Word.CHANGED,
        ErrorClass.EMPTY: Word.CHANGED,
    }
)


def health(state: SourceState, source: Source, now: datetime, habit: Habit | None = None) -> Health:
    """The word for a source. Every error has one; a source that was never read well is `unverified`, unless it answered with
    something else than what its kind expects. With its `habit`, one that answers but has brought nothing for far too long is silent.
    """
    if state.last_ok is None and state.error not in _CONTENT:
        what = state.message or ("waiting for its first visit" if state.last_visit is None else "no good visit yet")
        return Health(Word.UNVERIFIED, None, what, state.hint)
    if state.error is not None:
        times = max(state.failures, state.held)
        what = f"{state.message} ({times} visits in a row)" if times > 1 else state.message
        return Health(_WORDS.get(state.error, Word.BROKEN), state.last_ok, what, state.hint)
    if state.last_ok is not None and now - state.last_ok > max(2 * _DAY, 4 * source.every):
        return Health(Word.SILENT, state.last_ok, "not visited for too long", "is the service running, and the source enabled?")
    if habit is not None and mute(state, habit):
        return Health(Word.SILENT, state.last_ok, _mute_what(habit), _MUTE_HINT)
    return Health(Word.OK, state.last_ok, state.message, "")  # read well, perhaps with a remark


def mute(state: SourceState, habit: Habit) -> bool:
    """Whether a source was read well after the time from which on its silence is no chance, and has brought nothing since."""
    if habit.silent_from is None or state.last_ok is None or state.last_ok < habit.silent_from:
        return False
    return (
        state.last_new is None or state.last_new < habit.last + _DAY
    )  # else it has brought something since the habit was learned


def _mute_what(habit: Habit) -> str:
    often = f"{habit.every:.0f} working days" if habit.every >= 1.5 else "working day"
    return f"answers, but has brought nothing new since {habit.last:%Y-%m-%d}; it used to every {often}"


def alarms(
    states: Mapping[str, SourceState],
    sources: Sequence[Source],
    open_alarms: Sequence[Alarm],
    now: datetime,
    habits: Mapping[str, Habit] = _NO_HABITS,
) -> AlarmPlan:
    """What to tell. Other alarms than those of sources and of the network are left alone.

    A source whose habit is known has an alarm of its own for silence, apart from trouble in reaching it.

    When no enabled source answers there is one `network` alarm in the place of all that it explains. Trouble without an answer
    counts against a source only where another one answered about the same time. A source that never answered raises none.
    """
    active = [(source, states[source.id]) for source in sources if source.enabled and source.id in states]
    remote = [(source, state) for source, state in active if source.url]
    opened = {alarm.key: alarm for alarm in open_alarms}
    down = _network_down(remote, opened.get(NETWORK))
    begin = [] if not down or NETWORK in opened else [_network_alarm(remote, now)]
    end = [NETWORK] if NETWORK in opened and not down else []
    current = {f"{_PREFIX}{source.id}": (source, state) for source, state in active}
    for key, alarm in opened.items():
        if key.startswith(_PREFIX) and (key not in current or _over(*current[key], alarm, down, now)):
            end.append(key)
    for key, (source, state) in current.items():
        if key not in opened and _due(state, now) and not (down and state.error in NO_ANSWER) and _its_own(source, state, remote):
            begin.append(_source_alarm(key, source, state, now))
    silent = _silences(active, opened, now, habits)
    return AlarmPlan((*begin, *silent.open), (*end, *silent.close))


def _silences(
    active: Sequence[tuple[Source, SourceState]], opened: Mapping[str, Alarm], now: datetime, habits: Mapping[str, Habit]
) -> AlarmPlan:
    """Alarms of sources that answer and bring nothing. One goes on while the source cannot be read, and ends with its next news."""
    begin, keep = [], set()
    for source, state in active:
        key, habit = f"{_SILENCE}{source.id}", habits.get(source.id)
        silent = habit is not None and mute(state, habit)
        if key in opened:
            spoke = state.last_new is not None and state.last_new > opened[key].opened_at
            if not spoke and (silent or habit is None):
                keep.add(key)
        elif silent and habit is not None and state.error is None:
            begin.append(Alarm(key, Word.SILENT, f"{source.id}: {Word.SILENT}", _mute_what(habit), _MUTE_HINT, now))
    return AlarmPlan(tuple(begin), tuple(key for key in opened if key.startswith(_SILENCE) and key not in keep))


def _due(state: SourceState, now: datetime) -> bool:
    """Whether a source's trouble has lasted long enough to tell."""
    if state.error is None:
        return False
    times = max(state.failures, state.held)
    if state.error in _CONTENT and (
        state.last_ok is not None or state.full_fetch_at is not None or state.error is ErrorClass.PARSE
    ):
        return times >= (1 if state.error in _AT_ONCE else 2)
    if state.last_ok is None:
        return False
    return times >= 3 or (times >= 2 and now - state.last_ok >= _DAY)


def _over(source: Source, state: SourceState, alarm: Alarm, down: bool, now: datetime) -> bool:
    """Whether an open alarm has ended: the source is well, and stays so where it is asked often; or the network explains it."""
    if down and state.error in NO_ANSWER:
        return True
    if state.error is not None or state.last_ok is None:
        return False
    well_since_a_day = now - max(alarm.opened_at, state.last_ok) >= _DAY
    return state.good >= 2 or source.every >= _SHORT or well_since_a_day


def _its_own(source: Source, state: SourceState, remote: Sequence[tuple[Source, SourceState]]) -> bool:
    """Whether trouble without an answer is the source's own: another one answered about when this one did not.

    "About" ends before a second try of the same source, so that the failures of an outage of ours do not turn into alarms
    while the sources are asked again one after the other.
    """
    if state.error not in NO_ANSWER or state.last_visit is None:
        return True
    others = [at for other, its in remote if other.id != source.id and (at := _answered(its)) is not None]
    if not any(other.id != source.id for other, _ in remote):
        return True
    earliest, latest = state.last_visit - 0.75 * source.every, state.last_visit + _TOGETHER
    return any(earliest <= at <= latest for at in others)


def _answered(state: SourceState) -> datetime | None:
    """When a server last said anything, as far as is remembered."""
    if state.last_visit is not None and state.error is not None and state.error not in NO_ANSWER:
        return state.last_visit
    return state.last_ok


def _network_down(remote: Sequence[tuple[Source, SourceState]], alarm: Alarm | None) -> bool:
    """Whether nobody answers: since the last answer of anybody, every one of several sources was asked in vain."""
    states = [state for _, state in remote]
    latest = max((at for state in states if (at := _answered(state)) is not None), default=None)
    if alarm is not None:
        return bool(states) and (latest is None or latest <= alarm.opened_at) and any(s.error in NO_ANSWER for s in states)
    in_vain = sum(
        1 for s in states if s.error in NO_ANSWER and s.last_visit is not None and (latest is None or s.last_visit > latest)
    )
    return in_vain >= min(len(states), max(3, -(-len(states) // 4))) and len(states) >= 2


def _network_alarm(remote: Sequence[tuple[Source, SourceState]], now: datetime) -> Alarm:
    failing = [state for _, state in remote if state.error in NO_ANSWER]
    detail = f"{len(failing)} of {len(remote)} sources were asked in vain; nobody answered since. For example: {_first(failing)}"
    hint = "check the network, DNS and proxy of this machine; nothing is lost, all sources are asked again by themselves"
    return Alarm(NETWORK, NETWORK, "No source can be reached", detail, hint, now)


def _first(states: Iterable[SourceState]) -> str:
    return next((f"{state.source}: {state.message}" for state in states), "")


def _source_alarm(key: str, source: Source, state: SourceState, now: datetime) -> Alarm:
    seen = health(state, source, now)
    word = seen.word if seen.word is not Word.UNVERIFIED or state.error is None else _WORDS.get(state.error, Word.BROKEN)
    since = f"; last good visit {state.last_ok:%Y-%m-%d %H:%M} UTC" if state.last_ok else "; it has never been read"
    return Alarm(key, word, f"{source.id}: {word}", f"{seen.what}{since}", state.hint, now)
