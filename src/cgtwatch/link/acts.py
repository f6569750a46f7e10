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
def _table() -> dict[str, tuple[tuple[str, str], ...]]:
    """For each script the names that hold in it, longest first, each with the core of the full name."""
    rows = [
        line.split("\t")
        for line in (files("cgtwatch.link") / "data" / "acts.tsv").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "name\t"))
    ]
    scripts = ("han", "kana", "hangul", "latin")
    table: dict[str, dict[str, str]] = {script: {} for script in scripts}
    for full, short, *only in rows:
        for script in only or scripts:
            table[script] |= {fold(name): core(full) for name in (full, *short.split(" | "))}
    return {script: tuple(sorted(names.items(), key=lambda each: -len(each[0]))) for script, names in table.items()}


def acts_in(folded: str, script: str) -> tuple[str, ...]:
    """The cores of the full names of the acts that a folded text in a script names in whatever way; of two at one place the longer."""
    found: dict[str, None] = {}
    for name, full in _table()[script]:
        if name in folded:
            found[full] = None
            folded = folded.replace(name, "\n")
    return tuple(found)


def tells_of_itself(folded_title: str) -> bool:
    """Whether a title says that the act it names was passed, published or put in force."""
    return bool(_ITSELF.search(folded_title))
