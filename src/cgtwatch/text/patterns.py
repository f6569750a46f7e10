"""Whether a regular expression can take exponential time on a text that does not fit."""

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined] # the parser that `re` itself uses; there is no public one
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

_LONGEST = 500  # characters
_UNBOUNDED = 30  # repeats from here on count as without end
_SAMPLE = frozenset(map(chr, range(9, 127))) | frozenset("é中年０ \u3000")
_REPEATS = frozenset({sre.MAX_REPEAT, sre.MIN_REPEAT})
_NEVER_BACK = frozenset({sre.ATOMIC_GROUP, sre.POSSESSIVE_REPEAT, sre.ASSERT, sre.ASSERT_NOT})
Part = Any  # the nested lists of the parser, which has no types


@lru_cache(maxsize=4096)
def pattern_problem(pattern: str) -> str | None:
    """What is wrong with `pattern`, with the mend; None for a pattern that compiles and cannot run away.

    Refused are repeats inside a repeat, and alternatives inside a repeat, that can share out the same characters in more than one
    way: `(a+)+`, `(.*,?)*`, `(a|a)*`. Atomic and possessive forms never backtrack and pass.
    """
    if len(pattern) > _LONGEST:
        return f"the pattern is longer than {_LONGEST} characters; write a shorter one"
    try:
        tree = sre_parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"the pattern does not compile ({error}); mend it, or put a backslash before a sign that means itself"
    if any(_runs_away(body) or _forks(body) for body in _endless(tree)):
        return "the pattern can take for ever (a repeat inside a repeat); write what separates the parts, as in (\\d+,)*"
    return None


def _endless(tree: Part) -> list[Part]:
    """The bodies of all unbounded repeats, at any depth."""
    found = []
    for op, argument in tree:
        if op in _REPEATS and argument[1] >= _UNBOUNDED:
            found.append(argument[2])
        for inner in _inside(op, argument):
            found += _endless(inner)
    return found


def _inside(op: Part, argument: Part) -> list[Part]:
    """The parts of one operation that are patterns themselves."""
    if op in _REPEATS or op is sre.POSSESSIVE_REPEAT:
        return [argument[2]]
    if op is sre.SUBPATTERN:
        return [argument[3]]
    if op is sre.BRANCH:
        return list(argument[1])
    if op is sre.ATOMIC_GROUP:
        return [argument]
    if op in {sre.ASSERT, sre.ASSERT_NOT}:
        return [argument[1]]
    return [part for part in argument[1:] if part] if op is sre.GROUPREF_EXISTS else []


def _runs_away(body: Part) -> bool:
    """Whether a repeated `body` can match the same characters in two ways."""
    for position, (op, argument) in enumerate(body):
        if op in _NEVER_BACK:
            continue
        parts = (
            [argument[2]] if op in _REPEATS and argument[1] >= _UNBOUNDED else [p for p in _inside(op, argument) if _runs_away(p)]
        )
        if any(not _separated(body, position, _letters(part)) for part in parts):
            return True
    return False


def _forks(body: Part) -> bool:
    """Whether a repeated `body` holds, at any depth, alternatives that can begin alike: two ways each time round."""
    for op, argument in body:
        if op in _NEVER_BACK:
            continue
        if (op is sre.BRANCH and _overlap(argument[1])) or any(_forks(part) for part in _inside(op, argument)):
            return True
    return False


def _separated(body: Part, position: int, letters: frozenset[str]) -> bool:
    """Whether something beside the part at `position` must be matched, and by none of its letters."""
    others = (part for n, part in enumerate(body) if n != position)
    return any(_must(part) and not (_letters([part]) & letters) and _letters([part]) for part in others)


def _must(part: Part) -> bool:
    op, argument = part
    if op in _REPEATS:
        return bool(argument[0] > 0)
    return op is not sre.AT and op is not sre.BRANCH and op not in {sre.ASSERT, sre.ASSERT_NOT}


def _overlap(branches: Part) -> bool:
    """Whether two alternatives can begin with the same letter, or one of them with nothing."""
    taken: frozenset[str] = frozenset()
    for branch in branches:
        first = _letters([branch[0]]) if len(branch) else _SAMPLE
        if first & taken:
            return True
        taken |= first
    return False


def _letters(part: Part) -> frozenset[str]:
    """The letters of the sample that `part` can consume anywhere; unknown operations count as all of them."""
    found: frozenset[str] = frozenset()
    for op, argument in part:
        inner = _inside(op, argument)
        if op is sre.AT:
            continue
        if inner:
            found = found.union(*(_letters(one) for one in inner))
        else:
            found |= _single(op, argument)
    return found


def _single(op: Part, argument: Part) -> frozenset[str]:
    if op is sre.LITERAL:
        return frozenset({chr(argument)})
    if op is sre.NOT_LITERAL:
        return _SAMPLE - {chr(argument)}
    if op is sre.RANGE:
        return frozenset(c for c in _SAMPLE if argument[0] <= ord(c) <= argument[1])
    if op is sre.CATEGORY:
        return frozenset(c for c in _SAMPLE if re.match(_CATEGORIES[str(argument)], c))
    if op is sre.IN:
        union: frozenset[str] = frozenset().union(*(_single(*one) for one in argument if one[0] is not sre.NEGATE))
        return _SAMPLE - union if argument[0][0] is sre.NEGATE else union
    return _SAMPLE


_CATEGORIES = {
    f"CATEGORY_{name}": sign
    for name, sign in (
        ("DIGIT", r"\d"),
        ("NOT_DIGIT", r"\D"),
        ("SPACE", r"\s"),
        ("NOT_SPACE", r"\S"),
        ("WORD", r"\w"),
        ("NOT_WORD", r"\W"),
    )
}
