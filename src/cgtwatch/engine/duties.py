"""What the service does beside polls, digests and sends: housekeeping."""

import logging
from zoneinfo import ZoneInfo

from cgtwatch.app import App
from cgtwatch.engine.readers.adding import expire
from cgtwatch.engine.returning import refusals
from cgtwatch.engine.rhythm import Rhythm
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.notices import judge_sources, tell_operator
from cgtwatch.pipeline.push import keep_subscribed
from cgtwatch.pipeline.reminders import tell_deadlines
from cgtwatch.pipeline.stalled import tell_stalled
from cgtwatch.pipeline.templating import judge_templates

HERE = ZoneInfo("Asia/Shanghai")  # whose midnight begins the day of reminders
_log = logging.getLogger(__name__)


def housekeep(app: App, rhythm: Rhythm) -> None:
    """Learn when news comes, judge the health of sources, tell of stalled drafts and near deadlines, the operator of trouble, and ask hubs."""
    rhythm.keep()
    judge_sources(app.sources, app.store, app.clock(), rhythm.habits)
    if rhythm.new_day(app.clock().astimezone(HERE)):
        for draft in tell_stalled(app.store, app.clock()):
            _log.info("stalled %s", fields(event=draft.id, on=draft.on, title=draft.title))
        for draft in tell_deadlines(app.store, app.clock()):
            _log.info("deadline %s", fields(event=draft.id, on=draft.labels.comment_deadline, title=draft.title))
    if expired := expire(app):
        _log.info("sign-ups erased that nobody confirmed %s", fields(count=expired))
    judge_templates(app.templates, app.store, app.clock())
    refusals(app)
    told = tell_operator(app.notice_parts)
    if told is not None:
        _log.warning("alarm %s", fields(subject=told.subject, delivery=told.key))
    hubs = app.push_parts
    for row in keep_subscribed(app.sources, hubs) if hubs else ():
        level = logging.INFO if row.good else logging.WARNING
        _log.log(level, "hub %s", fields(step=row.step, source=row.source, hub=row.hub, answer=row.answer))
