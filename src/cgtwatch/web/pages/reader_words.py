"""A subscription in the words of a page: where it goes, how it stands, when it comes, how its reader wants to be told."""

from dataclasses import dataclass
from datetime import datetime

from cgtwatch.app import App
from cgtwatch.compose.why import cadence_words, filter_words
from cgtwatch.compose.words import Words
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.select import shown_target
from cgtwatch.web.account.viewer import Viewer

_TONES = {Status.ACTIVE: "good", Status.PAUSED: "warn", Status.PENDING: "quiet", Status.DISABLED: "bad"}


@dataclass(frozen=True, slots=True)
class InWords:
    """What a page says of a subscription. `to` and `note` are empty for who may not see them; `next` None: no hour is set."""

    name: str
    channel: str
    to: str
    asks: str
    cadence: str
    zone: str
    status: str
    tone: str
    note: str
    next: datetime | None


def in_words(one: Subscription, app: App, said: Words, viewer: Viewer | None, now: datetime) -> InWords:
    """`one` for `viewer`: readers see names and what is asked for; addresses, and what went wrong there, are for operators."""
    operates = viewer is not None and viewer.operates
    timed = one.status is Status.ACTIVE and one.cadence.every is not Every.NOW and one.next_due is not None
    return InWords(
        name=one.name,
        channel=said.name("channels", one.channel),
        to=shown_to(one.channel, one.target) if operates else "",
        asks=filter_words(one, said, app.issuer_names(), app.topic_names()),
        cadence=cadence_words(one, said),
        zone=one.timezone,
        status=said.name("statuses", one.status) or said.say("is_active"),
        tone=_TONES[one.status],
        note=one.note if operates else "",
        next=max(one.next_due, now) if timed and one.next_due else None,
    )


def shown_to(channel: str, target: str) -> str:
    """A target as an operator sees it on a page: a hook's address is a password, of which the host is enough to know it by."""
    return "" if target.endswith(":") or not target else shown_target(channel, target)


def options_in_words(one: Subscription, said: Words) -> list[str]:
    """How the reader wants to be told, a phrase each; what is usual is left out."""
    options, quiet = one.options, one.options.quiet
    found = [said.say("sub_language", language=said.say(f"language_{one.language}"))]
    if quiet is not None and quiet.start != quiet.end:
        found.append(said.say("sub_quiet", start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}"))
    if quiet is not None and quiet.weekends:
        found.append(said.say("sub_weekends"))
    if options.most is not None:
        found.append(said.say("sub_most", n=options.most))
    found += [said.say(f"sub_{name}") for name in ("nothing_new", "calendar") if getattr(options, name)]
    found.append(said.say("sub_reminders" if options.reminders else "sub_no_reminders"))
    return found
