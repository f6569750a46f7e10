"""A chat's target taken apart when it is used: the address that is asked, and what stands behind its `#` and is never sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cgtwatch.errors import ConfigError
from cgtwatch.text.fragment import environment_name, split_settings


@dataclass(frozen=True, slots=True)
class Address:
    """Both are passwords, and stay out of the repr."""

    url: str = field(repr=False)
    settings: Mapping[str, str] = field(repr=False)


def address(target: str, secret: Callable[[str], str | None]) -> Address:
    """`target` with every `env:NAME` looked up. Raises `ConfigError` where the environment holds nothing under that name."""
    url, settings = split_settings(target)
    return Address(url, {name: looked_up(value, secret) for name, value in settings.items()})


def looked_up(value: str, secret: Callable[[str], str | None]) -> str:
    """The value, or what the variable that it names holds. Raises `ConfigError`."""
    name = environment_name(value)
    if name is None:
        return value
    found = secret(name)
    if not found:
        raise ConfigError([f"the environment holds no {name}, which this target names; set it and start again"])
    return found
