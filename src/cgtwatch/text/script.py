"""Traditional Chinese characters and their simplified forms, for comparing texts across the two scripts."""

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType


@lru_cache(maxsize=1)
def simplified() -> MappingProxyType[str, str]:
    """Each traditional character that our rules and titles meet, with its simplified form."""
    rows = (line.split("\t") for line in script_table().read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return MappingProxyType({old: row[0] for row in list(rows)[1:] for old in row[1]})


def script_table() -> Traversable:
    """The file behind it: a header, then a simplified character and its traditional forms a line."""
    return files("cgtwatch.text") / "data" / "scripts.tsv"
