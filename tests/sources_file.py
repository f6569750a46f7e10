"""A sources file of a test: written, loaded, and its mistakes without the path in front."""

from pathlib import Path

import pytest

from cgtwatch.config.sources import SourceFile, Vocabulary, load_sources
from cgtwatch.errors import ConfigError
from cgtwatch.parse.select import check

KNOWN = Vocabulary(
    kinds=frozenset({"feed", "list", "api", "sitemap", "page", "folder"}),
    vias=frozenset({"http", "browser", "folder"}),
    issuers=frozenset({"cde", "nmpa", "fda", "gd_mpa"}),
    check_selector=check,
)


def load(text: str | bytes, folder: Path, known: Vocabulary = KNOWN) -> SourceFile:
    path = folder / "sources.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_sources(path, known)


def mistakes(text: str | bytes, folder: Path, known: Vocabulary = KNOWN) -> list[str]:
    """The mistakes of a file, without its path in front."""
    with pytest.raises(ConfigError) as caught:
        load(text, folder, known)
    start = f"{folder / 'sources.yaml'}:"
    assert all(line.startswith(start) and "\n" not in line for line in caught.value.problems)
    return [line.removeprefix(start) for line in caught.value.problems]


def one(text: str, folder: Path):
    [source] = load(text, folder).sources
    return source


def with_key(line: str) -> str:
    """A file of one source in which `line` is line 5."""
    return f"sources:\n  - id: a\n    kind: list\n    url: https://a.example.org/\n    {line}\n"
