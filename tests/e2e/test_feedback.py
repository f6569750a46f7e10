"""Marks, their scores, and replays, by the real command."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from place import Place

GUIDE = "国家药监局关于发布《细胞治疗产品生产检查指南》的通告\n发布时间：2026-02-03\n\n现予发布，自2026年3月1日起施行。"
NOTICE = "国家卫生健康委关于干细胞临床研究的通知\n发布时间：2026-02-05\n\n国家卫生健康委发布通知，规范干细胞临床研究。"


@pytest.fixture(scope="module")
def once_filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("filled"))
    folder = place.root / "acts"
    folder.mkdir()
    (folder / "guide.txt").write_text(GUIDE, encoding="utf-8")
    (folder / "notice.txt").write_text(NOTICE, encoding="utf-8")
    place.sources(
        "sources:\n  - id: acts\n    name: Acts\n    kind: folder\n    first_look: announce\n"
        f"    folder: {{path: '{folder}', match: '*.txt'}}\n"
    )
    place.run("subscriptions", "add", "reader", "--to", "local:", "--lang", "zh")
    place.run("poll", "--all")
    return place


@pytest.fixture
def filled(once_filled: Place, place: Place) -> Place:
    """A copy, whose folder of documents is its own."""
    shutil.copytree(once_filled.root, place.root, dirs_exist_ok=True)
    place.sources((place.root / "sources.yaml").read_text("utf-8").replace(str(once_filled.root), str(place.root)))
    return place


def named(place: Place, words: str) -> str:
    return next(row["id"] for row in place.rows("events") if words in row["title"])


def test_what_a_reader_marks_as_not_relevant_leaves_the_digest_and_the_lists(filled: Place) -> None:
    event = named(filled, "干细胞")
    row = filled.rows("events", "mark", event, "--not-relevant", "--note", "only a summary", "--by", "jing")[0]
    assert row["mark"]["by"] == "jing"
    assert row["event"]["relevant"] is False
    assert [one["id"] for one in filled.rows("events", "--not-relevant")] == [event]
    assert filled.rows("digest", "--subscription", "reader")[0]["events"] == 1
    report = filled.run("report", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "md").stdout
    assert "检查指南" in report
    assert "干细胞临床研究" not in report


@pytest.mark.chaos
def test_a_mark_outlives_an_edit_of_the_document_and_is_not_told_as_its_change(filled: Place) -> None:
    event = named(filled, "检查指南")
    filled.run("events", "mark", event, "--field", "stage=amended", "--field", "issuers=nmpa, cfdi")
    (filled.root / "acts" / "guide.txt").write_text(GUIDE + "\n\n附件：检查要点，供细胞治疗产品生产企业使用。", encoding="utf-8")
    assert filled.poll()["acts"]["updated"] == 1
    row = next(one for one in filled.rows("events") if one["id"] == event)
    assert (row["stage"], row["issuers"], row["revision"]) == ("amended", ["nmpa", "cfdi"], 2)
    told = filled.rows("explain", event)[0]["announcements"]
    assert [one["kind"] for one in told] == ["new", "revised"]
    assert "stage" not in told[1]["change"]


def test_what_is_not_relevant_is_announced_no_more(filled: Place) -> None:
    event = named(filled, "检查指南")
    filled.run("events", "mark", event, "--not-relevant")
    (filled.root / "acts" / "guide.txt").write_text(GUIDE.replace("3月1日", "4月1日"), encoding="utf-8")
    assert filled.poll()["acts"]["announced"] == 0


def test_explain_tells_the_whole_chain_with_who_said_what(filled: Place) -> None:
    event = named(filled, "检查指南")
    filled.run("subscriptions", "add", "later", "--to", "local:", "--topic", "nk", "--since", "2026-01-01")
    filled.run("events", "mark", event, "--field", "importance=low", "--by", "jing", "--note", "known")
    filled.run("digest", "--subscription", "reader")
    found = filled.rows("explain", event)[0]
    assert found["feedback"]["labels"] == {"importance": "low"}
    assert found["feedback"]["read"] == {"importance": "high"}
    assert [one["subscription"] for one in found["told"]] == ["reader"]
    assert [(one["subscription"], one["wanted"]) for one in found["waiting"]] == [("later", False)]
    assert all(found[stage] for stage in ("fetches", "revisions", "announcements", "thread"))


def test_a_cleared_mark_leaves_the_event_as_it_was_read(filled: Place) -> None:
    event = named(filled, "检查指南")
    before = filled.rows("events", "--query", "检查指南")[0]
    filled.run("events", "mark", event, "--not-relevant", "--field", "doc_type=law")
    assert filled.rows("events", "mark", event, "--clear")[0]["cleared"] is True
    assert filled.rows("events", "--query", "检查指南")[0] == before


def test_wrong_marks_are_told_all_at_once_with_their_mends(filled: Place) -> None:
    event = named(filled, "检查指南")
    wrong = (
        "stage=effectiv",
        "issuer=nmpa",
        "issuers=nmpaa",
        "jurisdiction=UK",
        "effective_date=soon",
        "cgt=perhaps",
        "nonsense",
    )
    fields = [part for one in wrong for part in ("--field", one)]
    said = filled.run("events", "mark", event, *fields, code=2).stderr
    assert all(part in said for part in ("'effective'", "'issuers'", "'nmpa'", "'GB'", "ISO 8601", "yes nor no", "NAME=VALUE"))
    assert "contradicts" in filled.run("events", "mark", event, "--relevant", "--field", "cgt=no", code=2).stderr
    assert "nothing to mark" in filled.run("events", "mark", event, code=2).stderr
    assert "no event" in filled.run("events", "mark", "e0", "--relevant", code=1).stderr


def test_feedback_is_scored_and_learned_from(filled: Place, tmp_path: Path) -> None:
    filled.run("events", "mark", named(filled, "干细胞"), "--not-relevant", "--field", "policy=no")
    filled.run("events", "mark", named(filled, "检查指南"), "--relevant", "--field", "doc_type=guideline")
    out = filled.root / "marks.jsonl"
    rows = filled.rows("evaluate", "--feedback", "--out", str(out), "--mistakes", "5")
    assert [row["mistake"]["field"] for row in rows[:-1]] == ["relevant", "policy"]
    assert (rows[-1]["n"], rows[-1]["fields"]["relevant"]["recall"], rows[-1]["fields"]["relevant"]["precision"]) == (2, 1.0, 0.5)
    assert rows[-1]["fields"]["doc_type"]["accuracy"] == 1.0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["labels"]["policy"] for line in lines] == [False, True]
    assert filled.rows("evaluate", str(out))[-1]["n"] == 2
    code = "import sys; from pathlib import Path; from cgtwatch.understand import learn, rules; print(len(learn.examples(Path(sys.argv[1]), rules.load())))"
    done = subprocess.run([sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2"


def test_evaluate_wants_one_thing_to_score_against(filled: Place) -> None:
    assert "one thing" in filled.run("evaluate", code=2).stderr
    assert "nobody has marked" in filled.run("evaluate", "--feedback", code=1).stderr


def test_title_only_items_are_scored_apart(place: Place) -> None:
    lines = [
        {"id": "1", "title": "FDA approves CAR-T cell therapy", "text": "", "lang": "en", "labels": {"relevant": True}},
        {"id": "2", "title": "Solar cells", "text": "Solar cells become cheaper.", "lang": "en", "labels": {"relevant": False}},
    ]
    (place.root / "labels.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = place.rows("evaluate", "labels.jsonl")[-1]
    assert found["title_only"]["n"] == 1
    assert found["title_only"]["fields"]["relevant"]["n"] == 1
    assert "ci95" in found["title_only"]["fields"]["relevant"]


def test_a_replay_shows_what_todays_rules_would_alter_and_alters_nothing(filled: Place) -> None:
    assert filled.rows("replay")[-1]["summary"]["same"] == 2
    filled.run("events", "mark", named(filled, "检查指南"), "--field", "doc_type=law")
    with closing(sqlite3.connect(filled.data / "cgtwatch.db")) as database:
        database.execute("UPDATE event SET stage = 'draft', issuers = '[\"fda\"]' WHERE title LIKE '%干细胞%'")
        database.commit()
    before = filled.rows("events")
    rows = filled.rows("replay")
    assert [(row["change"], set(row["fields"])) for row in rows[:-1]] == [("changed", {"stage", "issuers"})]
    assert rows[0]["fields"]["stage"] == {"before": "draft", "after": "issued"}
    summary = rows[-1]["summary"]
    assert (summary["changed"], summary["same"], summary["new"], summary["vanished"]) == (1, 1, 0, 0)
    assert filled.rows("events") == before
    assert filled.rows("replay", "--since", "2100-01-01")[-1]["summary"]["items"] == 0


@pytest.mark.chaos
def test_a_replay_names_events_that_would_come_and_go(filled: Place) -> None:
    with closing(sqlite3.connect(filled.data / "cgtwatch.db")) as database:
        database.execute("UPDATE event SET withdrawn = 1 WHERE title LIKE '%干细胞%'")
        database.execute(
            "UPDATE revision SET title = 'Solar cells', text = 'Solar cells become cheaper.' WHERE title LIKE '%检查指南%'"
        )
        database.commit()
    assert sorted(row["change"] for row in filled.rows("replay")[:-1]) == ["new", "vanished"]


def test_a_replay_of_pages_takes_the_kept_bytes_apart_again(filled: Place) -> None:
    with closing(sqlite3.connect(filled.data / "cgtwatch.db")) as database:
        database.execute("UPDATE revision SET title = 'x', text = '' WHERE title LIKE '%检查指南%'")
        database.commit()
    assert filled.rows("replay")[0]["change"] == "vanished"
    deep = filled.rows("replay", "--pages")
    assert deep[-1]["summary"]["pages"] == {"read": 2, "missing": 0, "refused": 0, "text_changed": 1}
    assert deep[-1]["summary"]["same"] == 2


def test_what_a_person_says_holds_no_hidden_characters(filled: Place) -> None:
    event = named(filled, "检查指南")
    said = ("--note", "a\x1b[2Jb\n c", "--by", "il\u202es", "--field", "document_number=2022年\x1b第1号")
    row = filled.rows("events", "mark", event, *said, "--field", "issuers=other:某市 办公室")[0]
    assert (row["mark"]["note"], row["mark"]["by"]) == ("a[2Jb c", "ils")
    assert (row["event"]["document_number"], row["event"]["issuers"]) == ("2022年第1号", ["other:某市 办公室"])
    assert "other:NAME" in filled.run("events", "mark", event, "--field", "issuers=other:<script>", code=2).stderr


def test_a_replay_of_a_source_that_there_is_not_is_a_mistake(filled: Place) -> None:
    assert "did you mean 'acts'" in filled.run("replay", "--source", "act", code=2).stderr
    assert filled.rows("replay", "--source", "acts", "--since", "2100-01-01")[-1]["summary"]["items"] == 0
