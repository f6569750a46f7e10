"""When to look at a source again."""

from dataclasses import replace
from datetime import datetime, timedelta

from cgtwatch.diff.pace import Pace, drawn
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Plan, SourceState
from cgtwatch.model.source import Source

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SOON = timedelta(minutes=5)  # the first wait after a visit that nobody answered
GAP = "gap:"  # begins the remark that nothing known was left on a page: something may have been missed
NO_ANSWER = frozenset({ErrorClass.TIMEOUT, ErrorClass.DNS, ErrorClass.CONNECT, ErrorClass.TLS, ErrorClass.REFUSED})
RECHECK = timedelta(hours=1)  # a page whose mass change is doubted is looked at again this soon at the latest
_SPREAD = 0.2  # of the wait after a failure: sources that failed together must not come back together
_CALM_SPREAD = 0.05  # of an ordinary wait


def next_poll(source: Source, state: SourceState, now: datetime, retry_after: timedelta | None = None) -> datetime:
    """The time of the next visit, where `state` is the state after this one.

    An interval; after the k-th failure in a row 2^(k-1) intervals, at most a day (or the interval, where that is longer), give or
    take a fifth; where nobody answered at most 5 minutes, 15, 45 and so on; a week after 410 (RFC 9110 15.5.11). `retry_after`
    (RFC 9110 10.2.3) is obeyed within the interval and a day. No source is ever given up. The spread hangs on the source's id
    and the time alone.
    """
    part = drawn(f"{source.id}\x1f{now.isoformat()}")
    if state.error is ErrorClass.GONE:
        return now + max(WEEK, source.every) * (1 + _SPREAD * part)
    if retry_after is not None and state.failures:
        wait = max(min(retry_after, DAY), source.every)
        return now + wait * (1 + _CALM_SPREAD * abs(part))  # never earlier than asked
    if state.failures:
        longest = max(DAY, source.every)
        wait = min(source.every * (1 << min(state.failures - 1, 20)), longest)
        if state.error in NO_ANSWER:  # often our own network: be back soon after it is
            wait = min(wait, SOON * 3 ** min(state.failures - 1, 10))
        return now + min(wait * (1 + _SPREAD * part), longest)
    if state.held:
        return now + min(source.every, RECHECK)
    return now + (source.every if source.exactly else source.every * (1 + _CALM_SPREAD * part))


def paced(source: Source, plan: Plan, pace: Pace | None) -> Plan:
    """`plan` with the next visit when `pace` says; what failed, is doubted, missed something, or has an exact interval keeps its time."""
    state = plan.state
    if any(note.startswith(GAP) for note in plan.notes):
        return plan
    if pace is None or source.exactly or state.error is not None or state.held or state.failures or state.last_visit is None:
        return plan
    return replace(plan, state=replace(state, next_poll=pace.next(state.last_visit)))
