"""The block of facts beside a document: its number, index, issuer and days, which sites print in a table above the text."""

import re
from collections.abc import Sequence

_SEARCHED = 400  # lines of a page
_LONGEST = 120  # characters of a value

# What is kept, and what only ends a value. Blanks may stand between the characters of a label (索 引 号).
_KEPT = (
    "索引号", "索取号", "发文字号", "发布文号", "公文文号", "文件字号", "文件编号", "发文文号", "文号", "字号",
    "发文机关", "发文机构", "发文单位", "制发机关", "发布机构", "发布机关", "发布单位", "公布机关",
    "成文日期", "成文时间", "发文日期", "印发日期", "公布日期", "生成日期", "生效日期", "生效时间", "实施日期", "施行日期", "失效日期", "废止日期", "终止日期",
    "有效性", "效力状态", "时效性", "时效", "文件状态", "是否有效", "规范性文件编号", "统一编号",
)  # fmt: skip
_ENDING = (
    "主题分类", "主题词", "主题", "标题", "名称", "信息名称", "文件名称", "公开方式", "公开范围", "公开形式", "公开属性", "公开责任部门",
    "体裁分类", "组配分类", "信息类别", "信息分类", "所属主题", "所属分类", "服务对象", "分类", "来源", "关键词", "内容概述", "有效期", "语种",
    "载体类型", "发布日期", "发布时间", "公开日期", "公开时间", "浏览次数", "浏览量", "字体", "打印", "文种", "责任部门", "栏目", "信息来源",
    "起草单位", "拟稿单位",
)  # fmt: skip
_NUMBERS = frozenset(
    {
        "索引号",
        "索取号",
        "发文字号",
        "发布文号",
        "公文文号",
        "文件字号",
        "文件编号",
        "发文文号",
        "文号",
        "统一编号",
        "规范性文件编号",
    }
)
_EMPTY = frozenset({"", "无", "-", "--", "—", "/", "暂无", "空"})


def _spaced(labels: Sequence[str]) -> str:
    return "|".join(r"[ \u3000\xa0]*".join(label) for label in sorted(labels, key=len, reverse=True))


_LABEL = re.compile(rf"(?:^|(?<=[\s\[【\]】|>〉》;；,，。）)]))(?P<label>{_spaced((*_KEPT, *_ENDING))})[\s\]】]*(?:[:：]|$)")
_ENGLISH = re.compile(
    r"(?P<label>docket number|document number|document citation|reference number|fr document)s?\s*:?\s*(?P<value>.*)",
    re.IGNORECASE,
)
_ENGLISH_VALUE = re.compile(r"(?=.*\d)[A-Z0-9][\w./:() \-]{3,60}")


def masthead(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines `label：value` of the block, in the page's order; none where the page has no block with a number or index."""
    facts: dict[str, str] = {}
    for index, line in enumerate(lines[:_SEARCHED]):
        if len(line) > 600:
            continue
        following = next((other for other in lines[index + 1 : index + 3] if other.strip()), "")
        for label, value in _facts(line.strip(), following.strip()):
            facts.setdefault(label, value)
    if not facts.keys() & _NUMBERS and not any(label.isascii() for label in facts):
        return ()
    return tuple(f"{label}：{value}" if not label.isascii() else f"{label}: {value}" for label, value in facts.items())


def _facts(line: str, following: str) -> list[tuple[str, str]]:
    found = list(_LABEL.finditer(line))
    ends = [*(match.start() for match in found[1:]), len(line)]
    pairs = [("".join(match["label"].split()), line[match.end() : end]) for match, end in zip(found, ends, strict=False)]
    if len(pairs) == 1 and not pairs[0][1].strip() and not _LABEL.match(following):
        pairs = [(pairs[0][0], following)]
    named = [(label, " ".join(value.strip(" \t　[]【】|；;").split())) for label, value in pairs if label in _KEPT]
    kept = [(label, value) for label, value in named if value not in _EMPTY and len(value) <= _LONGEST and _fits(label, value)]
    return kept or _english(line, following)


def _fits(label: str, value: str) -> bool:
    """A number has digits; a label at the head of a sentence has a sentence behind it."""
    return not value.endswith(("。", "；")) and (label not in _NUMBERS or any(char.isdigit() for char in value))


def _english(line: str, following: str) -> list[tuple[str, str]]:
    found = _ENGLISH.fullmatch(line)
    value = (found["value"].strip() or following) if found else ""
    return [(found["label"].capitalize(), value)] if found and _ENGLISH_VALUE.fullmatch(value) else []
