"""A user's own templates: tried when they change, and their trouble told to the operator once when it begins and once when it ends."""

from datetime import datetime

from cgtwatch.compose.own import OwnTemplates, Trouble
from cgtwatch.compose.render import Renders
from cgtwatch.compose.specimen import specimens
from cgtwatch.model.health import Alarm
from cgtwatch.store import Store

KIND = "template"
_PREFIX = f"{KIND}:"
_HINT = "the shipped templates speak until it is mended; `cgtwatch templates check` says whether it is"


def try_all(templates: OwnTemplates) -> tuple[Trouble, ...]:
    """Compose one of each message in each language; what is broken."""
    for language in ("zh", "en"):
        for make in specimens(templates, language).values():
            make()
    return templates.troubles


def judge_templates(templates: Renders, store: Store, now: datetime) -> None:
    """Open an alarm for each message or file that is broken, and close those of what works again or is the user's no more.

    Where a file of the folder has changed every message is tried first, so that a mistake shows before a reader's hour.
    """
    own = templates if isinstance(templates, OwnTemplates) else None
    if own is not None and own.changed():
        try_all(own)
    troubles, worked = (own.troubles, own.worked) if own is not None else ((), frozenset())
    going_on = {alarm.key for alarm in store.open_alarms() if alarm.key.startswith(_PREFIX)}
    begin = [
        Alarm(f"{_PREFIX}{one.what}", KIND, f"{one.what}: own template is broken", one.why, _HINT, now)
        for one in troubles
        if f"{_PREFIX}{one.what}" not in going_on
    ]
    end = [key for key in sorted(going_on) if own is None or key.removeprefix(_PREFIX) in worked]
    if begin or end:
        store.apply_alarms(begin, end, now)
