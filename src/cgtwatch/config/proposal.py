"""A proposed source to the entry that stands in sources.yaml."""

from collections.abc import Mapping
from typing import Any

import yaml

from cgtwatch.config.tree import Scalar, is_nothing, is_number, truth

_WIDTH = 1_000_000  # characters: a value stays on its line


class _Entry(yaml.SafeDumper):
    """Block style for the source, flow style for the mappings inside it, as the shipped file is written."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - the parent's shape
        """Two equal values are written twice: what is edited later must stand where it is used."""
        return True


def _mapping(dumper: yaml.SafeDumper, value: Mapping[str, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style="id" not in value)


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=not any(_is_source(one) for one in value))


def _is_source(value: object) -> bool:
    return isinstance(value, dict) and "id" in value


_Entry.add_representer(dict, _mapping)
_Entry.add_representer(list, _list)


def entry(values: Mapping[str, Any]) -> str:
    """The entry of a source with these keys, indented for the list under `sources:`; keys without a value are left out."""
    kept = {key: value for key, value in values.items() if value not in (None, {}, "")}
    text = yaml.dump([kept], Dumper=_Entry, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return "".join(f"  {line}\n" for line in text.split("\n")[:-1])


def flow(value: Any) -> str:  # noqa: ANN401 - a value of YAML
    """The value on one line, as it may stand in brackets and in blocks alike."""
    text = yaml.dump([value], Dumper=_Flow, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=True)
    return text.strip().removeprefix("[").removesuffix("]").strip()


class _Flow(yaml.SafeDumper):
    """Brackets and double quotes only where they are needed; lines are never broken."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - the parent's shape
        """See `_Entry`."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Quoted is what our own reader takes for something else than a text; texts of several lines are escaped, to stay on one."""
    node = Scalar(value, 1, True)
    other = is_nothing(node) or truth(node) is not None or is_number(node)
    style = '"' if other or len(f"{value}.".splitlines()) > 1 or value != value.strip() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Flow.add_representer(str, _text)
_Entry.add_representer(str, _text)
