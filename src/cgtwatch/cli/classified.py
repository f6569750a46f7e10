"""What was read out of one document, for a terminal: each field with its words and their place, then the document with the words marked."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cgtwatch.cli.marking import spoken
from cgtwatch.cli.show import shown
from cgtwatch.compose.records import labels_record
from cgtwatch.model.classification import Act, Document, Span, Understanding
from cgtwatch.understand.highlight import Segment, segments

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LONGEST_WORDS = 60  # characters of one span in the table
MOST_WORDS = 6  # a field
MOST_LINES = 80  # of the document
LONGEST_GAP = 120  # characters between two marked words of a line that are shown whole
ALWAYS = frozenset({"relevant", "cgt", "policy"})
# Fields of one colour answer one question: about what, which act, whose, when.
STYLES = {
    "cgt": "green", "modalities": "green", "topics": "green", "policy": "yellow", "doc_type": "yellow", "stage": "yellow",
    "importance": "yellow", "issuers": "cyan", "jurisdiction": "cyan", "level": "cyan", "document_number": "magenta",
    "document_date": "magenta", "effective_date": "magenta", "comment_deadline": "magenta",
}  # fmt: skip


class Places:
    """Where a stretch of a document stands, as a person counts: `title`, or line and column of the text, from 1."""

    def __init__(self, document: Document) -> None:
        self._text_at = len(document.title) + 1
        self._lines = [0]
        for n, letter in enumerate(document.text):
            if letter == "\n":
                self._lines.append(n + 1)

    def of(self, span: Span) -> str:
        """`title`, `LINE:COLUMN`, or the words `the source` where the document itself does not say it."""
        if span.of != "document":
            return f"the {span.of}"
        if span.start < self._text_at:
            return "title"
        at = span.start - self._text_at
        line = bisect_right(self._lines, at)
        return f"{line}:{at - self._lines[line - 1] + 1}"


def print_classification(document: Document, found: Understanding, console: "Console") -> None:
    """Print the fields, the acts, and the document with the words that the fields rest on."""
    from rich.text import Text

    console.print(Text(shown(document.title), style="bold"))
    for line in _fields(document, found):
        console.print(line)
    acts = [act for act in found.acts if not act.main]
    if acts:
        console.print(Text(f"  acts told of: {len(acts)}", style="bold"))
        for act in acts:
            console.print(_act(act))
    if found.classification.evidence:
        console.print()
        for line in _marked(document, found):
            console.print(line)


def _fields(document: Document, found: Understanding) -> "Iterator[Text]":
    from rich.text import Text

    classified, places = found.classification, Places(document)
    for name, value in labels_record(classified.labels).items():
        if value in (None, [], "none") and name not in ALWAYS:
            continue
        sure = classified.confidence.get(name)
        line = Text().append(f"  {name:<17}", style="dim").append(spoken(value), style=f"bold {STYLES.get(name, '')}".strip())
        line.append(f" {sure:.0%}" if sure is not None else "", style="dim")
        for n, (words, at) in enumerate(_words(classified.evidence.get(name, ()), places)):
            line.append("  ← " if n == 0 else ", ", style="dim").append(words, style=STYLES.get(name, "")).append(
                f" {at}", style="dim"
            )
        yield line


def _words(spans: Sequence[Span], places: Places) -> list[tuple[str, str]]:
    """The words that a value rests on, each once with the places where it stands."""
    stands: dict[str, list[str]] = {}
    for span in spans:
        text = " ".join(span.text.split())
        cut = text if len(text) <= LONGEST_WORDS else text[: LONGEST_WORDS - 1] + "…"
        where = stands.setdefault(f"“{shown(cut)}”", [])
        if places.of(span) not in where:
            where.append(places.of(span))
    return [(words, " ".join(where[:3]) + (" …" if len(where) > 3 else "")) for words, where in list(stands.items())[:MOST_WORDS]]


def _act(act: Act) -> "Text":
    from rich.text import Text

    labels = act.labels
    line = Text("    ").append(f"{shown(act.on):<12}", style="magenta").append(f"{labels.jurisdiction or '':<7}", style="cyan")
    return line.append(f"{shown(list(labels.issuers))}  ", style="cyan").append(shown(act.title))


def _marked(document: Document, found: Understanding) -> "Iterator[Text]":
    """The lines of the document in which marked words stand, numbered as the places are; `⋯` stands for what lies between."""
    from rich.text import Text

    evidence = {name: spans for name, spans in found.classification.evidence.items() if name in STYLES}
    shown_lines, skipped = 0, False
    for number, parts in enumerate(_lines(segments(document, evidence))):
        if not any(part.fields for part in parts):
            skipped = skipped or any(part.text.strip() for part in parts)
            continue
        if shown_lines == MOST_LINES:
            yield Text("      ⋯ and more; --json has every place", style="dim")
            return
        if skipped:
            yield Text("      ⋯", style="dim")
        shown_lines, skipped = shown_lines + 1, False
        line = Text().append(f"{number or 'title':>5} ", style="dim")
        for n, part in enumerate(parts):
            line.append(_shortened(part, first=n == 0, last=n == len(parts) - 1), style=_style(part.fields))
        yield line


def _lines(parts: Sequence[Segment]) -> Iterator[list[Segment]]:
    """The segments cut at line breaks: first the title, then the lines of the text."""
    line: list[Segment] = []
    for part in parts:
        pieces = part.text.split("\n")
        for n, piece in enumerate(pieces):
            if n:
                yield line
                line = []
            if piece:
                line.append(Segment(piece, part.fields))
    yield line


def _shortened(part: Segment, *, first: bool, last: bool) -> str:
    """What no field rests on is cut where it is long: of it only what stands beside marked words is of interest."""
    text = shown(part.text) if part.text.strip() else part.text
    if part.fields or len(text) <= LONGEST_GAP:
        return text
    half = LONGEST_GAP // 2
    if first:
        return "…" + text[-half:]
    return text[:half] + "…" + ("" if last else text[-half:])


def _style(fields: Sequence[str]) -> str:
    """The colour of the first field that rests on the words; underlined where fields of several colours do."""
    colours = list(dict.fromkeys(STYLES[name] for name in STYLES if name in fields))
    if not colours:
        return ""
    return f"bold {colours[0]}" + (" underline" if len(colours) > 1 else "")
