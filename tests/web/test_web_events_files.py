"""Events of a filter as CSV, JSON and a workbook."""

import csv
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime

import pytest
from openpyxl import load_workbook

from cgtwatch.compose.table import COLUMNS, About, as_csv
from cgtwatch.compose.workbook import as_workbook
from cgtwatch.web.pages import events_files
from web.watched import HOSTILE, Watched

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1+1"]


def row(title: str) -> dict[str, object]:
    return {**dict.fromkeys(COLUMNS, ""), "title": title, "link": "https://a.example/x"}


def test_csv_reads_back_with_its_words_in_the_readers_language(news: Watched) -> None:
    answer = news.page.get("/events.csv?lang=zh&query=CAR-T")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="cgtwatch-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    [found] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert found["阶段"] == "征求意见"
    assert found["意见截止"] == "2026-07-01"
    assert found["编号"] == news.event("CAR-T")


def test_json_holds_the_records_of_the_command(news: Watched) -> None:
    answer = news.page.get("/events.json")
    found = answer.json()
    assert found["truncated"] is False
    assert {one["id"] for one in found["events"]} == {news.event("CAR-T"), news.event("gene therapy")}
    assert found["events"][0]["issuers"]


def test_a_workbook_reads_back_with_true_dates_links_and_a_head_that_stays(news: Watched) -> None:
    answer = news.page.get("/events.xlsx?lang=en&query=CAR-T")
    book = load_workbook(io.BytesIO(answer.content))
    sheet, about = book.worksheets
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:S2"
    cells = dict(zip(COLUMNS, sheet[2], strict=True))
    assert sheet["A1"].value == "Date"
    assert cells["comment_deadline"].value == datetime(2026, 7, 1)  # noqa: DTZ001 - a workbook knows no zones
    assert cells["comment_deadline"].is_date
    assert cells["link"].hyperlink.target == cells["link"].value
    assert cells["page"].value == f"https://watch.example.org/events/{news.event('CAR-T')}"
    assert [one.value for one in about["A"]] == ["Filter", "Made", "Rows"]
    assert about["B1"].value == "“CAR-T”"


def test_no_more_workbooks_are_made_at_once_than_leave_room_for_pages(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def slow(_wanted: object) -> bytes:
        begun.release()
        assert goes_on.wait(10)
        return b"book"

    monkeypatch.setattr(events_files, "_workbook", slow)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(news.page.get, "/events.xlsx") for _ in range(events_files.SIDE_BY_SIDE + events_files.WAITING + 2)]
        refused = next(as_completed(asked)).result()
        assert begun.acquire(timeout=10)
        assert news.page.get("/events").status_code == 200
        goes_on.set()
        found = sorted(one.result().status_code for one in asked)
    assert refused.headers["retry-after"]
    assert found == [200] * 6 + [503] * 2


@pytest.mark.fault("S14")
def test_nothing_of_a_hostile_title_acts_in_a_file(news: Watched) -> None:
    text = news.page.get("/events.csv?lang=en&query=gene").content.decode("utf-8-sig")
    assert HOSTILE in next(csv.DictReader(io.StringIO(text)))["Title"]


@pytest.mark.parametrize("title", FORMULAS)
@pytest.mark.fault("S14")
def test_what_a_spreadsheet_would_run_is_only_text(title: str) -> None:
    [_, line] = csv.reader(io.StringIO("".join(as_csv(COLUMNS, [row(title)])).removeprefix("\ufeff")))
    assert line[1] == f"'{title}"
    book = load_workbook(io.BytesIO(as_workbook(COLUMNS, [row(title)], About("About", ((title, title),)), "Events")))
    for cell in (book.worksheets[0]["B2"], book.worksheets[1]["A1"], book.worksheets[1]["B1"]):
        assert (cell.value, cell.data_type) == (title, "s")


def test_a_file_that_is_cut_off_says_so(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_files, "MOST_ROWS", {"csv": 1, "json": 1, "xlsx": 1})
    assert len(list(csv.reader(io.StringIO(news.page.get("/events.csv").text)))) == 2
    found = json.loads(news.page.get("/events.json").text)
    assert (len(found["events"]), found["truncated"]) == (1, True)
    about = load_workbook(io.BytesIO(news.page.get("/events.xlsx?lang=en").content)).worksheets[1]
    assert about["A4"].value == "Cut off"


def test_a_file_goes_through_all_pages_of_its_query(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_files, "_PAGE", 1)
    for sort in ("", "?sort=date", "?sort=deadline", "?sort=importance"):
        assert len(news.page.get(f"/events.json{sort}").json()["events"]) == 2
