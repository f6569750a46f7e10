"""Invented offices that publish notices: feeds and lists, Chinese and English, a fifth of the Chinese lists in GB18030.

An item is a pure function of its office, its number and its version, so what was published, edited and only shuffled is known.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

BEGUN = datetime(2026, 1, 5, 8, tzinfo=UTC)
ZH = (
    "医疗器械注册核查",
    "化妆品补充检验方法",
    "细胞治疗产品药学研究指导原则",
    "疫苗流通追溯",
    "基因治疗产品长期随访",
    "药品集中采购",
    "儿童用药优先审评",
    "处方药转换",
)
EN = (
    "device user fees",
    "CAR-T cell products",
    "generic drug labelling",
    "infant formula",
    "gene therapy follow-up",
    "biosimilars",
)
ZH_TEXT = "为进一步规范{topic}，现予以公布，自发布之日起施行。有关单位应当结合实际，抓好贯彻落实，涉及{n}家企业。"
EN_TEXT = "The document describes recommendations on {topic} and follows a review of {n} submissions by the office. "


@dataclass(slots=True)
class Office:
    """One source: `first` is its oldest notice on show, `head` the newest; `edits` counts versions, `noise` idle changes."""

    number: int
    feed: bool
    chinese: bool
    gb18030: bool
    shown: int
    head: int
    edits: dict[int, int] = field(default_factory=dict)
    noise: int = 0
    changed: int = 0  # how often the bytes have changed

    @property
    def path(self) -> str:
        """Where it stands on its host."""
        return f"/{self.number}.{'xml' if self.feed else 'html'}"


def offices(count: int, seed: int = 7) -> list[Office]:
    """`count` offices, three fifths of them feeds."""
    drawn = random.Random(seed)
    made = []
    for number in range(count):
        feed, chinese = drawn.random() < 0.6, drawn.random() < 0.55
        shown = drawn.randint(20, 100) if feed else drawn.randint(20, 50)
        made.append(Office(number, feed, chinese, chinese and not feed and drawn.random() < 0.2, shown, shown))
    return made


def title_of(office: Office, n: int) -> str:
    """The title of its `n`th notice."""
    drawn = _drawn(office, n)
    version = office.edits.get(n, 0)
    again = (f"（更正{version}）" if office.chinese else f" [corrected {version}]") if version else ""
    if office.chinese:
        return f"关于{drawn.choice(ZH)}的通知（2026年第{office.number * 997 + n}号）{again}"
    return f"Notice on {drawn.choice(EN)} (No. {office.number * 997 + n}){again}"


def document(office: Office, host: str) -> bytes:
    """What the office shows now, newest first."""
    numbers = range(office.head - 1, office.head - 1 - office.shown, -1)
    if office.feed:
        entries = "".join(_entry(office, n, host) for n in numbers)
        stamp = format_datetime(BEGUN + timedelta(minutes=office.noise))
        head = f"<title>Office {office.number}</title><link>{host}/</link><lastBuildDate>{stamp}</lastBuildDate>"
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{entries}</channel></rss>'.encode()
    rows = "".join(
        f'<li><a href="/item/{office.number}/{n}.html">{escape(title_of(office, n))}</a><span class="date">{_day(n):%Y-%m-%d}</span></li>\n'
        for n in numbers
    )
    charset = "gb18030" if office.gb18030 else "utf-8"
    padding = "".join(f'<div class="nav"><a href="/c/{k}">栏目 {k}</a></div>' for k in range(60))
    page = (
        f'<!doctype html><html><head><meta charset="{charset}"><title>Office {office.number}</title></head><body>{padding}'
        f'<ul class="news">{rows}</ul><p>访问量：{10_000 + office.noise}</p></body></html>'
    )
    return page.encode(charset)


def address_of(office: Office, n: int, host: str) -> str:
    """The address of its `n`th notice."""
    return f"{host}/item/{office.number}/{n}.html"


def _entry(office: Office, n: int, host: str) -> str:
    drawn = _drawn(office, n)
    text = (ZH_TEXT if office.chinese else EN_TEXT).format(
        topic=drawn.choice(ZH if office.chinese else EN), n=drawn.randint(3, 400)
    )
    url = address_of(office, n, host)
    return (
        f"<item><guid>{url}</guid><title>{escape(title_of(office, n))}</title><link>{url}</link>"
        f"<pubDate>{format_datetime(_day(n))}</pubDate><description>{escape(text * drawn.randint(1, 4))}</description></item>\n"
    )


def _day(n: int) -> datetime:
    return BEGUN + timedelta(hours=5 * n)


def _drawn(office: Office, n: int) -> random.Random:
    return random.Random(hashlib.blake2b(f"{office.number}/{n}".encode(), digest_size=8).digest())
