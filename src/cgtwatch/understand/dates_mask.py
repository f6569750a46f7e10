"""A text made ready for the cues of dates: one script, one width, one character for every day, and the way back."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from cgtwatch.model.classification import Span
from cgtwatch.understand.dates_spot import Mention, spot

FIRST, LAST = 0xE000, 0xF8FF  # the private use area: a day is one character of it, so a cue can say "a day stands here"
DAY = f"[{chr(FIRST)}-{chr(LAST)}]"

# Only what the cues need; always one character for one character, so that places stay right.
_SCRIPT_PAIRS = (
    "發发 佈布 實实 試试 開开 條条 規规 見见 徵征 議议 於于 該该 將将 應应 為为 個个 華华 國国 務务 員员 會会 "
    "長长 處处 辦办 廳厅 頒颁 訂订 簽签 號号 執执 啟启 構构 單单 關关 區区 類类 時时 間间 後后 報报 復复 覆复 "
    "預预 陳陈 書书 複复 請请 詢询 質质 錄录 終终 廢废 則则 與与 從从 準准 過过 機机 內内 臺台 衛卫 聯联 繳缴 "
    "來来 滿满 屆届 產产 藥药 監监 總总 醫医 療疗 "
)
_SCRIPT = {ord(pair[0]): pair[1] for pair in _SCRIPT_PAIRS.split()}
_SENTENCE_END = "。！？!?；;"


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the characters of a text stood in the text that it was made from: pieces that were only moved."""

    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def back(self, place: int) -> int:
        """The place in the older text."""
        piece = bisect_right(self.starts, place) - 1
        return self.origins[piece] + place - self.starts[piece]


@dataclass(frozen=True)
class Masked:
    """`flow` is the text without blanks between Chinese characters and without the line breaks that fall inside a sentence.

    `lines` is the same with its line breaks. `mentions[ord(c) - FIRST]` is the day that the character `c` stands for.
    """

    original: str
    mentions: tuple[Mention, ...]
    whole: str  # with its days as characters and all its blanks
    way: _Way  # from `whole` to the original

    @property
    def flow(self) -> str:
        """See above."""
        return self._flow[0]

    @property
    def lines(self) -> str:
        """See above."""
        return self._lines[0]

    @cached_property
    def _flow(self) -> tuple[str, _Way]:
        return _squeeze(self.whole, keep_lines=False)

    @cached_property
    def _lines(self) -> tuple[str, _Way]:
        return _squeeze(self.whole, keep_lines=True)

    def mention(self, char: str) -> Mention:
        """The day that a character of the masked text stands for."""
        return self.mentions[ord(char) - FIRST]

    def span(self, start: int, end: int, *, lines: bool = False) -> Span:
        """The stretch of the original that `flow[start:end]` (or `lines[start:end]`) stands for."""
        squeezed = (self._lines if lines else self._flow)[1]
        begin = self.way.back(squeezed.back(start))
        last = self.way.back(squeezed.back(end - 1))
        index = bisect_right([mention.start for mention in self.mentions], last) - 1
        finish = last + 1
        if index >= 0 and self.mentions[index].start == last:
            finish = self.mentions[index].end
        return Span(begin, finish, self.original[begin:finish])


def fold(text: str) -> str:
    """`text` in half width and simplified script, character for character; private characters become blanks."""
    if text.isascii():
        return text
    return text.translate({ord(char): _fold_char(char) for char in set(text) if char >= "\x80"})


def mask(text: str, published: date | None, zone: str | None) -> Masked:
    """`text` with every day that it prints replaced by one private character."""
    folded = fold(text)
    mentions = spot(folded, published, zone)[: LAST - FIRST]
    parts: list[str] = []
    starts, origins = [0], [0]
    position = length = 0
    for index, mention in enumerate(mentions):
        parts += (folded[position : mention.start], chr(FIRST + index))
        length += mention.start - position + 1
        position = mention.end
        starts += (length - 1, length)
        origins += (mention.start, position)
    parts.append(folded[position:])
    return Masked(text, mentions, "".join(parts), _Way(tuple(starts), tuple(origins)))


@lru_cache(maxsize=20_000)
def _fold_char(char: str) -> str:
    if FIRST <= ord(char) <= LAST:
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return (folded if len(folded) == 1 else char).translate(_SCRIPT)


def _squeeze(text: str, *, keep_lines: bool) -> tuple[str, _Way]:
    """Blanks between wide characters go, other runs of blanks become one; a line break stays where a sentence or a block ends."""
    out: list[str] = []
    starts, origins = [0], [0]
    position = length = 0
    for blank in _BLANKS.finditer(text):
        begin, end = blank.span()
        filler = _filler(text, begin, end, keep_lines) if begin else ""
        out += (text[position:begin], filler)
        length += begin - position
        if filler:
            starts.append(length)
            origins.append(begin)
            length += 1
        starts.append(length)
        origins.append(end)
        position = end
    out.append(text[position:])
    return "".join(out), _Way(tuple(starts), tuple(origins))


_WIDE = "[\u2e80-\uabff\ud7a4-\U0010ffff]"  # see _is_wide
_BLANKS = re.compile(rf"\s\s+|[^\S ]|\A |(?<={_WIDE}) (?={_WIDE})")  # every run of blanks but a single space, which stays
_BREAK = re.compile(r"[\n\r\x0b\x0c\u2028\u2029]")


def _filler(text: str, begin: int, end: int, keep_lines: bool) -> str:
    before = text[begin - 1]
    after = text[end] if end < len(text) else "\n"
    breaks = len(_BREAK.findall(text, begin, end))
    if breaks and (keep_lines or breaks > 1 or before in _SENTENCE_END):
        return "\n"
    return "" if _is_wide(before) and _is_wide(after) else " "


def _is_wide(char: str) -> bool:
    return char >= "\u2e80" and not "\uac00" <= char <= "\ud7a3"
