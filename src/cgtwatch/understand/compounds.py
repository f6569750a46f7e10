"""The names of the bodies that every place has, put together where they stand: a name of the place with words around it.

Written out they are ten times all other words together, and loading them took most of a second.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cgtwatch.understand.fold import fold_all
from cgtwatch.understand.issuers import EN, ZH, Issuer, Place, Register, filled, stems

_MARKS = "=*"  # what a table spells before or behind a word to say how it is compared


@dataclass(frozen=True, slots=True)
class _Frame:
    """A template of one row of the table, folded: what stands before and behind a Chinese or other name of a place."""

    before: str
    after: str
    chinese: bool
    row: int


@dataclass(slots=True)
class _Ends:
    """The frames by the words that touch the place's name, found by their length once one character is known."""

    frames: dict[str, list[_Frame]] = field(default_factory=dict)
    lengths: dict[str, list[int]] = field(default_factory=dict)

    def add(self, words: str, touching: str, frame: _Frame) -> None:
        self.frames.setdefault(words, []).append(frame)
        known = self.lengths.setdefault(touching, [])
        if len(words) not in known:
            known.append(len(words))


class Compounds:
    """Bodies of places by the parts of their names. What cannot be told in parts is left to be spelled out."""

    def __init__(self, register: Register, table: Mapping[int, str]) -> None:
        self._register = register
        self._bodies: dict[tuple[int, int], list[tuple[int, str]]] = {}
        bodies = tuple(register.bodies())
        for rank, (body, place, templates) in enumerate(bodies):
            self._bodies.setdefault((id(place), id(templates)), []).append((rank, body))
        places = {id(place): place for _, place, _ in bodies}
        rows = {id(templates): templates for _, _, templates in bodies}
        self.spelled = tuple((register[body], name) for body, name in _spelled(bodies, places, rows))
        self._homes = _homes(list(places.values()), table)
        self._after, self._before = _Ends(), _Ends()
        for frame in _frames(rows, table):
            if frame.after:
                self._after.add(frame.after, frame.after[0], frame)
            else:
                self._before.add(frame.before, frame.before[-1], frame)

    @property
    def stems(self) -> Iterable[str]:
        """The folded names of places around which a name of a body can stand."""
        return self._homes

    def around(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int, Issuer]]:
        """The names of bodies around the stem at `text[start:end]`: begin, end, the body's place in the register, the body."""
        homes = self._homes[text[start:end]]
        for frame in self._fitting(text, start, end):
            for chinese, place in homes:
                for rank, body in self._bodies.get((place, frame.row), ()) if chinese is frame.chinese else ():
                    yield start - len(frame.before), end + len(frame.after), rank, self._register[body]

    def _fitting(self, text: str, start: int, end: int) -> Iterator[_Frame]:
        for length in self._after.lengths.get(text[end : end + 1], ()):
            for frame in self._after.frames.get(text[end : end + length], ()):
                if text.endswith(frame.before, 0, start):
                    yield frame
        for length in self._before.lengths.get(text[start - 1 : start], ()):
            if length <= start:
                yield from self._before.frames.get(text[start - length : start], ())


def _homes(places: Sequence[Place], table: Mapping[int, str]) -> dict[str, list[tuple[bool, int]]]:
    """Of each folded stem: whether it is one for Chinese templates, and of which place."""
    named = [
        (stem, chinese, id(place))
        for place in places
        for chinese in (True, False)
        for stem in stems(place, chinese=chinese)
        if _plain(stem)
    ]
    homes: dict[str, list[tuple[bool, int]]] = {}
    for folded, (_, chinese, number) in zip(fold_all([name[0] for name in named], table), named, strict=True):
        if (chinese, number) not in homes.setdefault(folded, []):
            homes[folded].append((chinese, number))
    return homes


def _frames(rows: Mapping[int, tuple[str, ...]], table: Mapping[int, str]) -> Iterator[_Frame]:
    told = [(template, row) for row, templates in rows.items() for template in templates if _in_parts(template)]
    parts = [part for template, _ in told for part in template.split(ZH if ZH in template else EN)]
    folded = iter(fold_all(parts, table))
    seen: set[_Frame] = set()
    for template, row in told:
        frame = _Frame(next(folded), next(folded), ZH in template, row)
        if frame not in seen:
            seen.add(frame)
            yield frame


def _plain(words: str) -> bool:
    return bool(words) and words.strip(_MARKS) == words


def _in_parts(template: str) -> bool:
    """Whether a template is one place's name with words around it."""
    return template.count(ZH) + template.count(EN) == 1 and template not in (ZH, EN) and _plain(template)


def _spelled(
    bodies: Iterable[tuple[str, Place, tuple[str, ...]]], places: Mapping[int, Place], rows: Mapping[int, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """The names that have to be written out: with a mark, or of another build."""
    odd_rows = {row: odd for row, templates in rows.items() if (odd := [one for one in templates if not _in_parts(one)])}
    odd_stems = {
        (key, chinese): odd
        for key, place in places.items()
        for chinese in (True, False)
        if (odd := [stem for stem in stems(place, chinese=chinese) if not _plain(stem)])
    }
    odd_places = {key for key, _ in odd_stems}
    for body, place, templates in bodies:
        row = id(templates)
        for template in odd_rows.get(row, ()):
            yield from ((body, name) for name in filled(template, place))
        for template in templates if id(place) in odd_places else ():
            if template not in odd_rows.get(row, ()):
                mark = ZH if ZH in template else EN
                yield from ((body, template.replace(mark, stem)) for stem in odd_stems.get((id(place), mark == ZH), ()))
