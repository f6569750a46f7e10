"""What follows when mails come back: who is paused, and what the operator hears."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgtwatch.deliver.mail.returned import NoReport, gone, meaning, read_report, refused
from cgtwatch.model.bounce import Bounce, BounceKind, Taken, Tally, Verdict
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Status
from cgtwatch.store import Store
from cgtwatch.store.bounces import alarm_key

WITHIN = timedelta(days=30)
STRIKES = 3  # hard bounces of one reader within that time
EVERYBODY = "all readers"  # no subscription can be called so
MAILBOX = "the mailbox"
OTHER_ALARMS = frozenset({alarm_key(EVERYBODY), alarm_key(MAILBOX)})
RECENT = timedelta(days=7)  # how far back refused deliveries are looked for
_FEW, _SHARE = 5, 5  # readers at least, and one in so many: beyond both the trouble is ours
_ALL = 3  # readers at least: if all bounce the trouble is ours too
LASTING = timedelta(days=3)  # after which an address that is said to be no more is believed to be, whatever befalls others
_CAME_BACK = "paused: mail came back"
_HINT = (
    "ask the reader for another address and give it with `cgtwatch subscriptions change {name} --to mailto:…`, "
    "or send again with `cgtwatch subscriptions resume {name}`"
)
_ASK = "somebody who calls our mails spam wants none: `cgtwatch subscriptions remove {name}`; resume it only if its reader asks"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report came to, for the log; no address stands in it."""

    outcome: str  # as `Taken`; ignored for what is no report
    why: str
    subscription: str = ""


def take_report(raw: bytes, store: Store, secret_key: bytes, now: datetime) -> Report:
    """Read one mail of the mailbox of reports, and do what follows from it."""
    found = read_report(raw, secret_key, now)
    if isinstance(found, NoReport):
        return Report("ignored", found.why)
    return _report(found, store.take_bounce(found, now - WITHIN, judge))


def take_refusals(store: Store, now: datetime) -> list[Report]:
    """Count the deliveries whose recipient the mail server refused at once."""
    found = [refused(key, answer, now) for key, answer in store.refused_mails(now - RECENT)]
    return [_report(one, store.take_bounce(one, now - WITHIN, judge)) for one in found if one is not None]


def calm(store: Store, now: datetime) -> None:
    """End the alarms about readers who are served again or gone, and that about many once few have bounced for a day."""
    keys = {one.key for one in store.open_alarms() if one.kind in {"bounce", "bounces"}}
    if not keys:
        return
    over = set() if _ours(store.bounced_of_late(now)) else {alarm_key(EVERYBODY)}
    paused = {alarm_key(one.name) for one in store.subscriptions() if one.status is Status.PAUSED}
    over |= {key for key in keys if key not in paused and key not in OTHER_ALARMS}
    if keys & over:
        store.apply_alarms([], sorted(keys & over), now)


def judge(name: str, bounce: Bounce, tally: Tally) -> Verdict | None:
    """A complaint or an address that is no more pauses at once, other hard bounces at the third, soft ones never.

    Where many readers bounce in one day the trouble is ours, also where our server says that none of them exists: nobody is
    paused, and who was on that day is served again. Whose address is said for days to be no more is paused in the end.
    """
    if bounce.kind is BounceKind.COMPLAINT:
        return _pause(name, bounce, "paused: its reader called a message spam", _ASK)
    if bounce.kind is not BounceKind.HARD:
        return None
    what = f"{meaning(bounce.status)} ({bounce.status})"
    if gone(bounce.status) and tally.lasting >= LASTING:
        return _pause(name, bounce, f"{_CAME_BACK} for {tally.lasting.days} days: {what}", _HINT)
    if _ours(tally):
        return _everybody(bounce, tally, what)
    if gone(bounce.status):
        return _pause(name, bounce, f"{_CAME_BACK}: {what}", _HINT)
    if tally.hard >= STRIKES:
        return _pause(name, bounce, f"{_CAME_BACK} {tally.hard} times in {WITHIN.days} days: {what}", _HINT)
    return None


def _ours(tally: Tally) -> bool:
    """Whether so many readers bounce that it is no reader's fault."""
    return tally.readers > max(_FEW, tally.served // _SHARE) or tally.readers >= max(_ALL, tally.served)


def _everybody(bounce: Bounce, tally: Tally, what: str) -> Verdict:
    subject = f"mails to {tally.readers} of {tally.served} readers came back within a day"
    hint = "look at the mail server and at its reputation; nobody was paused for it. What it refused is listed by `cgtwatch deliveries list --state dead`"
    detail = f"{tally.readers} of {tally.served}: {what}: {bounce.said}"
    return Verdict("", Alarm(alarm_key(EVERYBODY), "bounces", subject, detail, hint, bounce.at), freed=f"{_CAME_BACK}: ")


def _pause(name: str, bounce: Bounce, note: str, hint: str) -> Verdict:
    subject = f"subscription {name} was {note}"
    detail = f"{note}; {bounce.said}" if bounce.said else note
    alarm = Alarm(alarm_key(name), "bounce", subject, detail, hint.format(name=name), bounce.at)
    return Verdict(note, alarm)


def _report(bounce: Bounce, taken: Taken) -> Report:
    return Report(taken.outcome, f"{bounce.kind} {bounce.status}".strip(), taken.subscription)
