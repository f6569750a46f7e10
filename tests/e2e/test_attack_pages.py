"""Pages behind the first one, and behind its rows, that fail in every way cost neither the visit nor the service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from inside import inside
from place import Answer, Site

ROW = "<li><a href='{0}'>{1}</a><span>2026-02-{2:02d}</span></li>"
LIST = """sources:
  - id: site
    name: Site
    kind: list
    url: "{url}/list"
    issuer: nmpa
    jurisdiction: CN
    language: zh
    every: 1h
    gap: 0s
    timeout: 5s
    robots: ignore
    list: {{item: li, title: a, link: "a@href", date: span, next: "p.next a@href", max_pages: 4}}
    detail: {detail}
"""


def page(rows: range, next_page: str, link: str = "/d/{}") -> str:
    body = "".join(ROW.format(link.format(n), f"关于细胞治疗产品第{n}号文件的通知", n) for n in rows)
    return f"<html><body><ul>{body}</ul><p class=next><a href='{next_page}'>next</a></p></body></html>"


@pytest.mark.fault("F19")
def test_next_pages_that_lead_back_are_read_once(tmp_path: Path, site: Site) -> None:
    site.page("/list", page(range(1, 4), "/list2"))
    site.page("/list2", page(range(4, 7), "/list"))
    with inside(tmp_path, LIST.format(url=site.url, detail="none")) as bench:
        row = bench.poll()["site"]
    assert (row["new"], site.asked("/list"), site.asked("/list2")) == (6, 1, 1)


@pytest.mark.parametrize(
    "older",
    [
        (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 nothing"),
        (500, {}, b""),
        (302, {"Location": "http://169.254.169.254/"}, b""),
        (200, {"Content-Type": "text/html"}, b""),
    ],
)
def test_an_older_page_that_cannot_be_read_costs_the_first_look_nothing(tmp_path: Path, site: Site, older: Answer) -> None:
    site.page("/list", page(range(1, 4), "/list2"))
    site.pages["/list2"] = older
    with inside(tmp_path, LIST.format(url=site.url, detail="none")) as bench:
        row = bench.poll()["site"]
    assert (row["outcome"], row["new"]) == ("ok", 3)


def endless(_headers: object) -> Answer:
    return 200, {"Content-Type": "text/html"}, b"<p>" + b"x" * 9_000_000


@pytest.mark.parametrize(
    "detail",
    [
        (404, {}, b""),
        (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
        (302, {"Location": "http://[::ffff:10.0.0.1]/"}, b""),
        (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7 cut"),
        (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"no gzip"),
        endless,
    ],
)
def test_detail_pages_that_fail_leave_their_rows_and_are_tried_again(
    tmp_path: Path, site: Site, detail: Answer | Callable[[object], Answer]
) -> None:
    site.page("/list", page(range(1, 4), ""))
    for number in range(1, 4):
        site.pages[f"/d/{number}"] = detail  # type: ignore[assignment]
    with inside(tmp_path, LIST.format(url=site.url, detail="auto")) as bench:
        assert (bench.poll()["site"]["outcome"], len(bench.ask("poll", ids=["site"]))) == ("ok", 3)
        assert len(bench.app.store.known("site")) == 3
        for number in range(1, 4):
            site.page(
                f"/d/{number}", f"<html><body><article><h1>通知{number}</h1><p>{'正文内容。' * 50}</p></article></body></html>"
            )
        bench.pass_time(hours=3)
        bench.poll()
        # The same bytes would fail again, and a page that is too big stays so.
        again = detail != (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7 cut") and detail is not endless
        assert all("正文" in known.text for known in bench.app.store.known("site")) is again
