"""A short picture of a doubted page, kept in the source's state, by which the same page is known when it comes again."""

from collections.abc import Sequence
from hashlib import blake2b

from cgtwatch.diff.fingerprint import plain
from cgtwatch.diff.identity import item_id, title_of
from cgtwatch.diff.matching import Pair
from cgtwatch.model.item import SourceState
from cgtwatch.text.similarity import shingles

CONFIRMED_AT = 3  # the visit at which a doubted page that stays the same is believed
NOT_TO_CONFIRM = "-"  # however often it comes
# What is remembered of a source's good pages, in the place of a picture, as words with blanks between them.
TOUCHED = "touched"  # every entry is edited at every visit: edits mean nothing here
ENDLESS = "endless"  # its pages never say that they are over: one that does not is no page cut off
_MARKS = frozenset({TOUCHED, ENDLESS})
_WIDTH = 16  # smallest hashes kept; two pages that share half of them share about half of their entries
_SHARED = 0.5


def sketch(pairs: Sequence[Pair], with_content: bool, single: bool) -> frozenset[str]:
    """The picture of a page: of which entries it shows and, `with_content`, of what they say."""
    if single and pairs:
        names = sorted(shingles(plain(pairs[0].draft.text)[:20_000])) or [title_of(pairs[0].keys)]
    else:
        names = [(title_of(p.keys) or item_id("", p.keys)) + (p.mark if with_content else "") for p in pairs]
    names = names or ["nothing"]
    drawn = sorted({blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest() for name in names})
    return frozenset(drawn[:_WIDTH])


def show(count: int, drawn: frozenset[str]) -> str:
    """The picture as text, with how often in a row it was seen."""
    return f"{count}:{' '.join(sorted(drawn))}"


def marks(state: SourceState) -> frozenset[str]:
    """What is remembered of the source's good pages; nothing while a page is held."""
    return _MARKS.intersection(state.held_as.split())


def remembered(said: frozenset[str]) -> str:
    """The marks as text."""
    return " ".join(sorted(said & _MARKS))


def count_of(state: SourceState) -> int:
    """How often in a row the remembered page was seen; 0 where none is remembered."""
    count = state.held_as.partition(":")[0]
    return int(count) if state.held and count.isdecimal() else 0


def same(held_as: str, drawn: frozenset[str]) -> bool:
    """Whether a page is the remembered one, give or take some entries."""
    remembered = set(held_as.partition(":")[2].split())
    most = max(len(remembered), len(drawn))
    return bool(most) and len(remembered & drawn) >= _SHARED * most
