"""How far an act has come, by the words of its title and first sentence: in force, amended, repealed, out for comment."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.errors import ConfigError
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.heads import SCRIPTS, expanded, scripts
from cgtwatch.understand.needed import Expression, Screen
from cgtwatch.understand.tables import Row

_ZONES = ("title", "opening")  # "opening" is the title and the first sentence


@dataclass(frozen=True, slots=True)
class StepRule:
    """A way to say how far an act has come; `kinds` are those that it can be said of."""

    script: str
    zone: str
    pattern: Expression
    stage: Stage
    kinds: frozenset[DocType]


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that fits, and the stretch of the document that it fits."""

    start: int
    end: int
    rule: StepRule


class StepTable:
    """The rules of one script."""

    def __init__(self, rules: Sequence[StepRule]) -> None:
        self._rules = rules
        self._screen = Screen([rule.pattern for rule in rules])

    def find(self, text: str, at: int, zone: str) -> list[Step]:
        """Where the rules fit `text`, a folded stretch of `zone` that begins at `at`."""
        steps: list[Step] = []
        for place in self._screen.fitting(text):
            rule = self._rules[place]
            if zone == "opening" and rule.zone == "title":
                continue
            found = rule.pattern.compiled.search(text)
            if found and found.end() > found.start():
                steps.append(Step(at + found.start(), at + found.end(), rule))
        return steps


def read_steps(rows: Iterable[Row], simplified: Mapping[str, str], *, trusted: bool = False) -> Mapping[str, StepTable]:
    """The rules of the table by script, as `read_heads` reads those of titles. Raises ConfigError for unknown words and patterns."""
    rules: list[StepRule] = []
    problems: list[str] = []
    table = str.maketrans(dict(simplified))
    for row in rows:
        try:
            for column, known in (("script", SCRIPTS), ("zone", _ZONES)):
                if row[column] not in known:
                    raise ValueError(f"{column}: {row[column]!r} is none of {', '.join(known)}")
            expression = Expression(expanded(row["pattern"].translate(table)))
            if not trusted:
                _ = expression.compiled
            kinds = frozenset(DocType(kind) for kind in row.names("kinds"))
            rules.append(StepRule(row["script"], row["zone"], expression, Stage(row["stage"]), kinds))
        except (ValueError, re.error) as error:
            problems.append(f"{row.where}: {error}")
    if problems:
        raise ConfigError(problems)
    return {script: StepTable([rule for rule in rules if rule.script == script]) for script in SCRIPTS}


def find_steps(text: str, at: int, tables: Mapping[str, StepTable], language: str, zone: str) -> tuple[Step, ...]:
    """What `text`, a folded and masked stretch that begins at `at`, says of how far an act has come."""
    return tuple(step for script in scripts(text, language) for step in tables[script].find(text, at, zone))
