"""What a message shows in a chat: a few plain lines for each thing it tells, the same for every kind of room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cgtwatch.deliver.rooms.fitting import still
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import Message

_MOST_CHANGES = 2
_LONGEST_WHOLE = 400  # characters of an address that every room has space for
_UNSAID = "…"  # for a text of which nothing can be seen: no room takes an empty one
_DIGESTS = {"digest.created", "event.alert"}


class Tone(StrEnum):
    """How loud a thing is."""

    OPEN = "open"  # comments are taken
    HIGH = "high"
    PLAIN = "plain"
    TROUBLE = "trouble"
    OVER = "over"  # trouble that has ended


@dataclass(frozen=True, slots=True)
class Item:
    """One event or alarm. Every string is one line with nothing live in it; `link` is an address as it came, or empty."""

    section: str
    title: str
    link: str
    lines: tuple[str, ...]  # at most `fitting.MOST_LINES`
    deadline: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Notice:
    """A message as a room shows it: `lead` stands before the items, `why` and the link to the `whole` digest after them."""

    language: str
    subject: str
    lead: str
    items: tuple[Item, ...]
    why: str
    whole: str
    left_out: str  # how many more there are than the reader wants to be told of; empty: none

    @property
    def tone(self) -> Tone:
        """The loudest thing that happened: trouble, else its end, else nothing special."""
        tones = {item.tone for item in self.items}
        return next((tone for tone in (Tone.TROUBLE, Tone.OVER) if tone in tones), Tone.PLAIN)


def notice_of(message: Message, own: str, most: int | None = None) -> Notice:
    """The message with the first `most` items, the others counted.

    `own` is the page that shows its delivery, empty where there is none; the page that readers share is preferred to it.
    """
    data = message.data
    items = (*_events(message), *_alarms(data))
    shared = str(data.get("whole") or "")
    whole = shared if 0 < len(shared) <= _LONGEST_WHOLE else (own if message.kind in _DIGESTS else "")
    left = len(items) - most if most and message.kind in _DIGESTS else 0
    return Notice(
        message.language, still(message.subject) or _UNSAID, _lead(message, items), items[:most] if left > 0 else items,
        still(message.why), whole, say(message.language, "left_out", n=left) if left > 0 else "",
    )  # fmt: skip


def _lead(message: Message, items: tuple[Item, ...]) -> str:
    if counts := message.data.get("welcome"):
        return still(say(message.language, "welcome", **counts))
    if items:
        return ""
    if message.kind in _DIGESTS:
        return still(message.data.get("intro", "")) or say(message.language, "nothing")
    return still(message.text) or still(message.subject) or _UNSAID


def _events(message: Message) -> Iterable[Item]:
    headings = {each["key"]: each["title"] for each in message.data.get("sections", [])}
    for event in message.data.get("events", []):
        section = event["section"]
        said = event["words"]
        tone = Tone.OPEN if said["deadline"] else Tone.HIGH if section == "high" else Tone.PLAIN
        yield Item(
            still(headings.get(section, section)), still(said["title"]) or _UNSAID, said["link"], tuple(_facts(event, message.language)),
            still(" · ".join(filter(None, [said["deadline"], said["days_left"]]))), tone,
        )  # fmt: skip


def _facts(event: Mapping[str, Any], language: str) -> Iterable[str]:
    """What stands under the title; a machine's translation is one of its lines and says what it is."""
    said = event["words"]
    machine = event.get("translation", {}).get("title", "")
    steps = [say(language, "step", how=step["how"], title=step["title"]) for step in said.get("steps", [])]
    lines = [
        say(language, "machine", title=machine) if machine else "",
        " · ".join(filter(None, [*said["badges"], said["meta"]])),
        *[*event["changes"], *steps][:_MOST_CHANGES],
        said["facts"],
    ]
    return filter(None, map(still, lines))


def _alarms(data: Mapping[str, Any]) -> Iterable[Item]:
    for mark, tone, alarms in (("▲", Tone.TROUBLE, data.get("opened", [])), ("✓", Tone.OVER, data.get("closed", []))):
        for each in alarms:
            said = each["words"]
            lines = tuple(filter(None, map(still, (said["span"], said["detail"], said["hint"]))))
            yield Item("", f"{mark} {still(said['subject'])}", "", lines, "", tone)
