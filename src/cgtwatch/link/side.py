"""What of an event matters for linking it: its names, numbers, step, issuers and day."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cgtwatch.link.numbered import numbers, proposals
from cgtwatch.link.wording import core, fold, ideas
from cgtwatch.model.event import Relation
from cgtwatch.text.similarity import shingles

_HEAD = 700  # characters in which a document says what it is itself
_OPENING = 500  # characters by which copies are known
_MIN_NAME = 5  # characters of a core; anything shorter names a kind, not an act


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a stands to b. `direction` is `a->b`, `b->a` or `none`."""

    relation: Relation
    direction: str
    reason: str


_TITLED = re.compile(r"《((?:[^《》]|《[^《》]*》){4,200})》(\((?:征求意见稿|试行|草案|暂行)[^()]{0,8}\))?")
_QUOTED = re.compile(r'"([^"]{8,300}?)[.,;]?"|「((?:[^「」]|「[^「」]*」){6,200})」')
_BASIS = re.compile(r"(?:根据|依据|按照|依照|参照|贯彻|落实|遵照|符合|为贯彻|为落实|基于|pursuant to|under the)[^。,;《]{0,12}$")
_TITLED_LIST = re.compile(r"(?:根据|依据|按照|参照|参照|贯彻落实|贯彻)[^。]{0,160}$")
_KIND = re.compile(
    r"(?:条例|办法|规定|指导原则|指南|方案|计划|规划|意见|措施|细则|规范|标准|附录|通知|について|公告|目录|纲要|决定|法|法律|建议|提案|法律案)(?:\([^()]*\))*$"
)
_ENTITLED = re.compile(r'(?:entitled|titled|document on|guideline on|guidance on)[ :]*"?([^".;]{12,260})')


@dataclass(frozen=True)
class Side:
    """One of two events. `day` is the act's own or the day it appeared, None where neither is known."""

    title: str
    text: str = ""
    url: str = ""
    day: date | None = None
    issuers: tuple[str, ...] = ()
    draft: bool | None = None  # as classified; None: read from the words

    @cached_property
    def head(self) -> str:
        """Title and opening, folded."""
        return fold(f"{self.title}\n{self.text[:_HEAD]}")

    @cached_property
    def folded_title(self) -> str:
        """The title, folded."""
        return fold(self.title)

    @cached_property
    def whole(self) -> str:
        """Everything, folded."""
        return fold(f"{self.title}\n{self.text}")

    @cached_property
    def letters(self) -> str:
        """Everything, folded, letters and digits only."""
        return "".join(filter(str.isalnum, self.whole))

    @cached_property
    def head_letters(self) -> str:
        """Title and opening likewise."""
        return "".join(filter(str.isalnum, self.head))

    @cached_property
    def opening(self) -> frozenset[str]:
        """The runs of characters of its first lines."""
        return frozenset(shingles(fold(self.text[:_OPENING])))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The cores of what this document is itself about, surest first."""
        found = [core(match[0]) for match in _TITLED.finditer(self.folded_title)]
        title = core(self.title)
        if _KIND.search(self.folded_title.strip("()")) or self.folded_title.isascii():
            found.insert(0, title)
        if not found or self.folded_title.isascii():
            found += [core(match[1]) for match in _ENTITLED.finditer(fold(self.text[:_HEAD]))]
        if not found:
            found += self._announced()
        return tuple(dict.fromkeys(name for name in (*found, title) if len(name) >= _MIN_NAME))

    def _announced(self) -> list[str]:
        """Names in the opening that are issued there, not rested on."""
        text = fold(self.text[:_HEAD])
        found = []
        for match in _TITLED.finditer(text):
            before = text[max(0, match.start() - 160) : match.start()]
            if _BASIS.search(before) or (_TITLED_LIST.search(before) and not re.search("制定|发布|印发|起草", before[-30:])):
                continue
            found.append(core(match[0]))
        return found[:2]

    @cached_property
    def named(self) -> frozenset[str]:
        """The cores of everything that is named in quotes anywhere in the document."""
        names = [match[1] for match in _TITLED.finditer(self.whole)]
        names += [match[1] or match[2] for match in _QUOTED.finditer(self.whole)]
        return frozenset(name for name in map(core, names) if len(name) >= _MIN_NAME)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its own document numbers: those of its title, else the first ones of its opening before any other act is named."""
        own = numbers(self.folded_title)
        return own or numbers(re.split("根据|依据|按照|[《「]", fold(self.text[:_HEAD]))[0])

    @cached_property
    def all_numbers(self) -> frozenset[str]:
        """Every document number in it."""
        return numbers(self.whole)

    @cached_property
    def proposals(self) -> frozenset[str]:
        """The proposals it answers or is."""
        return proposals(self.head)

    @cached_property
    def ideas(self) -> dict[str, int]:
        """What its title is about, in words of no language."""
        return ideas(self.title)
