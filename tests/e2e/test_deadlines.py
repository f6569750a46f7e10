"""`deadlines`: what is open for comment, as rows and as a calendar."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from place import Place

TODAY = datetime.now(UTC).date()
SOON, LATER, PAST = TODAY + timedelta(days=12), TODAY + timedelta(days=40), TODAY - timedelta(days=3)


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@pytest.fixture(scope="module")
def open_for_comment(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("deadlines"))
    folder = place.root / "acts"
    folder.mkdir()
    for n, (name, day) in enumerate([("CAR-T细胞", LATER), ("基因治疗产品", SOON), ("干细胞", PAST)]):
        title = f"关于公开征求《{name}药学研究技术指导原则（征求意见稿）》意见的通知"
        front = f"title: {title}\ndate: {PAST}\nissuer: cde\njurisdiction: CN\nurl: https://acts.example/{n}"
        (folder / f"{n}.md").write_text(f"---\n{front}\n---\n\n现公开征求意见，请于{said(day)}前反馈。\n", encoding="utf-8")
    place.sources(
        f"sources:\n  - {{id: acts, name: Acts, kind: folder, first_look: announce, folder: {{path: '{folder}', match: '*.md'}}}}\n"
    )
    place.run("poll", "--all")
    return place


def test_a_manager_sees_what_is_open_soonest_first_with_the_days_left(open_for_comment: Place) -> None:
    rows = [json.loads(line) for line in open_for_comment.run("deadlines", "--json").stdout.splitlines()]
    assert [row["comment_deadline"] for row in rows] == [SOON.isoformat(), LATER.isoformat()]
    assert all(abs(row["days_left"] - left) <= 1 for row, left in zip(rows, (12, 40), strict=True))  # her zone is not ours
    assert rows[0]["issuers"] == ["cde"]


def test_her_calendar_holds_each_deadline_as_a_whole_day_with_a_lasting_id(open_for_comment: Place) -> None:
    out: Path = open_for_comment.root / "deadlines.ics"
    open_for_comment.run("deadlines", "--ics", "--out", str(out), "--lang", "en")
    first = out.read_bytes()
    entries = Calendar.from_ical(first).walk("VEVENT")
    assert [entry.decoded("dtstart") for entry in entries] == [SOON, LATER]
    assert str(entries[0]["summary"]).startswith("Comments close: 关于公开征求《基因治疗产品")
    assert "https://acts.example/1" in str(entries[0]["description"])
    events = {json.loads(line)["id"] for line in open_for_comment.run("events", "--json").stdout.splitlines()}
    assert {str(entry["uid"]).removesuffix("@cgtwatch") for entry in entries} <= events
    open_for_comment.run("deadlines", "--ics", "--out", str(out), "--lang", "en")
    assert out.read_bytes() == first


def test_a_file_without_a_calendar_is_wrong_use(open_for_comment: Place) -> None:
    refused = open_for_comment.run("deadlines", "--out", "x.ics", code=2)
    assert "--ics" in refused.stderr
