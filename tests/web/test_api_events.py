"""Programs search events, follow them, look at their documents, and say what was read wrongly."""

import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from docx import Document
from icalendar import Calendar

from web.api_kit import Programs, programs
from web.watched import tell


@pytest.fixture
def api(news_api: Programs) -> Programs:
    """For tests that only look."""
    return news_api


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """For tests that change something."""
    with programs(tmp_path_factory.mktemp("events")) as made:
        yield made


def titles(api: Programs, **asked: object) -> list[str]:
    return [one["title"][:12] for one in api.json("/api/events", **asked)["events"]]


def test_events_are_searched_and_filtered_by_the_names_of_the_page(api: Programs) -> None:
    assert len(titles(api)) == 2
    assert titles(api, query="CAR-T") == titles(api, modality="car_t") == titles(api, open="1") == ["Draft guidel"]
    assert titles(api, stage=["draft", "proposed"], jurisdiction="US", issuer="fda", source="agency", level="national") == [
        "Draft guidel"
    ]
    assert titles(api, jurisdiction="JP") == titles(api, since="2026-04", until="2026-05") == []
    assert titles(api, sort="deadline", limit=1) == ["Draft guidel"]


def test_facets_count_what_each_choice_would_leave(api: Programs) -> None:
    found = api.json("/api/events/facets", modality="car_t")
    assert found["total"] == 1
    assert {"value": "US", "count": 1} in found["facets"]["jurisdiction"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("stage=nonsense", 422, "stage: write 'draft'"), ("juridiction=CN", 422, "juridiction: no such name"), ("limit=0", 400, "limit"),
        ("limit=1001", 400, "limit"), ("cursor=nothing", 400, "cursor"), ("after_seq=-1", 400, "after_seq"), ("modality=perpetuum", 422, "modality"),
        ("changed_since=soon", 422, "changed_since"), ("since=2026-13", 422, "since"), ("stage=x&limit=x", 422, "limit"), ("sort=best", 422, "sort"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_instead_of_passed_over(api: Programs, query: str, status: int, said: str) -> None:
    answer = api.root.get(f"/api/events?{query}")
    assert answer.status_code == status
    assert any(said in problem for problem in answer.json().get("problems", [answer.json()["error"]]))


def test_pages_follow_each_other_to_the_end(api: Programs) -> None:
    first = api.json("/api/events", limit=1)
    second = api.json("/api/events", limit=1, cursor=first["next"])
    assert [len(first["events"]), len(second["events"]), second["next"]] == [1, 1, None]
    assert first["events"] != second["events"]


def test_a_program_that_follows_by_number_misses_nothing_and_hears_nothing_twice(own: Programs) -> None:
    heard, seq = [], 0
    while True:
        page = own.json("/api/events", after_seq=seq, limit=1)
        heard += [one["id"] for one in page["events"]]
        seq = page["seq"]
        if page["next"] is None:
            break
    assert sorted(heard) == sorted(one["id"] for one in own.json("/api/events")["events"])
    assert seq == own.app.store.last_seq()
    assert own.json("/api/events", after_seq=seq)["events"] == []
    own.watch.publish(
        "third", "Agency issues final guideline on stem cell therapy", "The agency has issued a guideline on stem cells."
    )
    own.watch.bench.pass_time(hours=7)
    tell(own.watch)
    [fresh] = own.json("/api/events", after_seq=seq)["events"]
    assert fresh["title"].startswith("Agency issues final")
    assert own.json("/api/events", after_seq=seq)["seq"] == fresh["seq"] == own.app.store.last_seq()


def test_announcements_say_why_each_was_told(api: Programs) -> None:
    found = api.json("/api/announcements")
    assert [one["kind"] for one in found["announcements"]] == ["new", "new", "revised"]
    rest = api.json("/api/announcements", after_seq=2, limit=1)
    assert ([one["seq"] for one in rest["announcements"]], rest["seq"], rest["more"]) == ([3], 3, False)


def test_all_events_come_as_lines_where_lines_are_asked_for(api: Programs) -> None:
    answer = api.root.get("/api/events?limit=1", headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in answer.text.splitlines()] == api.json("/api/events")["events"]


def test_a_document_tells_its_versions_and_what_changed(api: Programs) -> None:
    item = api.app.store.event(api.watch.event("CAR-T")).item_id
    found = api.json(f"/api/items/{item}/revisions", text=1)["revisions"]
    assert [one["number"] for one in found] == [1, 2]
    assert len(found[0]["text"]) == found[0]["characters"]
    diff = api.json(f"/api/items/{item}/diff")
    assert (diff["from"], diff["to"]) == (1, 2)
    assert any("July" in line for line in diff["lines"])
    assert api.json(f"/api/items/{item}/diff", **{"from": 2, "to": 1})["summary"]
    assert api.root.get(f"/api/items/{item}/diff?to=7").status_code == 422


def test_a_reader_is_not_told_of_other_readers(api: Programs) -> None:
    path = f"/api/events/{api.watch.event('CAR-T')}/explain"
    assert {one["subscription"] for one in api.json(path)["told"]} == {"mei", "picky"}
    assert api.eye.get(path).json()["told"] == []


def test_what_was_read_wrongly_is_said_and_forgotten(own: Programs) -> None:
    event = own.watch.event("CAR-T")
    marked = own.root.post(
        f"/api/events/{event}/mark",
        json={"fields": {"stage": "issued", "issuers": ["fda", "ema"], "comment_deadline": None}, "note": "final"},
    )
    assert marked.status_code == 200, marked.text
    assert (marked.json()["mark"]["by"], marked.json()["event"]["issuers"]) == ("root", ["fda", "ema"])
    assert own.json(f"/api/events/{event}")["stage"] == "issued"
    cleared = own.root.delete(f"/api/events/{event}/mark").json()
    assert (cleared["cleared"], cleared["event"]["stage"]) == (True, "draft")
    assert own.of("root", "read").post(f"/api/events/{event}/mark", json={"relevant": False}).status_code == 403
    assert own.open.post(f"/api/events/{event}/mark", json={"relevant": False}).status_code == 401


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({}, "nothing to mark"), ({"relevant": "no"}, "relevant"), ({"fields": ["stage=issued"]}, "fields"), ({"fields": {"stage": 7}}, "stage"),
        ({"fields": {"stage": "nonsense"}}, "stage"), ({"fields": {"a=b": "c"}}, "a=b"), ({"event": "x", "relevant": True}, "event"), ({"note": 7}, "note"),
    ],
)  # fmt: skip
def test_a_wrong_mark_is_told_by_its_fields(api: Programs, said: dict[str, object], named: str) -> None:
    answer = api.root.post(f"/api/events/{api.watch.event('CAR-T')}/mark", json=said)
    assert answer.status_code == 422
    assert any(named in problem for problem in answer.json()["problems"])
    assert "--" not in answer.text


def test_deadlines_are_rows_and_a_calendar(api: Programs) -> None:
    [row] = api.json("/api/deadlines")["deadlines"]
    assert (row["comment_deadline"], row["days_left"]) == ("2026-07-01", 121)
    answer = api.root.get("/api/deadlines.ics?lang=en")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1


def test_the_review_is_records_or_a_document(api: Programs) -> None:
    assert api.json("/api/report", lang="en")["summary"]["acts"] == 2
    assert "CAR-T" in api.root.get("/api/report?format=md&lang=en").text
    paper = api.root.get("/api/report?format=docx&lang=en&from=2026-01-01&to=2026-12-31")
    assert "policy-review-2026-01-01-2026-12-31.docx" in paper.headers["content-disposition"]
    assert Document(BytesIO(paper.content)).paragraphs
    assert api.root.get("/api/report?from=2026-12-31&to=2026-01-01").status_code == 422
    assert api.json("/api/report?from=0001-01-01&to=9999-12-31")["summary"]["acts"] == 2


@pytest.mark.parametrize("form", ["json", "md", "docx"])
def test_a_review_that_would_keep_all_others_waiting_is_refused_with_a_way_out(
    api: Programs, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("cgtwatch.web.api.reports.IN_A_FILE", {"md": 1, "docx": 1})
    answer = api.root.get("/api/report", params={"format": form, "from": "2026-01-01", "to": "2026-12-31"})
    assert (answer.status_code, "2 acts; at most 1" in answer.json()["error"]) == (422, True)


def test_somebody_sees_who_one_is_and_ends_ones_own_tokens_alone(own: Programs) -> None:
    me = own.eye.get("/api/me").json()
    assert (me["name"], me["role"]) == ("eye", "reader")
    [token] = me["tokens"]
    assert own.root.delete(f"/api/tokens/{token['id']}").status_code == 404
    assert own.eye.post("/api/tokens", json={"label": "more"}).status_code == 403
    assert own.eye.delete(f"/api/tokens/{token['id']}").json()["revoked_at"]
    assert own.eye.get("/api/me").status_code == 401


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_has_no_year_in_utc_is_a_mistake(api: Programs, since: str) -> None:
    assert api.root.get("/api/events", params={"changed_since": since}).status_code == 422
