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
        self._documents: Mapping[str, list[Document]] = _data("documents")
        self._said: Mapping[str, Any] = _data("site")
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
                status, kind, page = site.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

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
        for document in self._shown("feed"):
            if name == f"/news/{document['id']}":
                return 200, "text/html; charset=utf-8", self._article(document).encode()
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
            "{deadline_zh}": self._said["date"].format(year=last.year, month=last.month, day=last.day),
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
        return self._page(self._said["notices"], f'<ul class="list">{rows}</ul>')

    def _detail(self, one: Document) -> str:
        title = escape(one["title"])
        info = self._said["published"].format(on=self._on(one), views=98 + 31 * self.day)
        body = f'<h1>{title}</h1><p class="info">{info}</p><div class="text"><p>{escape(self._text(one))}</p></div>'
        return self._page(one["title"], body)

    def _article(self, one: Document) -> str:
        title = escape(one["title"])
        body = f"<h1>{title}</h1><p>{self._on(one)}</p><p>{escape(self._text(one))}</p>"
        return (
            f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head><body>{body}</body></html>"
        )

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
        said = self._said
        if self.day:
            return str(said["maintenance"])
        names = said["comma"].join(said["institution"].format(name=name) for name in said["institutions"])
        return self._page(said["register"], f"<div class='text'><p>{said['registered'].format(names=names)}</p></div>")

    def _page(self, title: str, body: str) -> str:
        """Chrome around the content: navigation, a visit counter and a clock, as noisy as the real thing."""
        noise = self._said["noise"].format(visits=4821 + 977 * self.day, hour=9 + self.day)
        head = f"<head><meta charset='gb2312'><title>{escape(title)}</title></head>"
        nav = f"<div class='nav'>{self._said['nav']}</div>"
        return f"<!doctype html><html>{head}<body>{nav}{body}<div class='foot'>{noise}</div></body></html>"


def _data(name: str) -> Any:  # noqa: ANN401 - the JSON border
    return json.loads(files("cgtwatch.demo").joinpath("data", f"{name}.json").read_text("utf-8"))
