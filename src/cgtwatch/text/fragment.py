"""The settings that stand behind the `#` of an address: they are never sent, so secrets may stand there."""

import re
from urllib.parse import unquote

_ENVIRONMENT = "env:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def split_settings(address: str) -> tuple[str, dict[str, str]]:
    """The address without its fragment, and the fragment's `name=value` pairs (separated by `&`, percent-decoded)."""
    bare, _, fragment = address.partition("#")
    pairs = (pair.partition("=") for pair in fragment.split("&") if pair)
    return bare, {name: unquote(value) for name, _, value in pairs}


def environment_name(value: str) -> str | None:
    """The variable that `env:NAME` names; None where the value is meant as it stands."""
    if not value.startswith(_ENVIRONMENT):
        return None
    name = value.removeprefix(_ENVIRONMENT)
    return name if _NAME.fullmatch(name) else None
