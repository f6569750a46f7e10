"""Where the files that ship with the package stand."""

from pathlib import Path


def packaged_sources() -> Path:
    """The path of the shipped sources.yaml."""
    return Path(__file__).parent / "data" / "sources.yaml"


def own_sources(data_dir: Path) -> Path:
    """Where the user's copy of the shipped sources.yaml stands once one of its sources was changed by a command or on the page."""
    return data_dir / "sources.yaml"


def example_subscriptions() -> Path:
    """The path of an example of a subscriptions.yaml."""
    return Path(__file__).parent / "data" / "subscriptions-example.yaml"


def example_rules() -> Path:
    """The path of an example of a user's own rules.yaml."""
    return Path(__file__).parent / "data" / "rules-example.yaml"
