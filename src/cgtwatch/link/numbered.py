"""Document numbers as keys for telling acts apart, in the canonical form of `text.numbers`, whatever the language they are told in."""

import re

from cgtwatch.link.wording import fold
from cgtwatch.text.numbers import canonical, find

_PROPOSAL = re.compile(
    r"第? ?([a-z]?\d{2,8}) ?号(?:\([^()]{1,20}\))?\"?(?:建议|提案|议案)|(?:建议|提案"
    r"|议案)\(?第 ?([a-z]?\d{2,8}) ?号|(?:recommendation|proposal) no\.? ?(\d{2,6})"
)
_OF_PROPOSAL = re.compile(r"^第.*号(?:建议|提案|议案)$")
_ORDER = re.compile(r"^.*令第(\d+)号$")
# How English reports tell Chinese numbers: State Council Order No. 818, Announcement No. 14 of 2021, (2021 No. 14).
_ORDER_EN = re.compile(r"\b(?:Order|Decree)\s+(?:of the State Council\s+)?\(?No\.?\s?(\d{1,4})\b", re.IGNORECASE)
_YEARLY_EN = re.compile(
    r"\b(?:Announcement|Notice|Circular|Bulletin)\s+\(?No\.?\s?(\d{1,3})(?:\s+of\s+|,\s?|\s?\[|\s?\()((?:19|20)\d{2})\b"
    r"|\b((?:19|20)\d{2}),?\s+No\.\s?(\d{1,3})\b"
)
# Counted by every body on its own, or shared by the steps of a procedure: they tell an act only with its authority.
_SHARED = re.compile(r"\d{4}年第\d+号|令第\d+号|(?:BLA|RIN) .*|EU/\d/.*|NICE ID\d+")
# Laws are named far more often than they are issued.
LAWS = re.compile(r"REGULATION|DIRECTIVE|PL |SI |LOI|D[EÉ]CRET|ORDONNANCE|ARR|REAL ?DECRETO|LEY|ORDEN|SOR/")


def numbers(text: str) -> frozenset[str]:
    """The keys of every document number in a text as printed."""
    return frozenset(key for _, key in spotted(text))


def spotted(text: str) -> list[tuple[int, str]]:
    """The same, each with the place at which it begins."""
    found = [
        (each.span.start, _ORDER.sub(r"令第\1号", each.canonical))
        for each in find(text)
        if not _OF_PROPOSAL.match(each.canonical)
    ]
    if "No" in text or "NO" in text:
        found += [(match.start(), f"令第{match[1]}号") for match in _ORDER_EN.finditer(text)]
        yearly = _YEARLY_EN.finditer(text)
        found += [(match.start(), f"{match[2] or match[3]}年第{int(match[1] or match[4])}号") for match in yearly]
    return found


def proposals(folded: str) -> frozenset[str]:
    """The numbers of deputies' proposals in a folded text."""
    return frozenset(part.lstrip("0") for match in _PROPOSAL.finditer(folded) for part in match.groups() if part)


def telling(number: str) -> bool:
    """Whether a number names one act without its authority."""
    return not _SHARED.fullmatch(number)


def kinds(found: frozenset[str]) -> frozenset[str]:
    """The ways of counting that telling numbers belong to."""
    return frozenset(re.sub(r"\d+", "#", number) for number in found if telling(number))


def numbered_apart(a: str, b: str) -> bool:
    """Whether two document numbers of one authority are of one kind and differ: then they stand on two acts."""
    first, second = _keys(a), _keys(b)
    ways = [{re.sub(r"\d+", "#", number) for number in found} for found in (first, second)]
    return bool(ways[0] & ways[1]) and not first & second


def _keys(number: str) -> frozenset[str]:
    return numbers(number) or frozenset(filter(None, (canonical(fold(number)),)))
