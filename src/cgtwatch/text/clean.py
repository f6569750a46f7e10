"""Takes out of a text what nobody can see and evens its whitespace, without touching what it says."""

import re
import unicodedata

# Control characters but tab and line feed, lone surrogates, non-characters, and the marks that reorder or hide text:
# bidi controls, zero-width marks, soft hyphen, tags. A title that shows one thing and holds another is an old trick.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_LINE_END = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
# Everything that may be a combining mark, and much that is none: Latin, punctuation and East Asian text is passed by at once.
_MAY_COMBINE = re.compile(
    "[^\x00-\u02ff\u2000-\u20cf\u2100-\u2cee\u2e80-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7ff\ue000-\ufb1d\ufe30-\uffff]"
)
_MOST_MARKS = 4  # no script stacks more; thousands of them on one letter run over the neighbouring lines


def clean(text: str) -> str:
    """`text` in NFC (Unicode Annex 15) without invisible characters; blanks are single spaces, at most one empty line stands.

    Idempotent. Never raises.
    """
    if text.isascii() and text.isprintable():  # most titles and many lines: nothing to find but blanks
        return " ".join(text.split())
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = _fewer_marks(unicodedata.normalize("NFC", text))
    text = _BLANKS.sub(" ", text)
    return _EMPTY_LINES.sub("\n\n", _AROUND_LINE_END.sub("\n", text)).strip() if "\n" in text else text.strip()


def one_line(text: str, limit: int | None = None) -> str:
    """`clean(text)` on one line; longer than `limit` characters it is cut and ends in `…`."""
    line = " ".join(clean(text).split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def _fewer_marks(text: str) -> str:
    """No more than four combining marks in a row."""
    if not _MAY_COMBINE.search(text):
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MOST_MARKS:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))
