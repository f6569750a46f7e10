"""A proposed source to the entry that a person pastes into sources.yaml."""

from collections.abc import Mapping
from typing import Any

import yaml


class _Entry(yaml.SafeDumper):
    """Block style for the source, flow style for the mappings inside it, as the shipped file is written."""


def _mapping(dumper: yaml.SafeDumper, value: Mapping[str, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style="id" not in value)


_Entry.add_representer(dict, _mapping)


def entry(values: Mapping[str, Any]) -> str:
    """The entry of a source with these keys, indented for the list under `sources:`; keys without a value are left out."""
    kept = {key: value for key, value in values.items() if value not in (None, {}, "")}
    text = yaml.dump([kept], Dumper=_Entry, allow_unicode=True, sort_keys=False, width=1000)
    return "".join(f"  {line}\n" for line in text.splitlines())
