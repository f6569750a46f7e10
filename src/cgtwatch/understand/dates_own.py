"""The day under a document: the signature at its end, or the day right below the title of a notice."""

import re
from collections.abc import Iterator

from cgtwatch.model.classification import Span
from cgtwatch.understand.dates_mask import DAY, Masked
from cgtwatch.understand.dates_spot import Mention

_SIGNATURE, _HEADED = 2, 6

# A line with nothing but a day, or a day glued to the name of who signs.
_ALONE = re.compile(rf"^[\s(（\[]*(?P<d>{DAY})[\s)）\]。.]*$")
_GLUED = re.compile(rf"^[^。，,;:：《》]{{2,100}}?(?P<d>{DAY})$")
_BODY = r"(?:局|部|委|会|會|中心|院|办公室|办公厅|厅|廳|司|署|處|处|省|市|府|室|协会|所|秘书长|主任|局长|課长|大臣|장)"
_SIGNER = re.compile(rf"^[^。，、；;:：!?！？]{{0,100}}{_BODY}(?:[(（][^()（）]*[)）])?$")
_LEADER = re.compile(
    r"^(?:总理|主席|省长|市长|部长|委员长|주석)\s?\S{2,6}$|^(?:总理|主席|省长|市长|部长)\s?[\u4e00-\u9fff]{2,4}\s?"
)
_NUMBER_LINE = re.compile(r"^(?:\S ?){0,40}(?:第 ?)?\d{1,4} ?号$")
_NOTICE_TITLE = re.compile(r"^(?:[^\s,，。:：]{0,40})?关于.{4,120}(?:通知|公告|通告|公示|函|决定|批复)$")
_OWN_VOICE = re.compile(r"我(?:中心|委|局|部|司|厅|会|院|办|署)")
_REPOST = re.compile(r"来源|转载|摘自|作者[:：]|责编|编辑[:：]")
_ENGLISH_VOICE = re.compile(
    r"^The (?:TGA|FDA|EMA|MHRA|CHMP|CAT|HSA|Agency|Ministry|Department|Committee|Commission|Administration)\b"
)
# A Korean or Japanese notice: the minister's office stands below the day.
_OFFICE = re.compile(
    r"^[가-힣]{2,16}(?:장관|처장|청장|원장|총리|위원장|이사장|시장|도지사)(?:\s?[(（]?(?:인|직인)[)）]?)?$|^\S{2,12}大臣(?:\s?\S{2,8})?$"
)
_SPEAKING = re.compile(r"现(?:公开|予|将|就|印发|向|面向)|特此|" + _OWN_VOICE.pattern)
_HEAD_LINES = 12
_SIGNER_REACH = 3  # a joint notice is signed by several bodies, one a line


def own_days(masked: Masked) -> Iterator[tuple[Span, Mention, int]]:
    """Days that stand for the document itself by their place alone: span, day and rank (lower is surer)."""
    lines = _lines(masked.lines)
    yield from _signatures(masked, lines)
    yield from _headed(masked, lines)
    yield from _ending(masked, lines)


def _lines(text: str) -> list[tuple[int, str]]:
    """Every line that is not blank, with its place."""
    found = []
    position = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            found.append((position + line.index(stripped[0]), stripped))
        position += len(line) + 1
    return found


def _signatures(masked: Masked, lines: list[tuple[int, str]]) -> Iterator[tuple[Span, Mention, int]]:
    """The last line that is a day below a signer; a page's time stamp has no signer above it."""
    for index in range(len(lines) - 1, 0, -1):
        place, line = lines[index]
        alone = _ALONE.match(line)
        if alone and index + 1 < len(lines) and _OFFICE.match(lines[index + 1][1]):
            yield _answer(masked, place, alone, _SIGNATURE)
            return
        if alone and _is_signed(lines, index):
            yield _answer(masked, place, alone, _SIGNATURE)
            return
        glued = _GLUED.match(line)
        if glued and index >= len(lines) - 4 and _signs(line[: glued.start("d")].strip()):
            yield _answer(masked, place, glued, _SIGNATURE)
            return


def _is_signed(lines: list[tuple[int, str]], index: int) -> bool:
    above = lines[index - 1][1]
    if _NUMBER_LINE.match(above) and index <= _HEAD_LINES:
        return True  # a Japanese circular: number, day, addressees
    if index < 2:
        return False  # title and day: the page's own stamp
    return _signs(above) and not _REPOST.search(above)


def _signs(text: str) -> bool:
    return bool(_SIGNER.match(text) or _LEADER.match(text))


def _headed(masked: Masked, lines: list[tuple[int, str]]) -> Iterator[tuple[Span, Mention, int]]:
    """The day right below the title, where the authority itself is speaking and nobody reposts it."""
    if len(lines) < 3:
        return
    place, line = lines[1]
    alone = _ALONE.match(line)
    if alone is None:
        return
    title, body = lines[0][1], "\n".join(text for _, text in lines[2:_HEAD_LINES])
    chinese = _NOTICE_TITLE.match(title) and _OWN_VOICE.search(body) and not _REPOST.search(body)
    if chinese or _ENGLISH_VOICE.match(lines[2][1]):
        yield _answer(masked, place, alone, _HEADED)


def _ending(masked: Masked, lines: list[tuple[int, str]]) -> Iterator[tuple[Span, Mention, int]]:
    """A day alone on the last line of a notice that speaks for its authority and was reposted by nobody."""
    place, line = lines[-1] if lines else (0, "")
    alone = _ALONE.match(line)
    body = "\n".join(text for _, text in lines[:-1])
    if alone and len(lines) > 1 and _SPEAKING.search(body) and not _REPOST.search(body):
        yield _answer(masked, place, alone, _HEADED)


def _answer(masked: Masked, place: int, match: re.Match[str], rank: int) -> tuple[Span, Mention, int]:
    start = place + match.start("d")
    return masked.span(start, start + 1, lines=True), masked.mention(match["d"]), rank
