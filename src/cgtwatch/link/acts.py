"""Acts that are told by short names or in other languages than their own: a table of them, found in titles and texts."""

import re
from functools import lru_cache
from importlib.resources import files

from cgtwatch.link.wording import core, fold

# A title that tells of the act itself, and not only of something under it or about it.
_ITSELF = re.compile(
    r"成立|公布|施行|颁布|通过|出台|发布|签署|印发|\b(?:pass(?:es|ed)|enact\w*|promulgat\w*|sign(?:s|ed)|publish\w*|issue[sd]?|unveil\w*|release[sd]?"
    r"|rolls? out|takes? effect|adopt(?:s|ed)|approve[sd]|comes? into (?:force|effect))\b|통과|공포|시행"
)


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
    """For each script the short names that hold in it, as a pattern, with the core of the full name."""
    rows = [
        line.split("\t")
        for line in (files("cgtwatch.link") / "data" / "acts.tsv").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "name\t"))
    ]
    return {
        script: tuple((_pattern(row), core(row[0])) for row in rows if len(row) < 3 or row[2] == script)
        for script in ("han", "kana", "hangul", "latin")
    }


def _pattern(row: list[str]) -> re.Pattern[str]:
    names = sorted({fold(name) for name in (row[0], *row[1].split(" | "))}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() else re.escape(name) for name in names))


def acts_in(folded: str, script: str) -> tuple[str, ...]:
    """The cores of the full names of the acts that a folded text in a script names in whatever way; of two at one place the longer."""
    found: dict[str, tuple[int, int]] = {}
    for pattern, name in _table()[script]:
        for match in pattern.finditer(folded):
            if match.end() - match.start() > (found[name][1] - found[name][0] if name in found else 0):
                found[name] = match.span()
    inside = {
        name
        for name, (start, end) in found.items()
        for other, (first, last) in found.items()
        if other != name and first <= start and end <= last and last - first > end - start
    }
    return tuple(name for name in found if name not in inside)


def tells_of_itself(folded_title: str) -> bool:
    """Whether a title says that the act it names was passed, published or put in force."""
    return bool(_ITSELF.search(folded_title))
