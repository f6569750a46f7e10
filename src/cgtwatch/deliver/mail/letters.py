"""Letters in the local mailbox that are somebody's: found by the delivery they came from, or by whom they are addressed to."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

from cgtwatch.deliver.mail.maildir import file_name

_FOLDERS = ("new", "cur", "tmp")
_NAME = len(file_name(""))  # flags stand behind it


def letters_of(root: Path, keys: Collection[str], address: str | None) -> list[Path]:
    """The files of the deliveries `keys`, and of all mails to `address` (its case does not matter); None: of no address."""
    names = {file_name(key) for key in keys}
    whom = address.casefold() if address is not None else None
    return [path for path in _files(root) if path.name[:_NAME] in names or (whom is not None and _is_to(path, whom))]


def throw_away(letters: Collection[Path]) -> int:
    """Delete them; how many were there. One that a mail program moved meanwhile is looked for under its new flags."""
    gone = 0
    for path in letters:
        base = path.name.partition(":")[0]
        for candidate in (path, *path.parent.parent.glob(f"*/{base}*")):
            with suppress(FileNotFoundError):
                candidate.unlink()
                gone += 1
    return gone


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        with suppress(OSError):
            yield from sorted((root / folder).iterdir())


def _is_to(path: Path, address: str) -> bool:
    try:
        with path.open("rb") as file:
            head = BytesHeaderParser().parse(file)
    except OSError:
        return False
    return any(found.casefold() == address for _, found in getaddresses([str(one) for one in head.get_all("To", [])]))
