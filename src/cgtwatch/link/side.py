"""What of an event matters for linking it: its names, numbers, step, issuers and day."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cgtwatch.link.acts import acts_in, tells_of_itself
from cgtwatch.link.glossary import UNIQUE, Told, told
from cgtwatch.link.numbered import LAWS, proposals, spotted
from cgtwatch.link.wording import core, fold
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
_IN_CORNERS = re.compile(r"「((?:[^「」]|「[^「」]*」){4,200})」")
_ABOUT = re.compile(
    r"解读|答记者问|记者会|问答|一图读懂|图解|政策宣讲|宣贯|培训|座谈|研讨|点评|评论|专家谈|\bq ?& ?a\b|questions and answers"
    r"|interpretation|explained|explainer"
    r"|what (?:you|to) |submits? comments|webinar|analysis|commentary|해설|질의응답|q&a|解説"
)
_QUOTED = re.compile(r'"([^"]{8,300}?)[.,;]?"|「((?:[^「」]|「[^「」]*」){6,200})」')
_BASIS = re.compile(r"(?:根据|依据|按照|依照|参照|贯彻|落实|遵照|符合|为贯彻|为落实|基于|pursuant to|under the)[^。,;《]{0,12}$")
_TITLED_LIST = re.compile(r"(?:根据|依据|按照|参照|参照|贯彻落实|贯彻)[^。]{0,160}$")
_KIND = re.compile(
    r"(?:条例|办法|规定|指导原则|指南|方案|计划|规划|意见|措施|细则|规范|标准|附录|규정|법률|고시|규칙|지침|가이드라인|ガイドライン|通知|について|公告|目录|纲要|决定|法|法律|建议|提案|法律案)(?:\([^()]*\))*$"
)
_ENTITLED = re.compile(r'(?:entitled|titled|document on|guideline on|guidance on)[ :]*"?([^".;]{12,260})')
_NAME = 200  # characters that the name of an act has at most
_REPEALS = re.compile(
    r"同时废止|同時廃止|予以废止|即行废止|即日废止|废止(?=$|[。;])| ?(?:is|are|was|were) (?:hereby )?(?:repealed|revoked|rescinded|withdrawn)"
)
_REPLACES = re.compile(r"\b(?:replaces|supersedes|repeals|rescinds) (?:and replaces )?(?:the )?([^.;]{8,220})")
# Parts and former names of one body, which acts under the name of any of them.
_FAMILY = {
    "cde": "nmpa", "cfdi": "nmpa", "nifdc": "nmpa", "cfda": "nmpa", "sfda": "nmpa", "sda": "nmpa", "other:cmde": "nmpa",
    "nhfpc": "nhc", "moh": "nhc", "moh_cn": "nhc", "cber": "fda", "cdrh": "fda", "cder": "fda", "cat": "ema", "chmp": "ema", "prac": "ema",
}  # fmt: skip
_BETWEEN = re.compile(r"关于([^。,;《》\"]{6,60}的?(?:建议|提案|议案))")
_REGARDING = ("について", "に関して")  # a Japanese notice under an act, not the act
_AMENDING = re.compile(r"改正|修改|修正案|\bamend(?:s|ed|ing|ment|ments)?\b|개정")
# Where the opening stops telling of the document itself.
_OTHERS_BEGIN = re.compile(
    r"根据|依据|按照|[《「]|\b(?:under|pursuant|replac|supersed|repeal|amend|in accordance|finali[sz]es|see also)", re.IGNORECASE
)
_SCRIPTS = (("kana", re.compile("[ぁ-ん]|[ァ-ヺ]{2}")), ("hangul", re.compile("[가-힣]")), ("han", re.compile("[\u4e00-\u9fff]")))


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
    def repealed(self) -> tuple[str, ...]:
        """What stands right before each word that repeals, and what it says to replace: letters and digits."""
        before = [self.whole[max(0, match.start() - _NAME) : match.start()] for match in _REPEALS.finditer(self.whole)]
        return (*("".join(filter(str.isalnum, part)) for part in before), *self.replaced)

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """What it says in English to replace, as a core with what follows it."""
        found = [match[1] for match in _REPLACES.finditer(self.whole)]
        return tuple("".join(filter(str.isalnum, core(part) + part)) for part in found)

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
        title = core(self.title)
        if self.about:
            whole = "".join(filter(str.isalnum, self.folded_title))  # not its core, which is the name of the act
            return (whole,) if len(whole) >= _MIN_NAME else ()
        found = [core(match[0]) for match in _TITLED.finditer(self.folded_title)]
        if not self.folded_title.endswith(_REGARDING):
            found += [core(match[1]) for match in _IN_CORNERS.finditer(self.folded_title)]
            found += acts_in(self.folded_title, self.script) if tells_of_itself(self.folded_title) else ()
        found = [name for name in found if name not in self.amending]
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
        names += _BETWEEN.findall(self.head)
        found = (*map(core, names), *acts_in(self.head, self.script))
        return frozenset(name for name in found if len(name) >= _MIN_NAME)

    @cached_property
    def amending(self) -> frozenset[str]:
        """The acts that its title says to amend."""
        return frozenset(acts_in(self.folded_title, self.script)) if _AMENDING.search(self.folded_title) else frozenset()

    @cached_property
    def about(self) -> bool:
        """Whether it only speaks about an act: an interpretation, answers, a training."""
        return bool(_ABOUT.search(self.folded_title))

    @cached_property
    def families(self) -> frozenset[str]:
        """Its issuers, parts and former names of a body taken for the body."""
        return frozenset(_FAMILY.get(issuer, issuer) for issuer in self.issuers)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its own document numbers: those of its title, else the first ones of its opening before any other act is named."""
        begin = len(self.title) + 1
        own = frozenset(number for place, number in self._numbered if place < begin)
        if own:
            return own
        end = begin + len(_OTHERS_BEGIN.split(self.text[:_HEAD], maxsplit=1)[0])
        return frozenset(number for place, number in self._numbered if place < end and not LAWS.match(number))

    @cached_property
    def all_numbers(self) -> frozenset[str]:
        """Every document number in it."""
        return frozenset(number for _, number in self._numbered)

    @cached_property
    def _numbered(self) -> list[tuple[int, str]]:
        return spotted(f"{self.title}\n{self.text}")

    @cached_property
    def proposals(self) -> frozenset[str]:
        """The proposals it answers or is."""
        return proposals(self.head)

    @cached_property
    def tells(self) -> Told:
        """What its title is about, in words of no language."""
        return told(self.folded_title)

    @cached_property
    def opening_tells(self) -> Told:
        """What title and opening are about."""
        return told(self.head)

    @cached_property
    def tells_at_all(self) -> frozenset[str]:
        """What title and opening are about, with what that tells by it."""
        return self.opening_tells.covered | self.tells.covered

    @cached_property
    def products(self) -> frozenset[str]:
        """The well-known products that its title is about, or its opening where the title names none."""
        named = (
            frozenset(idea for idea, weight in told_of.ideas.items() if weight == UNIQUE)
            for told_of in (self.tells, self.opening_tells)
        )
        return next(filter(None, named), frozenset())

    @cached_property
    def script(self) -> str:
        """What its title is written in: kana, hangul, han or latin."""
        return next((name for name, pattern in _SCRIPTS if pattern.search(self.folded_title)), "latin")
