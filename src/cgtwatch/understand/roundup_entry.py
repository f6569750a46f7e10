"""A part of a page that tells of one act, and the lines that parts are cut from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cgtwatch.understand.dates_mask import fold
from cgtwatch.understand.dates_spot import Mention, spot


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: where its text begins in the document's text, and the days that it prints."""

    start: int
    text: str
    days: tuple[Mention, ...]
    number: int
    after_blank: bool

    @property
    def end(self) -> int:
        """Where the line ends."""
        return self.start + len(self.text)

    @property
    def bare_day(self) -> date | None:
        """The day, where the line holds nothing else."""
        if len(self.days) != 1:
            return None
        rest = self.text[: self.days[0].start] + self.text[self.days[0].end :]
        return self.days[0].day if not rest.strip(" .:：、•·-—[]【】()（）*#") else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as a part of a page tells of it. `start` and `end` count in the document's text.

    `title` is the words to classify as a headline; `place` is the heading it stands under; `issuers` are given only where the
    form itself names them in its own short way.
    """

    start: int
    end: int
    title: str
    text: str
    on: date | None = None
    place: str = ""
    name: str = ""  # of the act, where the form says it
    issuers: tuple[str, ...] = ()
    kind: str = ""  # "proposal": a deputy's; "headline", "listed": kept only if it tells of an authority's act; "section": dated by its text
    agency: str = ""  # the heading that names who acts
    day_span: tuple[int, int] | None = None


def lines_of(text: str, published: date | None) -> list[Line]:
    """The lines of a text with their days."""
    found: list[Line] = []
    folded = fold(text)
    position, blank = 0, True
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            start = position + raw.index(stripped[0])
            days = spot(folded[start : start + len(stripped)], published, None)
            found.append(Line(start, stripped, days, len(found), blank))
        blank = not stripped
        position += len(raw) + 1
    return found


def joined(lines: Sequence[Line]) -> str:
    """The text of some lines."""
    return "\n".join(line.text for line in lines)


def runs(lines: Sequence[Line], starts: Sequence[int]) -> Iterator[list[Line]]:
    """The lines from each start up to the next one."""
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(lines)
        yield list(lines[start:end])
