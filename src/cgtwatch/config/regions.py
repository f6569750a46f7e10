"""Below which heading of sources.yaml a new source belongs: where most others of its place stand."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

# A comment that is drawn as a heading: `# ---- Japan ----`, `## Japan`, `# === Japan`.
_HEADING = re.compile(r"^[ \t]*#[ \t]*([-=*#─—~])\1+[ \t]*\S.*$", re.MULTILINE)
_MIXED = 3  # places below one heading that make it one for "others"
Row = tuple[int, int, Mapping[str, str]]  # start and end of a source, its jurisdiction and via


class _Group(NamedTuple):
    """The sources below one heading, by their numbers."""

    rows: tuple[int, ...]
    places: Counter[str]
    vias: Counter[str]

    def share(self, count: int) -> float:
        """The part of the rows that so many are."""
        return count / len(self.rows)


def heading_for(text: str, rows: Sequence[Row], new: Mapping[str, str]) -> int:
    """The number of the row (from 0) behind which a source of this `jurisdiction` and `via` belongs.

    That is the last row below the heading where most rows are of the same place; among several, where most are also fetched the
    same way; else below a heading of mixed places of its kind; else the last row of the file.
    """
    place, via = new["jurisdiction"], new["via"] or "http"
    groups = _groups(text, rows) if place else []
    alike = [group for group in groups if group.places[place] * 2 > len(group.rows)]
    mixed = [group for group in groups if len(group.places) >= _MIXED and _same_sort(group.places, place)]
    held = [group for group in groups if group.places[place]]
    for among in (alike, [group for group in mixed if group.places[place]], mixed, held):
        if among:
            return max(among, key=lambda group: (group.share(group.places[place]), group.share(group.vias[via]))).rows[-1]
    return len(rows) - 1


def _groups(text: str, rows: Sequence[Row]) -> list[_Group]:
    """The rows by the heading above them; those above the first heading are in none."""
    ends = [end for _, end, _ in rows]
    starts = [0, *ends[:-1]]
    begins = [
        number for number, (row, before) in enumerate(zip(rows, starts, strict=True)) if _HEADING.search(text, before, row[0])
    ]
    groups = []
    for first, after in pairwise([*begins, len(rows)]):
        inside = range(first, after)
        places = Counter(rows[number][2]["jurisdiction"] for number in inside)
        groups.append(_Group(tuple(inside), places, Counter(rows[number][2]["via"] or "http" for number in inside)))
    return groups


def _same_sort(places: Counter[str], place: str) -> bool:
    """Whether all are countries where `place` is one, or parts of the country that it is a part of."""
    country, dash, _ = place.partition("-")
    return all(one.partition("-")[1] == dash and (not dash or one.partition("-")[0] == country) for one in places)
