"""Errors that come with status 200: a JSON object that speaks of trouble where records should be."""

import json
import re
from collections.abc import Mapping
from typing import Any

from cgtwatch.model.fetch import Fetched

_SIZE = 20_000  # bytes; an error has little to say
_OK = ("success", "ok", "succeed", "isSuccess", "is_success", "result")
_CODES = (
    "code", "errcode", "errCode", "err_code", "errorCode", "error_code", "statusCode", "status_code", "ret", "retcode", "resultCode", "status",
)  # fmt: skip
_ERRORS = ("error", "errors", "errmsg", "errMsg", "error_msg", "errorMessage", "error_message", "exception", "fault")
_SAYING = ("message", "msg", "error", "errmsg", "errMsg", "errorMessage", "error_description", "detail", "info", "desc", "title")
_FINE = re.compile(
    r"|0+|1|20+|10+|ok|okay|success(?:ful(?:ly)?)?|succeed(?:ed)?|true|s|y|done|complete[d]?|none|null|normal", re.IGNORECASE
)
_GOOD = re.compile(
    r"success|\bok\b|成功|正常|完成|no (?:data|results?|records?)|(?:暂无|没有|无)(?:相关|任何)?(?:数据|记录|内容|结果)",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"err|fail|exception|denied|unauthor|forbidden|invalid|expired|limit|unavailable|busy|timeout|block|refus|reject|maint"
    r"|错误|失败|异常|繁忙|频繁|过期|超时|失效|登[录陆]|权限|拒绝|拦截|维护|稍[后候]|非法|禁止",
    re.IGNORECASE,
)


def fault_in(visit: Fetched) -> str:
    """What a JSON answer says of an error; empty where it says of none, or is none."""
    if len(visit.body) > _SIZE or visit.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return ""
    try:
        said = json.loads(visit.body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return ""
    words = " ".join(_text(said[key]) for key in _SAYING if said.get(key))
    if any(said.get(key) is False for key in _OK):
        return f"it was no success. {words}"
    for key in _CODES:
        if _wrong(said.get(key), words):
            return f"{key} is {_text(said[key])}. {words}"
    return _error(said)


def _wrong(code: object, words: str) -> bool:
    """Whether a code is an error's: as in HTTP, or one that the words beside it do not call good."""
    if isinstance(code, bool) or not isinstance(code, int | str):
        return False
    text = str(code).strip()
    if _FINE.fullmatch(text):
        return False
    if re.fullmatch(r"-?\d+", text):
        return text[:1] == "-" or 400 <= int(text[:9]) < 600 or (bool(words) and not _GOOD.search(words))
    return _TROUBLE.search(text) is not None


def _error(said: Mapping[str, Any]) -> str:
    for key in _ERRORS:
        text = _text(said.get(key)) if said.get(key) else ""
        if text and not _FINE.fullmatch(text) and not _GOOD.search(text):
            return f"{key}: {text}"
    return ""


def _text(value: object) -> str:
    return " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split())[:160]
