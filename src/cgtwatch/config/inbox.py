"""The source that is there by itself: the folder into which `POST /api/inbox` writes."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cgtwatch.config.ledger import Spot
from cgtwatch.config.tree import Map
from cgtwatch.config.whole import line_of
from cgtwatch.model.source import FirstLook, FolderRule, Kind, Names, Source

INBOX = "inbox"


def inbox_folder(data_dir: Path) -> Path:
    """Where pushed documents are kept."""
    return data_dir / INBOX


def inbox_source(data_dir: Path) -> Source:
    """The source of what is pushed to the service; everything in it is news, also at the first look."""
    return Source(
        id=INBOX,
        kind=Kind.FOLDER,
        url="",
        name=Names(zh="收件箱", en="Inbox"),
        via="folder",
        every=timedelta(minutes=15),  # a push brings the visit forward
        exactly=True,
        gap=timedelta(),
        first_look=FirstLook.ANNOUNCE,
        folder=FolderRule(str(inbox_folder(data_dir))),
    )


def not_the_inbox(values: Mapping[str, Any], node: Map, spot: Spot) -> None:
    """Notes a source of the file that has the id of the built-in one, but does not read its folder."""
    folder = spot.ledger.known.inbox
    if folder is None or values.get("id") != INBOX:
        return
    rule = values.get("folder")
    if rule is None or Path(rule.path).resolve() != folder.resolve():
        mend = f"give this source another id, or write kind: folder with folder: {{path: {folder}}}"
        spot.at("id").wrong(
            line_of(node, "id"), f"'inbox' is where pushed documents arrive (CGTWATCH_INBOX_TOKEN is set); {mend}"
        )
