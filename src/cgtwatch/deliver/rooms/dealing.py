"""Which items of a notice go into which post: as many as the receiver takes, in order, none twice and none left out."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from cgtwatch.deliver.rooms.notice import Item, Notice, Tone
from cgtwatch.deliver.wording import say
from cgtwatch.model.delivery import Payload

Body = TypeVar("Body")
Post = TypeVar("Post")
_MANY = 999  # posts; the number that a trial page is laid out with, so that the real one is never wider


@dataclass(frozen=True, slots=True)
class Drawn(Generic[Body]):
    """An item as one vendor shows it."""

    section: str
    tone: Tone
    body: Body


@dataclass(frozen=True, slots=True)
class Page(Generic[Body]):
    """One post before it is drawn. The first `opens` with the lead, the last `closes` with the reason and the link."""

    notice: Notice
    drawn: tuple[Drawn[Body], ...]
    part: str  # "(2/3)" in the reader's language; empty where there is only one
    opens: bool
    closes: bool

    @property
    def lead(self) -> str:
        return self.notice.lead if self.opens else ""

    @property
    def why(self) -> str:
        return self.notice.why if self.closes else ""

    @property
    def left_out(self) -> str:
        return self.notice.left_out if self.closes else ""

    @property
    def whole(self) -> str:
        return self.notice.whole if self.closes else ""

    def sections(self) -> Iterator[tuple[str, list[Drawn[Body]]]]:
        """Items under their headings; a section that a post breaks has its heading on both sides."""
        for heading, drawn in groupby(self.drawn, key=lambda one: one.section):
            yield heading, list(drawn)


def posts(
    notice: Notice, draw: Callable[[Item], Body], lay_out: Callable[[Page[Body]], Post], fits: Callable[[Post], bool]
) -> list[Post]:
    """The notice dealt out: a new post begins where the next item would make one that does not fit.

    An item that does not fit alone must be cut by `draw`.
    """
    widest = say(notice.language, "part", n=_MANY, of=_MANY)
    dealt: list[tuple[Drawn[Body], ...]] = [()]
    for item in notice.items:
        tried = (*dealt[-1], Drawn(item.section, item.tone, draw(item)))
        if not dealt[-1] or fits(lay_out(Page(notice, tried, widest, opens=True, closes=True))):
            dealt[-1] = tried
        else:
            dealt.append(tried[-1:])
    return [lay_out(page) for page in _numbered(notice, dealt)]


def _numbered(notice: Notice, dealt: Sequence[tuple[Drawn[Body], ...]]) -> Iterator[Page[Body]]:
    of = len(dealt)
    for number, drawn in enumerate(dealt, 1):
        part = say(notice.language, "part", n=number, of=of) if of > 1 else ""
        yield Page(notice, drawn, part, opens=number == 1, closes=number == of)


@dataclass(frozen=True, slots=True)
class Marks:
    """How a room that takes text shows the parts of a post: each gets what the notice says, and gives it escaped, cut and marked."""

    lead: Callable[[str], str]
    heading: Callable[[str], str]
    why: Callable[[str], str]
    target: Callable[[str], str]  # an address that a link may lead to; empty where it is none
    link: Callable[[str, str], str]  # of the words and the target


def paragraphs(page: Page[str], marks: Marks) -> Iterator[str]:
    """The post below its subject."""
    if page.lead:
        yield marks.lead(page.lead)
    for heading, drawn in page.sections():
        if heading:
            yield marks.heading(heading)
        yield from (one.body for one in drawn)
    if page.left_out:
        yield page.left_out
    if whole := marks.target(page.whole):
        yield marks.link(say(page.notice.language, "whole"), whole)
    if page.why:
        yield marks.why(page.why)


def json_bytes(value: Any) -> bytes:  # noqa: ANN401 - the JSON border
    """Compact UTF-8, without `\\uXXXX`: receivers that count bytes count half as many for Chinese."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def payloads(made: Sequence[Any]) -> tuple[Payload, ...]:
    """Posts frozen as JSON."""
    return tuple(Payload(json_bytes(post), "application/json") for post in made)
