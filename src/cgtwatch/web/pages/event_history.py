"""How a document changed: any two of its revisions side by side, with what stayed the same folded away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.diff.sides import Stretch, sides
from cgtwatch.model.item import Revision
from cgtwatch.text.clean import one_line

_LONGEST_COMPARED = 200_000  # characters of a revision that a page compares while a reader waits
_MOST_PAIRS = 200  # changed sentences shown
_NEAR, _MOST_SAME = 1, 40  # unchanged sentences shown beside a change, and in one fold


@dataclass(frozen=True, slots=True)
class Fold:
    """Unchanged sentences that are opened by a click; `more` of them are not on the page at all."""

    same: tuple[str, ...]
    more: int

    @property
    def count(self) -> int:
        """How many sentences stayed as they were."""
        return len(self.same) + self.more


@dataclass(frozen=True, slots=True)
class History:
    """Two revisions compared, beside all there are. `title` is empty where it stayed; `left_out` counts changes beyond the page."""

    revisions: tuple[Revision, ...]
    old: Revision
    new: Revision
    title: tuple[Stretch, ...] = ()
    parts: tuple[Stretch | Fold, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def changed(self) -> bool:
        """Whether a reader would notice anything."""
        return bool(self.title or self.came or self.went) or any(isinstance(one, Stretch) and one.pairs for one in self.parts)


def history(revisions: Sequence[Revision], asked: Mapping[str, str]) -> History | None:
    """The comparison that `old` and `new` ask for by number, by default that of the last two; None where there is only one revision."""
    if len(revisions) < 2:
        return None
    numbered = {str(one.number): one for one in revisions}
    new = numbered.get(asked.get("new", ""), revisions[-1])
    older = [one for one in revisions if one.number < new.number] or [one for one in revisions if one is not new]
    old = numbered.get(asked.get("old", ""), older[-1])
    if old is new:
        return History(tuple(revisions), old, new)
    before, after = _files(old), _files(new)
    shown, left_out = _shown(sides(old.text[:_LONGEST_COMPARED], new.text[:_LONGEST_COMPARED]))
    return History(
        revisions=tuple(revisions),
        old=old,
        new=new,
        title=tuple(one for one in sides(one_line(old.title, 2000), one_line(new.title, 2000)) if one.pairs),
        parts=shown,
        came=tuple(sorted(after - before)),
        went=tuple(sorted(before - after)),
        left_out=left_out,
    )


def _files(revision: Revision) -> set[str]:
    return {one_line(each.name, 200) or each.url for each in revision.attachments}


def _shown(stretches: Sequence[Stretch]) -> tuple[tuple[Stretch | Fold, ...], int]:
    """The changes in their surroundings, within what a page can hold, and how many of them it cannot."""
    found: list[Stretch | Fold] = []
    room = _MOST_PAIRS
    left_out = 0
    for place, one in enumerate(stretches):
        if one.pairs:
            kept = one.pairs[: max(0, room)]
            room -= len(one.pairs)
            left_out += len(one.pairs) - len(kept)
            found += [Stretch(pairs=kept)] if kept else []
        elif room > 0:
            found += _folded(one.same, first=place == 0, last=place == len(stretches) - 1)
    return tuple(found), left_out


def _folded(same: tuple[str, ...], *, first: bool, last: bool) -> list[Stretch | Fold]:
    """One sentence beside each change, and what lies between behind a click; a fold of a single sentence would take as much room."""
    head, tail = 0 if first else _NEAR, 0 if last else _NEAR
    middle = same[head : len(same) - tail]
    if len(middle) < 2:
        return [Stretch(same=same)]
    fold = Fold(middle[:_MOST_SAME], max(0, len(middle) - _MOST_SAME))
    before, after = same[:head], same[len(same) - tail :]
    return [*([Stretch(same=before)] if before else []), fold, *([Stretch(same=after)] if after else [])]
