"""Where the sources file that ships with the package stands."""

from pathlib import Path


def packaged_sources() -> Path:
    """The path of the shipped sources.yaml."""
    return Path(__file__).parent / "data" / "sources.yaml"
