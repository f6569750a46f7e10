"""One function a kind of value in sources.yaml: the node in, the value out, `WrongError` with what is wrong and the mend."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from cgtwatch.config.addresses import address_problem
from cgtwatch.config.ledger import Check, Spot, WrongError
from cgtwatch.config.places import jurisdiction_problem
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Node, Scalar, Seq, is_nothing, is_number, truth, what
from cgtwatch.config.units import parse_duration, parse_size, show_duration
from cgtwatch.text.charset import is_known
from cgtwatch.text.patterns import pattern_problem

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 64  # characters


def text(node: Node, spot: Spot) -> str:  # noqa: ARG001 - every check has one shape
    """A text of one line that is not empty."""
    if not isinstance(node, Scalar) or (node.plain and (is_nothing(node) or is_number(node) or truth(node) is not None)):
        raise WrongError(f"is {what(node)}, a text is expected; put quotes around it")
    found = node.text.strip()
    if not found or not node.text.isprintable():
        raise WrongError("is empty or holds a line break; write one line of text")
    return found


def word(node: Node, spot: Spot) -> str:
    """A code, also where YAML takes it for a truth or number: `NO` is Norway."""
    return node.text if isinstance(node, Scalar) and truth(node) is not None else text(node, spot)


def flag(node: Node, spot: Spot) -> bool:  # noqa: ARG001
    """true or false."""
    value = truth(node)
    if value is None:
        raise WrongError(f"is {what(node)}; write true or false without quotes")
    return value


def count(least: int, most: int) -> Check:
    """A check for a whole number in bounds."""

    def check(node: Node, spot: Spot) -> int:  # noqa: ARG001
        sign = node.text if isinstance(node, Scalar) and node.plain else ""
        if not re.fullmatch(r"\d{1,9}", sign) or not least <= int(sign) <= most:
            raise WrongError(f"{_said(node)} is no whole number from {least} to {most}; write one")
        return int(sign)

    return check


def one_of(words: Iterable[str]) -> Check:
    """A check for one of a few words."""
    known = tuple(words)

    def check(node: Node, spot: Spot) -> str:
        found = word(node, spot)
        if found not in known:
            raise WrongError(f"{found!r} is not known{did_you_mean(found, known)}; write {', '.join(known[:-1])} or {known[-1]}")
        return found

    return check


def duration(least: timedelta, most: timedelta) -> Check:
    """A check for a duration in bounds."""

    def check(node: Node, spot: Spot) -> timedelta:  # noqa: ARG001
        value = parse_duration(node.text) if isinstance(node, Scalar) else None
        if value is None:
            raise WrongError(f"{_said(node)} is no duration; write a number with a unit, as in 30s, 15m, 6h or 1d")
        if not least <= value <= most:
            raise WrongError(f"{_said(node)} is out of bounds; write {show_duration(least)} to {show_duration(most)}")
        return value

    return check


def size(least: int, most: int) -> Check:
    """A check for a number of bytes in bounds."""

    def check(node: Node, spot: Spot) -> int:  # noqa: ARG001
        value = parse_size(node.text) if isinstance(node, Scalar) else None
        if value is None or not least <= value <= most:
            raise WrongError(f"{_said(node)} is no size from {least} bytes to {most >> 20} MiB; write 8MiB or 20MB")
        return value

    return check


def each(check: Check) -> Check:
    """A check for a list of values, or a single one; the mistakes of each are noted."""

    def check_all(node: Node, spot: Spot) -> tuple[object, ...]:
        found = []
        for number, one in enumerate(node.items if isinstance(node, Seq) else [node], 1):
            try:
                found.append(check(one, spot))
            except WrongError as error:
                spot._replace(field=f"{spot.field}[{number}]").wrong(one.line, str(error))
        return tuple(found)

    return check_all


def slug(node: Node, spot: Spot) -> str:
    """An id of a source: it stands in addresses, file names and logs."""
    if isinstance(node, Scalar) and is_number(node):
        raise WrongError(f"{node.text} is a number; put letters into it, such as cn-{node.text}")
    found = text(node, spot)
    if len(found) > _LONGEST_ID or not _SLUG.fullmatch(found):
        mend = re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-")[:_LONGEST_ID].strip("-") or "cn-cde-drafts"
        raise WrongError(
            f"{shown(found)} is no id of small letters, digits and single hyphens, at most {_LONGEST_ID}; write {mend}"
        )
    return found


def hint(node: Node, spot: Spot) -> str:
    """The id of a source, or the beginning of several and a star."""
    found = text(node, spot)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(-?\*)?", found):
        raise WrongError(f"{shown(found)} is no id; write ids of sources, or a beginning and a star such as cn-nmpa-*")
    return found


def url(node: Node, spot: Spot) -> str:
    """An http or https address."""
    found = text(node, spot)
    if problem := address_problem(found):
        raise WrongError(f"{shown(without_user(found))} {problem}")
    return found


def expression(node: Node, spot: Spot) -> str:
    """A selector expression that compiles and cannot run away."""
    found = text(node, spot)
    if (problem := _expression_problem(found, spot)) is not None:
        said = problem if ";" in problem else f"{problem}; write CSS, or CSS@attribute"
        raise WrongError(said if said.startswith(shown(found)) else f"{shown(found)}: {said}")
    return found


def jmespath(node: Node, spot: Spot) -> str:
    """A JMESPath expression that compiles, as far as there is somebody to ask."""
    found = text(node, spot)
    if problem := jmespath_problem(found, spot):
        raise WrongError(f"{shown(found)}: {problem}")
    return found


def jmespath_problem(found: str, spot: Spot) -> str | None:
    """What is wrong with a JMESPath expression, with the mend; looked up once a file."""
    check, checked = spot.ledger.known.check_jmespath, spot.ledger.queries
    if check is None:
        return None
    if found not in checked:
        problem = check(found)
        checked[found] = problem if problem is None or ";" in problem else f"{problem}; write JMESPath, as in data.records"
    return checked[found]


def pattern(node: Node, spot: Spot) -> str:
    """A regular expression that compiles and cannot run away."""
    found = text(node, spot)
    if problem := pattern_problem(found):
        raise WrongError(f"{shown(found)}: {problem}")
    return found


def named_pattern(names: tuple[str, ...], needed: tuple[str, ...]) -> Check:
    """A check for a pattern with groups of these names, at least one of those `needed`."""

    def check(node: Node, spot: Spot) -> str:
        found = pattern(node, spot)
        groups = re.compile(found).groupindex
        for name in groups:
            if name not in names:
                raise WrongError(f"{shown(found)}: unknown group {name!r}{did_you_mean(name, names)}; known: {', '.join(names)}")
        if not groups.keys() & set(needed):
            mend = " or ".join(f"(?P<{name}>…)" for name in needed)
            raise WrongError(f"{shown(found)} finds no {' or '.join(needed)}; write {mend} around it")
        return found

    return check


def date_format(node: Node, spot: Spot) -> str:
    """A format of strptime."""
    found = text(node, spot)
    if not re.search(r"%[a-zA-Z]", found):
        raise WrongError(f"{shown(found)} holds no %; write %Y-%m-%d for 2026-07-08")
    try:
        datetime.strptime("", found)  # noqa: DTZ007 - only the format is tried
    except ValueError as error:
        if "directive" in str(error) or "stray" in str(error) or "ISO" in str(error):
            raise WrongError(f"{shown(found)}: {error}; write %Y-%m-%d for 2026-07-08") from None
    except re.error:
        raise WrongError(f"{shown(found)} repeats a part; write each of %Y %m %d once") from None
    return found


def timezone(node: Node, spot: Spot) -> str:
    """A zone of the IANA data base."""
    found = text(node, spot)
    if not _zone_exists(found):
        raise WrongError(f"{shown(found)} is no time zone{_zone_near(found)}; write a name such as Asia/Shanghai or UTC")
    return found


def encoding(node: Node, spot: Spot) -> str:
    """A charset that pages can be decoded with."""
    found = text(node, spot)
    if is_known(found):
        return found
    known = ("utf-8", "gb18030", "gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1252", "iso-8859-1")
    raise WrongError(f"{shown(found)} is no charset{did_you_mean(found, known)}; write {', '.join(known[:4])} …")


def issuer(node: Node, spot: Spot) -> str:
    """An id of the issuer register, or `other:name`."""
    found = text(node, spot)
    if found in spot.ledger.known.issuers or re.fullmatch(r"other:[a-z0-9]+(_[a-z0-9]+)*", found):
        return found
    raise WrongError(f"{shown(found)} is no issuer{did_you_mean(found, spot.ledger.known.issuers)}; write its id, or other:name")


def jurisdiction(node: Node, spot: Spot) -> str:
    """A place."""
    found = word(node, spot)
    if problem := jurisdiction_problem(found):
        raise WrongError(problem)
    return found


def language(node: Node, spot: Spot) -> str | None:
    """A language tag (RFC 5646, its plain form); `both` leaves it to each document."""
    found = word(node, spot)
    if found == "both":
        return None
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", found):
        raise WrongError(f"{shown(found)} is no language; write zh, en, ja, ko …, or both")
    return found


def beside(node: Node, spot: Spot) -> Path:
    """A path, relative to the folder of the sources file."""
    found = text(node, spot)
    if "\0" in found:
        raise WrongError("holds a NUL character; write a path")
    return spot.ledger.folder / found


def _said(node: Node) -> str:
    return shown(node.text) if isinstance(node, Scalar) else what(node)


def without_user(address: str) -> str:
    """The address as it may be shown: what stands before an @ may be a password."""
    return re.sub(r"//[^/@]*@", "//…@", address)


def _expression_problem(found: str, spot: Spot) -> str | None:
    """What is wrong with an expression; looked up once a file, since a thousand sources share a handful of selectors."""
    checked = spot.ledger.expressions
    if found not in checked:
        checked[found] = spot.ledger.known.check_selector(found)
    return checked[found]


@lru_cache(maxsize=1024)
def _zone_exists(name: str) -> bool:
    try:
        return re.fullmatch(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*", name) is not None and ZoneInfo(name).key == name
    except (ValueError, OSError, LookupError):
        return False


def _zone_near(name: str) -> str:
    return did_you_mean(name, available_timezones())
