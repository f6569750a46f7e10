"""What the service does beside polls and sends: digests that are due, and housekeeping."""

import logging
from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.engine.rhythm import Rhythm
from cgtwatch.model.subscription import Subscription
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.digest import DigestRow, is_due, run_digest, set_right
from cgtwatch.pipeline.notices import judge_sources, tell_operator
from cgtwatch.pipeline.push import keep_subscribed
from cgtwatch.pipeline.stalled import tell_stalled

WELCOME_WAITS = timedelta(minutes=15)
_log = logging.getLogger(__name__)


def digest_due(app: App) -> list[DigestRow]:
    """Compose for every subscription whose turn has come."""
    store, now = app.store, app.clock()
    last = store.last_seq()
    readers = store.subscriptions()
    for one in readers:
        if (hour := set_right(one, now)) is not None:
            store.update_subscription(one.name, next_due=hour)
    due = [one for one in readers if is_due(one, last, now) and (one.welcomed or _looked_around(app, one, now))]
    rows = [run_digest(one, app.digest_parts) for one in due]
    for row in rows:
        if row.outcome != "nothing":
            _log.info(
                "digest %s",
                fields(
                    subscription=row.subscription,
                    outcome=row.outcome,
                    events=row.events,
                    delivery=row.delivery,
                    error=row.error,
                ),
            )
    return rows


def _looked_around(app: App, newcomer: Subscription, now: datetime) -> bool:
    """A welcome tells what was found, so it waits until every source was visited once, but not for ever."""
    if newcomer.created_at is None or now - newcomer.created_at >= WELCOME_WAITS:
        return True
    states = app.store.states()
    return all(states[one.id].last_visit for one in app.sources if one.enabled and one.id in states)


def housekeep(app: App, rhythm: Rhythm) -> None:
    """Learn when news comes, judge the health of sources, tell of stalled drafts, the operator of trouble, and ask hubs."""
    rhythm.keep()
    judge_sources(app.sources, app.store, app.clock(), rhythm.habits)
    for draft in tell_stalled(app.store, app.clock()) if rhythm.new_day(app.clock()) else ():
        _log.info("stalled %s", fields(event=draft.id, on=draft.on, title=draft.title))
    told = tell_operator(app.notice_parts)
    if told is not None:
        _log.warning("alarm %s", fields(subject=told.subject, delivery=told.key))
    hubs = app.push_parts
    for row in keep_subscribed(app.sources, hubs) if hubs else ():
        level = logging.INFO if row.good else logging.WARNING
        _log.log(level, "hub %s", fields(step=row.step, source=row.source, hub=row.hub, answer=row.answer))
