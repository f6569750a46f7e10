"""What changed between two revisions, for people: a line for digests, and the changed sentences with their words marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from cgtwatch.diff.anchors import blocks
from cgtwatch.diff.fingerprint import plain
from cgtwatch.model.item import Revision

# A sentence ends at a stop of either writing; what has none is cut at a line's end, or at 400 characters.
_SENTENCE = re.compile(r"[^。！？；\n]{1,400}?(?:[。！？；]+[”’」』）)]*|[.!?](?=\s)|$|(?=\n))|[^\n]{1,400}", re.MULTILINE)
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*%?|[^\W\d_\u2e80-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+|\s+|.", re.DOTALL)
_LONGEST = 2_000_000  # characters of a text that are compared
_WORDS = 600  # on either side of a changed passage, for its words to be compared and not only its sentences
_SHOWN = 160  # characters of a snippet in a summary
_LINES = 400  # of a comparison
_KEPT = 1  # unchanged sentences shown around a change


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a line: `+` added, `-` removed, a blank: as before."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a comparison: `+` new, `-` old, a blank: unchanged, `@` something left out."""

    sign: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        marks = {"+": ("{+", "+}"), "-": ("[-", "-]")}
        whole = all(part.sign == self.sign for part in self.parts)
        shown = (part.text if whole or part.sign not in marks else part.text.join(marks[part.sign]) for part in self.parts)
        return f"{self.sign} {''.join(shown)}".rstrip()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A summary in a line, and the changed sentences in their surroundings. Without lines nothing a reader sees has changed."""

    summary: str
    lines: tuple[Line, ...]
    added: int = 0  # sentences
    removed: int = 0

    @property
    def text(self) -> str:
        """For a terminal."""
        return "\n".join(str(line) for line in self.lines)


def readable(old: Revision, new: Revision) -> Comparison:
    """What changed from `old` to `new`, in bounded time for any text. View counters, clocks and page furniture are no changes."""
    head = [*_field("title", old.title, new.title), *_field("date", _day(old), _day(new)), *_attachments(old, new)]
    body = list(_body(old.text, new.text))
    added, removed = (sum(1 for line in body if line.sign == sign) for sign in "+-")
    return Comparison(_summary(old, new, body), tuple(head + _around(body)), added, removed)


def summary(old: Revision, new: Revision) -> str:
    """What changed, on one line; empty where nothing did that a reader would notice."""
    return _summary(old, new, list(_body(old.text, new.text)))


def sentences(old: str, new: str) -> tuple[Line, ...]:
    """Every sentence of two texts, unchanged ones too, in an order in which both can be read."""
    return tuple(_body(old, new))


def _summary(old: Revision, new: Revision, body: Sequence[Line]) -> str:
    said = [f"{name}: {before or '–'} → {after or '–'}" for name, before, after in _facts(old, new) if before != after]
    said += [f"attachments: {line.sign}{line.parts[0].text.removeprefix('attachment: ')}" for line in _attachments(old, new)]
    gone = [line for line in body if line.sign == "-"]
    come = [line for line in body if line.sign == "+"]
    if gone or come:
        shown = " ".join(f"{line.sign}“{_snippet(line)}”" for line in (*gone[:1], *come[:1]))
        said.append(f"text −{len(gone)} +{len(come)}: {shown}")
    return "; ".join(said)


def tokens(text: str) -> list[str]:
    """Words of alphabets and whole numbers; every Chinese, Japanese or Korean character and every sign for itself."""
    return _TOKEN.findall(text)


def _facts(old: Revision, new: Revision) -> tuple[tuple[str, str, str], ...]:
    return (("title", _quoted(plain(old.title)), _quoted(plain(new.title))), ("date", _day(old), _day(new)))


def _quoted(title: str) -> str:
    return f"“{title[:_SHOWN]}”" if title else ""


def _day(revision: Revision) -> str:
    day = revision.published_on or (revision.published.date() if revision.published else None)
    return day.isoformat() if day else ""


def _field(name: str, before: str, after: str) -> Iterator[Line]:
    if plain(before) != plain(after):
        yield from _words(f"{name}: {before}", f"{name}: {after}")


def _attachments(old: Revision, new: Revision) -> list[Line]:
    before, after = {a.name or a.url for a in old.attachments}, {a.name or a.url for a in new.attachments}
    named = [("-", name) for name in sorted(before - after)] + [("+", name) for name in sorted(after - before)]
    return [Line(sign, (Part(sign, f"attachment: {name}"),)) for sign, name in named]


def _body(old: str, new: str) -> Iterator[Line]:
    before, after = _sentences(old), _sentences(new)
    changed = 0
    for a0, a1, b0, b1, equal in blocks([key for key, _ in before], [key for key, _ in after]):
        if equal:
            yield from (Line(" ", (Part(" ", text),)) for _, text in after[b0:b1])
        else:
            changed += a1 - a0 + b1 - b0
            fine = changed <= _LINES  # what is not shown need not be compared word by word
            yield from _passage([text for _, text in before[a0:a1]], [text for _, text in after[b0:b1]], fine)


def _sentences(text: str) -> list[tuple[str, str]]:
    """Every sentence as compared and as shown; those that hold nothing but noise are left out."""
    found = (" ".join(piece.split()) for line in text[:_LONGEST].splitlines() if plain(line) for piece in _SENTENCE.findall(line))
    return [(key, piece) for piece in found if piece and (key := plain(piece))]


def _passage(before: Sequence[str], after: Sequence[str], fine: bool) -> Iterator[Line]:
    """A changed passage: sentence beside sentence where there are as many, else as a whole."""
    if fine and len(before) == len(after):
        for one, two in zip(before, after, strict=True):
            yield from _words(one, two)
        return
    yield from (Line("-", (Part("-", text),)) for text in before)
    yield from (Line("+", (Part("+", text),)) for text in after)


def _words(before: str, after: str) -> Iterator[Line]:
    """Two forms of a sentence with what they do not share marked."""
    one, two = tokens(before)[: _WORDS + 1], tokens(after)[: _WORDS + 1]
    if len(one) > _WORDS or len(two) > _WORDS:
        yield Line("-", (Part("-", before),))
        yield Line("+", (Part("+", after),))
        return
    steps = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    old = tuple(Part(" " if step[0] == "equal" else "-", "".join(one[step[1] : step[2]])) for step in steps if step[2] > step[1])
    new = tuple(Part(" " if step[0] == "equal" else "+", "".join(two[step[3] : step[4]])) for step in steps if step[4] > step[3])
    shared = sum(len(part.text.strip()) for part in new if part.sign == " ")
    if shared * 3 < max(len(before), len(after)):  # two sentences, not two forms of one
        old, new = (Part("-", before),), (Part("+", after),)
    yield Line("-", old)
    yield Line("+", new)


def _around(lines: Sequence[Line]) -> list[Line]:
    """The changes with their neighbours; what is left out is counted."""
    near = {m for n, line in enumerate(lines) if line.sign != " " for m in range(n - _KEPT, n + _KEPT + 1)}
    shown: list[Line] = []
    skipped = 0
    for n, line in enumerate(lines):
        if n in near and len(shown) < _LINES:
            if skipped:
                shown.append(_left_out(skipped))
            shown.append(line)
            skipped = 0
        else:
            skipped += 1
    return [*shown, _left_out(skipped)] if skipped and shown else shown


def _left_out(count: int) -> Line:
    return Line("@", (Part("@", f"… {count} more"),))


def _snippet(line: Line) -> str:
    """The heart of a changed sentence, short enough for a line."""
    text = "".join(part.text for part in line.parts)
    if len(text) <= _SHOWN:
        return text
    start = text.find(next((part.text for part in line.parts if part.sign == line.sign), ""))
    start = max(0, min(start - _SHOWN // 4, len(text) - _SHOWN))
    cut = text[start : start + _SHOWN].strip()
    return f"{'…' if start else ''}{cut}{'…' if start + _SHOWN < len(text) else ''}"
