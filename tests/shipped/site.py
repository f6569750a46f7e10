"""What a site answers, written by hand: invented acts, in the markup, link and date forms of the real one.

A shape knows the answer and what a reader of it would write down: title, address and day of each row. Around the rows stands what
stands on any page (navigation, a pinned link, a footer), so that a selector that takes too much is found out too.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

NOW = datetime(2026, 7, 10, 4, 0, tzinfo=UTC)
Expected = tuple[str, str, date | None]


@dataclass(frozen=True)
class Act:
    """An invented act: its title, the day it was published, and the number that its address has at the site."""

    title: str
    day: date
    number: int

    @property
    def cut(self) -> str:
        """The title as a narrow column prints it."""
        return self.title[:12] + "…"

    def into(self, template: str, **more: str) -> str:
        """A template with t (title), c (cut title), d (day), n (number) and `more` filled in."""
        return template.format(t=self.title, c=self.cut, d=self.day, n=self.number, **more)


@dataclass(frozen=True)
class Shape:
    """An answer, and what a person finds in it. `preloaded` is the page asked before, `picked` what stands there."""

    body: bytes
    media: str
    expected: tuple[Expected, ...]
    preloaded: bytes | None = None
    picked: Mapping[str, str] | None = None


ZH = (
    Act("关于公开征求《细胞治疗产品生产现场检查指南（试行）》意见的通知", date(2026, 7, 8), 4710932),
    Act("关于公布第七批干细胞临床研究备案机构名单的公告", date(2026, 6, 30), 4709815),
    Act("关于印发基因治疗产业高质量发展若干措施的通知", date(2025, 12, 3), 4688120),
)
HANT = (
    Act("預告訂定「再生醫療製劑查驗登記審查準則」草案", date(2026, 7, 8), 31207),
    Act("公告細胞治療技術施行計畫核准名單", date(2026, 6, 30), 31188),
)
EN = (
    Act("Potency assurance for cellular and gene therapy products: draft guidance", date(2026, 7, 8), 191204),
    Act("Public workshop on genome editing in somatic cells", date(2026, 6, 30), 190977),
    Act("Long-term follow-up after administration of CAR T cells", date(2025, 12, 3), 183310),
)
JA = (
    Act("再生医療等製品の条件及び期限付承認に関するガイダンス（案）について", date(2026, 7, 8), 50213),
    Act("遺伝子治療用製品等の品質及び安全性の確保について", date(2026, 6, 30), 50188),
)
KO = (
    Act("첨단바이오의약품 장기추적조사 가이드라인 개정안 의견조회", date(2026, 7, 8), 46310),
    Act("세포치료제 품질관리 지침 제정 알림", date(2026, 6, 30), 46277),
)
DE = (Act("Arzneimittel für neuartige Therapien: neue Hinweise zur Einreichung", date(2026, 7, 8), 711),)
PT = (Act("Consulta pública sobre produtos de terapia avançada", date(2026, 7, 8), 812),)

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}</title>
<link rel="stylesheet" href="/css/base.css"><script src="/js/jquery.min.js"></script></head>
<body><div class="top"><span>今天是2026年7月9日 星期四</span><a href="/index.html"><img src="/images/logo.png" alt=""></a>
<div class="nav"><ul><li><a href="/index.html">首页</a></li><li><a href="/zwgk/" title="政务公开">政务公开</a></li></ul></div></div>
<div class="main"><div class="position">当前位置：<a href="/index.html">首页</a> &gt; <span>列表</span></div>
{body}
</div>
<div class="foot"><p>主办单位 <a href="/wzdt/index.html">网站地图</a> 备案号 某ICP备05000000号</p></div>
</body></html>"""


def page(body: str, title: str = "列表", charset: str = "utf-8") -> bytes:
    """A whole page around a list."""
    return _PAGE.format(body=body, title=title, charset=charset).encode(charset)


def rows(acts: Sequence[Act], row: str, link: str) -> str:
    """The rows of a list: `row` with r (address as written) and the parts of an act."""
    return "\n".join(act.into(row, r=act.into(link)) for act in acts)


def found(acts: Sequence[Act], at: str, *, dated: bool = True) -> tuple[Expected, ...]:
    """What a reader writes down: `at` is the whole address."""
    return tuple((act.title, act.into(at), act.day if dated else None) for act in acts)


def listing(
    acts: Sequence[Act],
    row: str,
    link: str,
    at: str,
    *,
    around: str = "{rows}",
    dated: bool = True,
    charset: str = "utf-8",
) -> Shape:
    """A list page: rows inside `around`, the address of a row as the page writes it (`link`) and as it is meant (`at`)."""
    inner = around.replace("{rows}", rows(acts, row, link))
    return Shape(page(inner, charset=charset), f"text/html; charset={charset}", found(acts, at, dated=dated))


def answer(document: Any, expected: tuple[Expected, ...], media: str = "application/json") -> Shape:
    """An answer in JSON."""
    return Shape(json.dumps(document, ensure_ascii=False).encode(), media, expected)


def records(
    acts: Sequence[Act], record: Callable[[Act], dict[str, Any]], at: str, *, under: str = "", dated: bool = True, **beside: Any
) -> Shape:
    """Records in a list at the names of `under` (`a.b`), with other members of the outermost object beside them."""
    document: Any = [record(act) for act in acts]
    for name in reversed(under.split(".") if under else []):
        document = {name: document}
    if beside and isinstance(document, dict):
        document = {**beside, **document}
    return answer(document, found(acts, at, dated=dated))


def seconds(act: Act, hour: int = 9) -> int:
    """The moment of an act as seconds since 1970, at `hour` in Beijing."""
    return int(datetime(act.day.year, act.day.month, act.day.day, hour - 8 if hour >= 8 else 0, tzinfo=UTC).timestamp())


def simple(under: str, title: str, link: str, day: str, at: str, *, raw: str, when: Any, acts: tuple[Act, ...] = ZH) -> Shape:
    """Records that name title, address and day in members of their own."""

    def record(act: Act) -> dict[str, Any]:
        return {title: act.title, link: act.into(raw), day: when(act) if callable(when) else act.into(when), "summary": "……"}

    return records(acts, record, at, under=under)
