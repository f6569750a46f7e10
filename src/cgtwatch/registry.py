"""Name to part: the one place where a part named in a table is imported, on first use."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from cgtwatch.errors import ConfigError


def load(table: Mapping[str, str], name: str, *, what: str) -> Any:  # noqa: ANN401 - the part's type is the caller's to know
    """The part that `table` lists under `name` as `module:attribute`; a name with a colon is taken as such an address itself.

    Raises `ConfigError` that lists the known names.
    """
    address = table.get(name, name if ":" in name else "")
    module, _, attribute = address.partition(":")
    if not attribute:
        raise ConfigError([f"{what} {name!r} is not known; known: {', '.join(sorted(table))}"])
    return getattr(import_module(module), attribute)
