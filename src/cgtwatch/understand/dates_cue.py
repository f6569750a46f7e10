"""What a cue is: the words around a day that say which field it fills."""

import re
from dataclasses import dataclass

from cgtwatch.understand.dates_mask import DAY

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
    pattern: re.Pattern[str]
    rank: int = 5
    relative: str | None = None
    unless: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    limit: int | None = None
    lines: bool = False
    last: bool = False


def words(pattern: str) -> re.Pattern[str]:
    """A guard over the words of a sentence."""
    return re.compile(pattern, re.IGNORECASE)


def around(pattern: str) -> re.Pattern[str]:
    """A cue: `{D}` is the day that counts, `{E}` any other day, `{X}` a character that is no day and ends no sentence."""
    text = pattern.replace("{D}", f"(?P<d>{DAY})").replace("{E}", DAY).replace("{X}", f"(?:(?!{DAY})[^。;；\\n])")
    return re.compile(text, re.IGNORECASE | re.MULTILINE)
