"""How a title is built: which kind of paper it names, who does what, or whose business it tells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.errors import ConfigError
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.tables import Row

ANY, PAYER, PARLIAMENT, FUNDER, COURT, PLACE, THERAPY, BACKGROUND = "A", "H", "L", "F", "C", "P", "T", "B"
_ROLES = {"": ANY, "payer": PAYER, "parliament": PARLIAMENT, "funder": FUNDER, "court": COURT}
_CLASSES = {
    "{A}": "[AHLFC]+",
    "{H}": "H+",
    "{L}": "L+",
    "{F}": "F+",
    "{C}": "C+",
    "{P}": "[PAHLFC]+",
    "{T}": "T+",
    "{_}": "[^。;!?]{0,40}?",
}
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA, _HANGUL = re.compile("[\u3041-\u30f6]"), re.compile("[\uac00-\ud7a3]")
_SCRIPTS = ("zh", "en", "ja", "ko", "eu")


@dataclass(frozen=True, slots=True)
class HeadRule:
    """A way in which titles are built, with what it says."""

    script: str
    pattern: re.Pattern[str]
    doc_type: DocType
    stage: Stage | None
    weight: float
    mark: str


@dataclass(frozen=True, slots=True)
class Head:
    """A rule that fits, and the stretch of the document that it fits."""

    start: int
    end: int
    rule: HeadRule


@dataclass(frozen=True, slots=True)
class Heads:
    """What the build of a stretch of text says: for an act, and against one."""

    act: Head | None = None
    against: Head | None = None


def role_letter(role: str) -> str:
    """The letter that stands for an authority of `role` in a folded text. Raises ValueError for an unknown role."""
    if role not in _ROLES:
        raise ValueError(f"role: {role!r} is none of {', '.join(name for name in _ROLES if name)}")
    return _ROLES[role]


def read_heads(rows: Iterable[Row], simplified: Mapping[str, str]) -> tuple[HeadRule, ...]:
    """The rules of the table in their order, their characters `simplified` as those of folded texts are.

    Raises ConfigError for unknown words and patterns that do not compile.
    """
    rules: list[HeadRule] = []
    problems: list[str] = []
    table = str.maketrans(dict(simplified))
    for row in rows:
        pattern = row["pattern"].translate(table)
        for letter, group in _CLASSES.items():
            pattern = pattern.replace(letter, group)
        try:
            if row["script"] not in _SCRIPTS:
                raise ValueError(f"script: {row['script']!r} is none of {', '.join(_SCRIPTS)}")
            stage = Stage(row["stage"]) if row["stage"] else None
            compiled = re.compile(pattern)
            rules.append(HeadRule(row["script"], compiled, DocType(row["doc_type"]), stage, row.number("weight"), row["mark"]))
        except (ValueError, re.error) as error:
            problems.append(f"{row.where}: {error}")
    if problems:
        raise ConfigError(problems)
    return tuple(rules)


def find_heads(text: str, at: int, rules: Mapping[str, Sequence[HeadRule]], language: str) -> Heads:
    """The first rule for and the first against that fit `text`, a folded and masked stretch that begins at `at`."""
    act = against = None
    for script in _scripts(text, language):
        for rule in rules.get(script, ()):
            if (rule.weight > 0 and act) or (rule.weight < 0 and against):
                continue
            found = rule.pattern.search(text)
            if found and found.end() > found.start():
                head = Head(at + found.start(), at + found.end(), rule)
                act, against = (head, against) if rule.weight > 0 else (act, head)
    return Heads(act, against)


def _scripts(text: str, language: str) -> tuple[str, ...]:
    """The tables to ask: by what is written, as news in English of a Chinese page is marked zh too."""
    if language == "ja" or _KANA.search(text):
        return ("ja",)
    if _HANGUL.search(text):
        return ("ko",)
    if _HAN.search(text):
        return ("zh",)
    return ("en",) if language in ("en", "zh") else ("eu", "en")
