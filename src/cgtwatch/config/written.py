"""Plain values out as YAML that a person would have written."""

from typing import Any

import yaml

_WIDTH = 120  # characters of a line


def yaml_text(value: Any) -> str:  # noqa: ANN401 - lists, mappings and scalars
    """`value` as YAML: keys in their order, lists of words on one line, texts in their own script."""
    return yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Plain(yaml.SafeDumper):
    """Lists of mappings in blocks, their members indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the parent's shape
        """One level deeper, also for lists."""
        super().increase_indent(flow, False)


def _list(dumper: _Plain, value: list[Any]) -> yaml.SequenceNode:
    words = not any(isinstance(one, list | dict) for one in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=words)


_Plain.add_representer(list, _list)
