"""A made-up regulator on loopback: a list with detail pages, a feed, and a page that falls into maintenance; it lives by days."""

import json
import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

OPEN_FOR = timedelta(days=21)  # the demo's consultations, from its second day on
Document = Mapping[str, Any]


class DemoSite:
    """The site and what has been asked of it. `day` is 0 at first; set it to 1 and a day of news has happened."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.day = 0
        self.requests: list[str] = []
        self._documents: Mapping[str, list[Document]] = json.loads(
            files("cgtwatch.demo").joinpath("data/documents.json").read_text("utf-8")
        )
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, name="demo-site", daemon=True).start()

    @property
    def url(self) -> str:
        """Where the site stands."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                status, kind, body = site.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the demo says what happens itself."""

        return Handler

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body for `path` as of today."""
        name = path.partition("?")[0]
        if name == "/robots.txt":
            return 404, "text/plain", b""
        if name == "/notices/":
            # declared as UTF-8, written in GB18030: what real sites do
            return 200, "text/html; charset=utf-8", self._list().encode("gb18030")
        if name == "/news/feed.xml":
            return 200, "application/rss+xml", self._feed().encode()
        if name == "/register/":
            return 200, "text/html; charset=utf-8", self._register().encode()
        for document in self._shown("notices"):
            if name == f"/notices/{document['id']}.html":
                return 200, "text/html; charset=gb18030", self._detail(document).encode("gb18030")
        return 404, "text/html", b"<h1>404</h1>"

    def _shown(self, what: str) -> list[Document]:
        return sorted((one for one in self._documents[what] if one["day"] <= self.day), key=lambda one: -one["day"])

    def _on(self, document: Document) -> date:
        return (self.start + timedelta(days=document["day"])).date()

    def _text(self, document: Document) -> str:
        edit = document.get("edited")
        text = edit["text"] if edit and edit["from_day"] <= self.day else document["text"]
        last, later = (self.start + OPEN_FOR).date(), (self.start + 2 * OPEN_FOR).date()
        said = {
            "{deadline_zh}": f"{last.year}年{last.month}月{last.day}日",
            "{deadline_en}": f"{last.day} {last:%B %Y}",
            "{extended_en}": f"{later.day} {later:%B %Y}",
        }
        for mark, words in said.items():
            text = text.replace(mark, words)
        return str(text)

    def _list(self) -> str:
        rows = "".join(
            f'<li><a href="./{one["id"]}.html?v={self.day}">{escape(one["title"])}</a><span>{self._on(one)}</span></li>'
            for one in self._shown("notices")
        )
        return _page("通知公告", f'<ul class="list">{rows}</ul>', self.day)

    def _detail(self, one: Document) -> str:
        title = escape(one["title"])
        info = f"发布时间：{self._on(one)} 浏览：{98 + 31 * self.day}次"
        body = f'<h1>{title}</h1><p class="info">{info}</p><div class="text"><p>{escape(self._text(one))}</p></div>'
        return _page(one["title"], body, self.day)

    def _feed(self) -> str:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{one['id']}</guid><title>{escape(one['title'])}</title>"
            f"<link>{self.url}/news/{one['id']}</link><pubDate>{format_datetime(self.start + timedelta(days=one['day']))}</pubDate>"
            f"<description>{escape(self._text(one))}</description></item>"
            for one in self._shown("feed")
        )
        head = f"<title>Example Medicines Agency</title><link>{self.url}</link><description>News</description>"
        return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{head}{entries}</channel></rss>"

    def _register(self) -> str:
        if self.day:
            return "<html><head><title>系统维护</title></head><body><p>系统维护中，请稍后访问。</p></body></html>"
        names = "、".join(f"示例{name}医院" for name in ("第一", "第二", "中心", "儿童", "肿瘤", "大学附属", "中"))
        text = f"截至目前，全省已备案干细胞临床研究机构共七家，名单如下：{names}。"
        return _page("已备案机构名单", f"<div class='text'><p>{text}</p></div>", self.day)


def _page(title: str, body: str, day: int) -> str:
    """Chrome around the content: navigation, a visit counter and a clock, as noisy as the real thing."""
    noise = f"今日访问：{4821 + 977 * day} 当前时间：{9 + day}:30:00"
    head = f"<head><meta charset='gb2312'><title>{escape(title)}</title></head>"
    nav = "<div class='nav'>首页 | 政务公开 | 办事服务</div>"
    return f"<!doctype html><html>{head}<body>{nav}{body}<div class='foot'>{noise}</div></body></html>"
