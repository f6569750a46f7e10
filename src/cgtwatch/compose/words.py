"""How things are called in the reader's language; the tables are `data/zh.json` and `data/en.json`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from cgtwatch.model.source import Names
from cgtwatch.text.clean import one_line


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language."""

    language: str
    tables: Mapping[str, Any]

    def name(self, table: str, code: str | None) -> str:
        """What `code` is called in `table`; a code that the table does not know is its own name."""
        return str(self.tables[table].get(str(code), code)) if code else ""

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its gaps filled. Values are filled in as they are and never read as a pattern."""
        return str(self.tables["phrases"][phrase]).format_map(values)

    def count(self, phrase: str, n: int, **values: object) -> str:
        """A phrase that depends on a number: none, one, many."""
        forms = self.tables["phrases"][phrase]
        form = "zero" if n == 0 and "zero" in forms else "one" if n == 1 else "many"
        return str(forms[form]).format_map({"n": n, **values})

    def day(self, day: date | None) -> str:
        """A day as the reader writes it; empty for None."""
        if day is None:
            return ""
        return self.say("date", year=day.year, month=self.tables["months"][day.month - 1], day=day.day)

    def days_left(self, deadline: date, today: date) -> str:
        """How long until a deadline, which is itself still open."""
        left = (deadline - today).days
        return self.count("days_left", left) if left >= 0 else self.say("closed")

    def place(self, code: str | None) -> str:
        """A jurisdiction; a subdivision that is not in the table is named by its country and code."""
        if not code or code in self.tables["places"]:
            return self.name("places", code)
        return self.name("places", code.partition("-")[0]) + (f" ({code})" if "-" in code else "")

    def place_rank(self, code: str | None) -> int:
        """Order of places: China, its provinces, international bodies, then other countries; unknown ones last."""
        order = list(self.tables["places"])
        return order.index(code) if code in order else len(order) + (code is None)

    def pick(self, names: Names | None, otherwise: str) -> str:
        """The name in this language; where there is none, `otherwise`."""
        return one_line((names.zh if self.language == "zh" else names.en) if names else otherwise, 200) or otherwise

    def issuers(self, ids: Iterable[str], names: Mapping[str, Names]) -> str:
        """Issuers by name, joined."""
        return self.say("comma").join(self.pick(names.get(each), _bare(each)) for each in ids)


def _bare(issuer: str) -> str:
    """An issuer that has no name in the register: `other:pudong_gov` reads `pudong gov`."""
    return issuer.removeprefix("other:").replace("_", " ") if issuer.startswith("other:") else issuer.upper()


@cache
def words(language: str) -> Words:
    """The wording for `language`: Chinese for `zh…`, English for anything else."""
    known = "zh" if language.lower().startswith("zh") else "en"
    return Words(known, json.loads(files("cgtwatch.compose").joinpath("data", f"{known}.json").read_text("utf-8")))
