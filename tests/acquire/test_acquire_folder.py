"""A directory as a source: its list of files, and the files themselves."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from cgtwatch.acquire.folder import FolderAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import FolderRule, Kind, Names, Source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = SourceState("drop")


@pytest.fixture
def acquirer():
    return FolderAcquirer(AcquireParts(None, lambda: NOW, Pacing()))


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "drop"
    (inside / "2026").mkdir(parents=True)
    (inside / "b 公告.txt").write_text("通告")
    (inside / "2026" / "a.pdf").write_bytes(b"%PDF-")
    (tmp_path / "secret.txt").write_text("secret")
    return inside


def source(folder: Path, match="*", **changes):
    plain = Source("drop", Kind.FOLDER, "", Names("夹", "drop"), via="folder", folder=FolderRule(str(folder), match))
    return replace(plain, **changes)


def manifest(visit):
    assert isinstance(visit, Fetched), visit
    return json.loads(visit.body)


def names(visit):
    return [row["name"] for row in manifest(visit)]


def test_the_page_is_the_list_of_files_by_name(acquirer, folder):
    visit = acquirer.visit(source(folder), STATE)
    assert names(visit) == ["2026/a.pdf", "b 公告.txt"]
    row = manifest(visit)[1]
    path = folder / "b 公告.txt"
    assert row["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert (row["size"], row["mtime"]) == (6, int(path.stat().st_mtime))
    assert visit.content_type == "application/json"


def test_an_unchanged_folder_is_not_modified(acquirer, folder):
    first = acquirer.visit(source(folder), STATE)
    second = acquirer.visit(source(folder), replace(STATE, validators=first.validators))
    assert isinstance(second, NotModified)


@pytest.mark.parametrize("change", ["added", "edited", "removed"])
def test_a_changed_folder_is_fetched(acquirer, folder, change):
    first = acquirer.visit(source(folder), STATE)
    if change == "removed":
        (folder / "b 公告.txt").unlink()
    else:
        (folder / ("new.txt" if change == "added" else "b 公告.txt")).write_text("更正")
    assert isinstance(acquirer.visit(source(folder), replace(STATE, validators=first.validators)), Fetched)


def test_an_edit_that_keeps_the_size_is_seen(acquirer, folder):
    path = folder / "b 公告.txt"
    first = acquirer.visit(source(folder), STATE)
    path.write_text("公告")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 1))
    assert manifest(acquirer.visit(source(folder), STATE)) != manifest(first)


def test_a_pattern_chooses_by_name_or_by_path(acquirer, folder):
    assert names(acquirer.visit(source(folder, "*.pdf"), STATE)) == ["2026/a.pdf"]
    assert names(acquirer.visit(source(folder, "2026/*"), STATE)) == ["2026/a.pdf"]


def test_only_regular_visible_files_count(acquirer, folder):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "way-out").symlink_to(folder.parent, target_is_directory=True)
    (folder / ".hidden").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").write_text("x")
    os.mkfifo(folder / "pipe")
    assert names(acquirer.visit(source(folder), STATE)) == ["2026/a.pdf", "b 公告.txt"]


def test_an_empty_folder_is_an_empty_list(acquirer, tmp_path):
    assert manifest(acquirer.visit(source(tmp_path), STATE)) == []


def test_a_missing_folder_is_a_failure_with_a_hint(acquirer, tmp_path):
    visit = acquirer.visit(source(tmp_path / "none"), STATE)
    assert isinstance(visit, Failed)
    assert (visit.error, "none" in visit.message, bool(visit.hint)) == (ErrorClass.STORAGE, True, True)


def test_a_file_over_the_limit_is_listed_without_hash_and_not_read(acquirer, folder):
    small = source(folder, max_bytes=5)
    assert [row["sha256"] == "" for row in manifest(acquirer.visit(small, STATE))] == [False, True]
    visit = acquirer.get(small, (folder / "b 公告.txt").as_uri())
    assert isinstance(visit, Failed)
    assert visit.error is ErrorClass.TOO_BIG


@pytest.mark.parametrize(
    ("name", "kind"), [("2026/a.pdf", "application/pdf"), ("b 公告.txt", "text/plain"), ("c.md", "text/markdown")]
)
def test_a_file_is_read_with_the_type_of_its_suffix(acquirer, folder, name, kind):
    (folder / "c.md").write_text("# x")
    visit = acquirer.get(source(folder), (folder / name).as_uri())
    assert isinstance(visit, Fetched)
    assert (visit.body, visit.content_type) == ((folder / name).read_bytes(), kind)


def test_nothing_outside_of_the_folder_is_read(acquirer, folder):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    outside = [
        (folder.parent / "secret.txt").as_uri(),
        folder.as_uri() + "/../secret.txt",
        folder.as_uri() + "/%2e%2e/secret.txt",
        (folder / "link.txt").as_uri(),
        "file:///etc/passwd",
        "file://otherhost" + str(folder / "b.txt"),
        "http://127.0.0.1/",
        folder.as_uri() + "/x%00y",
        folder.as_uri(),
    ]
    for url in outside:
        visit = acquirer.get(source(folder), url)
        assert isinstance(visit, Failed), url
        assert visit.error is ErrorClass.REFUSED, url


def test_a_file_that_is_gone_is_gone(acquirer, folder):
    visit = acquirer.get(source(folder), (folder / "x.txt").as_uri())
    assert isinstance(visit, Failed)
    assert visit.error is ErrorClass.GONE
