"""What a cue is: the words around a day that say which field it fills."""

from collections.abc import Sequence
from dataclasses import dataclass

from cgtwatch.understand.dates_mask import DAY
from cgtwatch.understand.needed import Expression, Screen

COMMENT_DEADLINE = "comment_deadline"
EFFECTIVE_DATE = "effective_date"
DOCUMENT_DATE = "document_date"

HEAD = 400  # characters in which a document tells of itself; further down it tells of other acts


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern over the masked text. Group `d` is the day; or groups `n` and `u` are a length that fills `relative`.

    The lowest `rank` wins, then the first place. `unless` and `needs` are looked for in the sentence. `limit` is how far from the
    beginning the cue may stand. `lines` cues look at the text with its line breaks. `last` takes the last match, not the first.
    """

    field: str
    pattern: Expression
    rank: int = 5
    relative: str | None = None
    unless: Expression | None = None
    needs: Expression | None = None
    limit: int | None = None
    lines: bool = False
    last: bool = False


class CueTable:
    """The cues of one language."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._all, self._relative = cues, [cue for cue in cues if cue.relative is not None]
        self._screen = Screen([cue.pattern for cue in cues])
        self._screen_of_relative = Screen([cue.pattern for cue in self._relative])

    def fitting(self, text: str, *, days: bool) -> list[Cue]:
        """The cues, in their order, that can fit a masked text, given in `small` letters; `days` says whether any day is in it.

        What holds for the text without its line breaks holds for the one with them, as no cue is parted by one.
        """
        if days:
            return [self._all[place] for place in self._screen.fitting(text)]
        return [self._relative[place] for place in self._screen_of_relative.fitting(text)]


def words(pattern: str) -> Expression:
    """A guard over the words of a sentence."""
    return Expression(pattern, ignoring_case=True)


def around(pattern: str) -> Expression:
    """A cue: `{D}` is the day that counts, `{E}` any other day, `{X}` a character that is no day and ends no sentence."""
    text = pattern.replace("{D}", f"(?P<d>{DAY})").replace("{E}", DAY).replace("{X}", f"(?:(?!{DAY})[^。;；\\n])")
    return Expression(text, ignoring_case=True, multiline=True)
