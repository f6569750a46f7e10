"""Sources and pages for the parsers' tests."""

from datetime import UTC, datetime, timedelta

from cgtwatch.model.fetch import Fetched, Validators
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.parse import Page

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
URL = "https://www.example.gov.cn/yaopin/index.html"


def source(kind, **more):
    given = {"url": URL, "timezone": "Asia/Shanghai", **more}
    return Source("src", Kind(kind), given.pop("url"), Names("来源", "Source"), **given)


def page(body, *, url=URL, content_type="text/html", charset=None):
    return Page(body.encode() if isinstance(body, str) else body, url, content_type, charset, NOW)


def fetched(body, *, content_type="text/html", url=URL):
    raw = body.encode() if isinstance(body, str) else body
    return Fetched(url, url, 200, {"content-type": content_type}, raw, Validators(), NOW, timedelta())


def rss(*items, end="</channel></rss>"):
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>药监通告</title>{"".join(items)}{end}'


def item(number, *, title=None, guid=None, date="Wed, 08 Jul 2026 10:00:00 +0800", text="正文"):
    named = f"公告 {number}" if title is None else title
    identity = f"<guid>{guid}</guid>" if guid else ""
    return (
        f"<item><title>{named}</title><link>https://www.example.gov.cn/{number}.html</link>{identity}"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )
