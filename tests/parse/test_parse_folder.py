"""A folder's manifest to drafts."""

import json

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import FolderRule
from cgtwatch.parse.folder import parse
from parse.parse_kit import page, source

FOLDER = source("folder", url="", folder=FolderRule("/srv/inbox"))


def test_each_file_is_a_draft_known_by_its_name():
    manifest = [
        {"name": "a.txt", "size": 3, "mtime": 1.5, "sha256": "ab"},
        {"name": "子/公告 1.pdf", "size": 4, "mtime": 2, "sha256": "cd"},
    ]
    drafts = parse(FOLDER, page(json.dumps(manifest))).drafts
    assert [(d.guid, d.url, d.title) for d in drafts] == [
        ("a.txt", "file:///srv/inbox/a.txt", "a.txt"),
        ("子/公告 1.pdf", "file:///srv/inbox/%E5%AD%90/%E5%85%AC%E5%91%8A%201.pdf", "公告 1.pdf"),
    ]


def test_new_content_under_an_old_name_is_a_changed_draft():
    first, second = (
        parse(FOLDER, page(json.dumps([{"name": "a", "size": 1, "mtime": 0, "sha256": sha}]))).drafts[0] for sha in ("1", "2")
    )
    assert first.text != second.text


@pytest.mark.parametrize("body", ["", "{}[", '[{"name": "a"}]', '{"a": 1}', "[1]"])
def test_a_broken_manifest_is_refused(body):
    with pytest.raises(ParseError, match="manifest"):
        parse(FOLDER, page(body))
