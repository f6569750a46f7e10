"""Which templates speak: the shipped ones, or a user's folder over them."""

from pathlib import Path

from cgtwatch.compose.own import OwnTemplates
from cgtwatch.compose.render import SHIPPED, Renders


def templates_of(folder: Path | None) -> Renders:
    """The shipped templates where no folder is named."""
    return SHIPPED if folder is None else OwnTemplates(folder)
