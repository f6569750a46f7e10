"""`mcp`: where the SDK is missing the command says how to get it."""

import importlib.util

import pytest

from cgtwatch.cli.assistants import serve
from cgtwatch.errors import ConfigError


def test_without_the_extra_the_command_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'cgtwatch\[mcp\]'"):
        serve()
