"""The judgements of `diff` on real recordings: pairs of one page at two times, and answers of real walls."""

import gzip
import json
from pathlib import Path

import pytest

from cgtwatch.diff.compare import readable
from cgtwatch.diff.fingerprint import content_fingerprint
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.item import Revision, SourceState
from cgtwatch.model.source import Kind
from cgtwatch.text.html import to_text
from diff.diff_site import NOW, a_source, a_visit, judged, parsed
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
ROOT: Path = (SHARED or Path()) / "recorded"


def lines(group: str) -> list[dict]:
    if SHARED is None:
        return []
    every = (json.loads(line) for line in (ROOT / "index.jsonl").read_text().splitlines())
    return [line for line in every if line["group"] == group]


def pairs() -> list[tuple[str, bool, Path, Path]]:
    named: dict[str, list[dict]] = {}
    for line in lines("change-pairs"):
        named.setdefault(line["gold"]["pair"], []).append(line)
    return [
        (name, two[0]["gold"].get("meaningful", True), *(ROOT / line["file"] for line in sorted(two, key=lambda d: d["file"])))
        for name, two in sorted(named.items())
    ]


def words(path: Path) -> str:
    text = path.read_text()
    return to_text(text) if path.suffix == ".html" else text


# A home page whose news slots rotate: the recording's own note says that its words differ too (similarity 0.68).
ROTATING = "falsepos-footer"


@pytest.mark.parametrize(("name", "meaningful", "old", "new"), pairs(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_real_change_of_a_real_page_is_seen(name, meaningful, old, new):
    one, two = words(old), words(new)
    differ = content_fingerprint("t", one) != content_fingerprint("t", two)
    assert differ == (meaningful or name == ROTATING)
    revisions = [Revision("i", n, "t", "u", text, "", NOW) for n, text in enumerate((one, two), 1)]
    assert bool(readable(*revisions).lines) == differ


def test_the_one_vanished_line_is_shown_as_such():
    found = next(pair for pair in pairs() if pair[0] == "truepos-dataset-removal")
    got = readable(*(Revision("i", n, "t", "u", words(path), "", NOW) for n, path in enumerate(found[2:], 1)))
    assert "View this Dataset" in got.text
    assert got.removed <= 2


def records() -> list[tuple[str, float, dict]]:
    found = [(line["file"], line["gold"]["quality"]) for line in lines("block-pages") if line["file"].endswith(".json")]
    return [(name.rpartition("/")[2][:24], quality, json.loads((ROOT / name).read_text())["data"]) for name, quality in found]


def visit(record: dict) -> Fetched:
    headers = {name.lower().replace("-", "_"): value for name, value in record["headers"].items()}
    return a_visit(f"<title>{record['title']}</title>", NOW, record["status"] or 200, **headers)


# Bodies were not recorded: what was said is the title and the length. Answers with an error status never reach the guard.
JUDGED = [case for case in records() if (case[2]["status"] in {200, 202}) and not 0.25 < case[1] < 1.0]


@pytest.mark.parametrize(("name", "quality", "record"), JUDGED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_recorded_answer_with_a_good_status_is_judged_as_people_did(name, quality, record):
    text = "word " * (record["content_length"] // 20) if record["content_length"] > 10_000 else ""
    drafts = [Draft(record["title"], record["url"], text=text)]
    verdict = judged(a_source(Kind.PAGE), SourceState("site"), visit(record), parsed(drafts, title=record["title"]), ())
    assert verdict.trusted == (quality == 1.0)


BAD_TITLES = [case for case in records() if case[1] <= 0.25 and case[2]["title"]]


@pytest.mark.parametrize(("name", "quality", "record"), BAD_TITLES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_recorded_wall_would_be_known_by_its_title_even_with_status_200(name, quality, record):
    shown = a_visit(f"<title>{record['title']}</title>")
    drafts = [Draft(record["title"], record["url"], text="…")]
    assert not judged(a_source(Kind.PAGE), SourceState("site"), shown, parsed(drafts, title=record["title"]), ()).trusted


def test_a_recorded_wall_with_its_body_is_known_and_a_page_with_its_body_believed():
    for line in lines("block-pages"):
        if line["file"].endswith(".body"):
            raw = (ROOT / line["file"]).read_bytes()
            body = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode()
            drafts = [Draft("", "https://a.gov/", text=to_text(body))]
            verdict = judged(a_source(Kind.PAGE), SourceState("site"), a_visit(body), parsed(drafts), ())
            assert verdict.trusted == (line["gold"]["quality"] == 1.0), line["file"]
