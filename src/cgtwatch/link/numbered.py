"""Document numbers in folded text, as keys for telling acts apart; the full reading with spans is the understanding's."""

import re

from cgtwatch.link.wording import fold

_PATTERNS = (
    re.compile(r"([\u3400-\u9fff]{2,10})[〔\[(【]((?:19|20)\d{2})[〕\])】]第?(\d{1,5})号"),
    re.compile(r"(令|公告|通告)?\(?((?:19|20)\d{2})年 ?第 ?(\d{1,4})号"),
    re.compile(r"(令)\(?第(\d{1,4})号|第?(\d{1,4})号(?:国务院)?(令)"),
    re.compile(r"(令和|平成|昭和) ?(\d{1,2}) ?年(法律|政令|厚生労働省令)第 ?(\d{1,4}) ?[号號]"),
    re.compile(r"\b((?:fda|cms|hhs)-\d{4}-[a-z]{1,2}-\d{3,5})\b"),
    re.compile(r"\b(\d{2,3} fr \d{3,6})\b"),
    re.compile(r"\b((?:ema|emea|chmp|cpmp)(?:/[a-z&]+)*/\d{3,7}(?:/\d{2,4})?)\b"),
    re.compile(r"\bregulation \((?:ec|eu)\) (?:no )?(\d{1,4}/\d{2,4})\b"),
)
_PROPOSAL = re.compile(
    r"第? ?([a-z]?\d{2,8}) ?号(?:\([^()]{1,20}\))?\"?(?:建议|提案|议案)|(?:建议|提案"
    r"|议案)\(?第 ?([a-z]?\d{2,8}) ?号|(?:recommendation|proposal) no\.? ?(\d{2,6})"
)
_CODE_START = re.compile(r"^.*(?:根据|依据|按照|印发|关于|落实|转发|通知|公告|和|与|及|的)")


def numbers(folded: str) -> frozenset[str]:
    """The keys of every document number in a folded text."""
    found = set()
    for index, pattern in enumerate(_PATTERNS):
        for match in pattern.finditer(folded):
            parts = [part for part in match.groups() if part]
            if index == 0:
                parts[0] = _CODE_START.sub("", parts[0])
            found.add("-".join(parts))
    return frozenset(found)


def proposals(folded: str) -> frozenset[str]:
    """The numbers of deputies' proposals in a folded text."""
    return frozenset(part for match in _PROPOSAL.finditer(folded) for part in match.groups() if part)


def numbered_apart(a: str, b: str) -> bool:
    """Whether two document numbers of one authority are of one kind and differ: then they stand on two acts."""
    first, second = numbers(fold(a)), numbers(fold(b))
    kinds = [{re.sub(r"\d+", "#", number) for number in found} for found in (first, second)]
    return bool(kinds[0] & kinds[1]) and not first & second
