"""How a title is built: which kind of paper it names, who does what, or whose business it tells."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.errors import ConfigError
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.needed import Expression, Screen
from cgtwatch.understand.tables import Row

ANY, PAYER, PARLIAMENT, FUNDER, COURT, SOCIETY, PLACE, THERAPY, BACKGROUND = "A", "H", "L", "F", "C", "S", "P", "T", "B"
_ROLES = {"": ANY, "payer": PAYER, "parliament": PARLIAMENT, "funder": FUNDER, "court": COURT, "society": SOCIETY}
_CLASSES = {  # always a whole run of letters: to try each of its parts took most of the time
    "{A}": "(?<![AHLFC])[AHLFC]++",
    "{H}": "(?<!H)H++",
    "{L}": "(?<!L)L++",
    "{F}": "(?<!F)F++",
    "{C}": "(?<!C)C++",
    "{S}": "(?<!S)S++",
    "{P}": "(?<![PAHLFC])[PAHLFC]++",
    "{T}": "(?<!T)T++",
    "{_}": "[^。;!?]{0,40}?",
}
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA, _HANGUL = re.compile("[\u3041-\u30f6]"), re.compile("[\uac00-\ud7a3]")
SCRIPTS = ("zh", "en", "ja", "ko", "eu")


@dataclass(frozen=True, slots=True)
class HeadRule:
    """A way in which titles are built, with what it says."""

    script: str
    pattern: Expression
    doc_type: DocType
    stage: Stage | None
    weight: float
    mark: str


class HeadTable:
    """The rules of one script in order of precedence."""

    def __init__(self, rules: Sequence[HeadRule]) -> None:
        self.rules = rules
        self._screen = Screen([rule.pattern for rule in rules])

    def fitting(self, text: str) -> Iterator[HeadRule]:
        """Those that can fit `text`, in their order."""
        return (self.rules[place] for place in self._screen.fitting(text))


@dataclass(frozen=True, slots=True)
class Head:
    """A rule that fits, and the stretch of the document that it fits."""

    start: int
    end: int
    rule: HeadRule


@dataclass(frozen=True, slots=True)
class Heads:
    """What the build of a stretch of text says: for an act, against one, and whether it tells of an act as news."""

    act: Head | None = None
    against: Head | None = None
    told: Head | None = None


def role_letter(role: str) -> str:
    """The letter that stands for an authority of `role` in a folded text. Raises ValueError for an unknown role."""
    if role not in _ROLES:
        raise ValueError(f"role: {role!r} is none of {', '.join(name for name in _ROLES if name)}")
    return _ROLES[role]


def expanded(pattern: str) -> str:
    """A pattern of the tables with the letters of roles written out."""
    for letter, group in _CLASSES.items():
        pattern = pattern.replace(letter, group)
    return pattern


def read_heads(rows: Iterable[Row], simplified: Mapping[str, str], *, trusted: bool = False) -> Mapping[str, HeadTable]:
    """The rules of the table by script, their characters `simplified` as those of folded texts are.

    Raises ConfigError for unknown words and, unless the table is `trusted`, for patterns that do not compile: to compile all of
    them costs as much as the rest of loading.
    """
    rules: list[HeadRule] = []
    problems: list[str] = []
    table = str.maketrans(dict(simplified))
    for row in rows:
        pattern = expanded(row["pattern"].translate(table))
        try:
            if row["script"] not in SCRIPTS:
                raise ValueError(f"script: {row['script']!r} is none of {', '.join(SCRIPTS)}")
            stage = Stage(row["stage"]) if row["stage"] else None
            expression = Expression(pattern)
            if not trusted:
                _ = expression.compiled
            rules.append(HeadRule(row["script"], expression, DocType(row["doc_type"]), stage, row.number("weight"), row["mark"]))
        except (ValueError, re.error) as error:
            problems.append(f"{row.where}: {error}")
    if problems:
        raise ConfigError(problems)
    return {script: HeadTable([rule for rule in rules if rule.script == script]) for script in SCRIPTS}


def find_heads(text: str, at: int, tables: Mapping[str, HeadTable], language: str) -> Heads:
    """The first rule of each kind that fits `text`, a folded and masked stretch that begins at `at`."""
    first: dict[str, Head] = {}
    for script in scripts(text, language):
        for rule in tables[script].fitting(text):
            kind = "act" if rule.weight > 0 else "against" if rule.weight < 0 else "told"
            if kind in first:
                continue
            found = rule.pattern.compiled.search(text)
            if found and found.end() > found.start():
                first[kind] = Head(at + found.start(), at + found.end(), rule)
    return Heads(**first)


def scripts(text: str, language: str) -> tuple[str, ...]:
    """The tables to ask: by what is written, as news in English of a Chinese page is marked zh too."""
    if language == "ja" or _KANA.search(text):
        return ("ja",)
    if _HANGUL.search(text):
        return ("ko",)
    if _HAN.search(text):
        return ("zh",)
    return ("en",) if language in ("en", "zh") else ("eu", "en")
