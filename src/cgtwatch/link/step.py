"""Which step of an act's life a document tells of, read from its words."""

import re
from enum import StrEnum
from functools import lru_cache

from cgtwatch.link.side import Side


class Step(StrEnum):
    """A step in the life of an act."""

    PROPOSAL = "proposal"
    DRAFT = "draft"
    FINAL = "final"
    CHANGE = "change"  # a correction, an extension of a comment period
    REPLY = "reply"
    MEETING = "meeting"


_REPLY = re.compile(
    r"答复|复函|收悉|答网民|回复|response to (?:the |a )?(?:public )?consultation|its response to|consultation outcome|reply to "
    r"(?:the )?(?:recommendation|proposal)"
)
_CHANGE = re.compile(
    r"extension of (?:the )?comment|extending the comment|extend(?:s|ed)? the comment|reopening of"
    r"|reopening the comment|\bcorrection\b|is correcting a|"
    r"corrigendum|更正|勘误|延长.{0,12}(?:征求意见|期限)|延期"
)
_CHANGING = re.compile(r"is (?:extending the comment|correcting a)")
_MEETING = re.compile(
    r"常务会议.{0,8}研究|会议研究|审议(?!通过)|notice of meeting|advisory committee meeting|\bcharter\b|recharter|座谈会|研讨会"
)
_DRAFT = re.compile(
    r"征求意见|征求.{0,80}意见|草案|公开征集|起草了|法律案|预告|예고|改正案|意见募集|パブリックコメント"
    r"|\bdraft\b|\bconsultation\b|proposed rule|seeking feedback|for comment"
    r"|\bconcept paper\b|意见稿"
)
_FINAL_OVER_DRAFT = re.compile(
    r"finali[sz](?:es|ed|ing) the|final guidance|final rule|已经.{0,60}通过|正式印发|联合印发|现予公布|现予发布"
)
_PROPOSAL = re.compile(r"^(?:(?:委员|代表)?(?:提案|建议|议案)):|(?:的建议|的提案|的议案|建议|提案|议案)\"?$|^建议")


@lru_cache(maxsize=512)
def step(side: Side) -> Step:
    """The step that a document is, by its title first and its opening second."""
    title, head = side.folded_title.strip("() "), side.head
    for found, text, pattern in (
        (Step.CHANGE, title, _CHANGE),
        (Step.CHANGE, head, _CHANGING),
        (Step.REPLY, title, _REPLY),
        (Step.PROPOSAL, title, _PROPOSAL),
        (Step.REPLY, head, _REPLY),
        (Step.MEETING, title, _MEETING),
    ):
        if pattern.search(text):
            return found
    return Step.DRAFT if drafted(side) else Step.FINAL


def drafted(side: Side) -> bool:
    """Whether the document is a draft or about one, such as the longer time for its comments."""
    return _is_draft(side, side.folded_title.strip("() "), side.head)


def _is_draft(side: Side, title: str, head: str) -> bool:
    if side.draft is not None:
        return side.draft
    if _DRAFT.search(title):
        return True
    return not _FINAL_OVER_DRAFT.search(head) and bool(_DRAFT.search(head[:400]))
