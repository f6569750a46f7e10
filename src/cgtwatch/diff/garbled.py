"""Texts that nobody wrote: read in a wrong encoding, escaped twice, or left as a template."""

import re

from cgtwatch.text.charset_score import likeness

# UTF-8 read as Latin-1 or Windows-1252 or MacRoman, GBK read as UTF-8 ("锟斤拷", the replaced replacement), UTF-8 read as GBK.
_LATIN = re.compile("[ÃÂÐÑØÙàáâãäåæçèéêëìíîï][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÂÊËÁÈÎÏÌÓÔ][õÕ∫≥≤ÅÄÇÖÑºªΩæøΩ][Ë-ÔΩ∂∞]?")
_REPLACED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_GBK = re.compile("[鍥鏂鍏鐨鎴鍙涓浜璇锛鏈鐢绯绠鑽鍝鐩鏉浠缁瀹娉鎷鍛妫鐞]")
# Characters that were lost on the way ("????") or still wait to be one ("&#22269;", "\\u56fd", "%E5%9B%BD").
_LOST = re.compile(r"[?？□]{3,}")
_ESCAPED = re.compile(r"&#(?:x[0-9a-f]{2,5}|\d{3,6});?|\\u[0-9a-f]{4}|(?:%[89a-f][0-9a-f]){3}", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"""\{\{.{0,80}\}\}|\$\{.{0,80}\}|<%.{0,80}%>|\[%.{0,80}%\]|\#\{.{0,80}\}|\{(?:\$|@|%).{0,80}\}
    |^\W*(?:undefined|null|none|nan|\[object\ object\]|loading|please\ wait|lorem\ ipsum.{0,80}|placeholder|todo
    |(?:正在|数据|内容)?(?:加载|载入)中|请稍[候后等]|暂无(?:数据|内容|信息|标题)|标题|新闻标题|文章标题|信息标题|title|item\ title|untitled)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Encodings that a text may have been read in, with the family by whose commonest characters it is judged.
_READ = (("gb18030", "gb18030"), ("big5hkscs", "big5"), ("cp932", "shift_jis"), ("cp949", "euc-kr"))
_WRITTEN = (*_READ, ("utf-8", "gb18030"))
_LONGEST = 300
_FEW = 6  # letters beyond ASCII, of which fewer tell nothing
_CLEAR = 0.15  # of the letters, common ones by which a text is one of its language
_LATIN_END, _EAST = 0x300, 0x2E80


def garbled(text: str) -> bool:
    """Whether `text` looks like bytes read in a wrong encoding."""
    if not text:
        return False
    lost, escaped = sum(map(len, _LOST.findall(text))), sum(map(len, _ESCAPED.findall(text)))
    if lost >= max(6, 0.4 * len(text)) or escaped >= max(24, 0.5 * len(text)):
        return True
    if text.isascii():
        return False
    broken = 2 * len(_LATIN.findall(text)) + 2 * len(_REPLACED.findall(text))
    letters = sum(1 for char in text if char.isalpha())
    if broken >= max(4, 0.15 * len(text)) or len(_GBK.findall(text)) >= max(4, 0.2 * letters):
        return True
    return _reads_better(text[:_LONGEST])


def _reads_better(text: str) -> bool:
    """Whether the bytes behind a text make sense in another encoding, and next to none in any as they were read."""
    letters = [char for char in text if char.isalpha()]
    foreign = [char for char in letters if not char.isascii()]
    if len(foreign) < max(_FEW, 0.5 * len(letters)):
        return False
    if all(ord(char) < _LATIN_END for char in letters):  # accents with hardly a letter between them
        return any(_sense(text, "latin-1", *written) >= _CLEAR for written in _READ)
    if sum(ord(char) >= _EAST for char in foreign) < 0.8 * len(foreign):
        return False
    here = 0.0
    for _, family in _READ:
        here = max(here, likeness(text, family))
        if here >= _CLEAR:
            return False
    return any(
        _sense(text, read, *written) >= max(_CLEAR, 3 * here) for read, _ in _READ for written in _WRITTEN if written[0] != read
    )


def _sense(text: str, read: str, written: str, family: str) -> float:
    """How much like its language a text is that was written in one encoding and read in another."""
    raw = text.encode(read, "ignore")
    if 10 * len(raw.decode(read, "ignore")) < 9 * len(text.replace("\ufffd", "")):
        return 0.0  # it holds what this encoding has not
    again = raw.decode(written, "replace")
    if 4 * again.count("\ufffd") > len(again) or sum(not char.isascii() for char in again) < _FEW:
        return 0.0
    return likeness(again, family)


def unwritten(title: str) -> bool:
    """Whether a title is a template's, which a script was to fill."""
    return _TEMPLATE.search(title) is not None
