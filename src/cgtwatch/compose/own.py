"""A user's own templates and wording in the place of the shipped ones; where they are broken the shipped ones speak, and it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

from cgtwatch.compose.child import rendered
from cgtwatch.compose.inline import ANCHOR, inlined
from cgtwatch.compose.own_files import OwnFiles, read_folder
from cgtwatch.compose.render import MESSAGES, SHIPPED
from cgtwatch.compose.words import Words
from cgtwatch.errors import ComposeError


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a user's templates: `what` is a message's name or a file, `why` has file and line where they are known."""

    what: str
    why: str


class OwnTemplates:
    """The templates of a folder over the shipped ones. Files are read anew for each message, so that an edit shows at once.

    Safe for several threads. What went wrong last, by message or file, is in `troubles` until it works again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._messages: dict[tuple[str, str], str] = {}  # message and language → what is wrong; empty: it worked
        self._files: dict[str, str] = {}
        self._seen: object = None

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is broken, as of the last time that it was used."""
        with self._lock:
            wrong = dict(self._files) | {name: why for (name, _), why in self._messages.items() if why}
        return tuple(Trouble(what, wrong[what]) for what in sorted(wrong) if wrong[what])

    @property
    def worked(self) -> frozenset[str]:
        """What was used and worked the last time."""
        broken = {one.what for one in self.troubles}
        with self._lock:
            return frozenset({name for name, _ in self._messages} | self._files.keys()) - broken

    def changed(self) -> bool:
        """Whether a file of the folder was changed since this was asked last."""
        try:
            now: object = tuple(sorted((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in self._folder.iterdir()))
        except OSError as error:
            now = str(error)
        with self._lock:
            before, self._seen = self._seen, now
        return before != now

    def words(self, language: str) -> Words:
        """The wording with the user's words in it."""
        shipped = SHIPPED.words(language)
        return Words(shipped.language, self._read().tables(shipped))

    def render(self, name: str, said: Words, values: Mapping[str, Any]) -> tuple[str, str]:
        """HTML and text of the message `name`: by the user's templates in a child process, else by the shipped ones."""
        own = self._read()
        if not own.concern(name, MESSAGES):
            self._note(name, said, "")
            return self._shipped(name, said, values, own)
        try:
            html, text = rendered(name, said, values, own.of(name, MESSAGES, _shipped_sources()))
            if html.count(ANCHOR) != 1:
                raise ComposeError(
                    f"{name}.html.j2: holds {ANCHOR} {html.count(ANCHOR)} times; readers need it once, to leave by it"
                )
            made = inlined(html, own.sheet), text
        except ComposeError as wrong:
            self._note(name, said, str(wrong))
            return self._shipped(name, said, values, own)
        self._note(name, said, "")
        return made

    def _shipped(self, name: str, said: Words, values: Mapping[str, Any], own: OwnFiles) -> tuple[str, str]:
        return SHIPPED.render(name, said, values, own.sheet)

    def _read(self) -> OwnFiles:
        found = read_folder(self._folder)
        with self._lock:
            self._files = dict.fromkeys(self._files, "") | dict(found.problems)
        return found

    def _note(self, name: str, said: Words, why: str) -> None:
        with self._lock:
            self._messages[name, said.language] = why


def _shipped_sources() -> dict[str, str]:
    folder = files("cgtwatch.compose").joinpath("templates")
    return {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith((".html.j2", ".txt.j2"))}


def shipped_files() -> dict[str, str]:
    """What a user may replace, by file name: templates of mails, their style sheet, and the wording."""
    package = files("cgtwatch.compose")
    mails = {name: text for name, text in _shipped_sources().items() if not name.startswith("report.")}
    sheet = package.joinpath("templates", "style.css").read_text("utf-8")
    wording = {f"{each}.json": package.joinpath("data", f"{each}.json").read_text("utf-8") for each in ("zh", "en")}
    return {**dict(sorted(mails.items())), "style.css": sheet, **wording}
