"""A file of the user's is replaced whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cgtwatch.config.rewriting import rewrite
from cgtwatch.errors import ConfigError


def nothing(_made: Path) -> None:
    """Everything is right."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_bytes(b"old\r\n")
    path.chmod(0o640)
    return path


def test_the_new_text_takes_the_place_with_the_same_permissions_and_nothing_is_left_beside_it(file: Path) -> None:
    assert rewrite(file, lambda text: text.replace("old", "new"), nothing)
    assert file.read_bytes() == b"new\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("sources.yaml")
    rewrite(link, lambda _: "new", nothing)
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_file_is_not_touched_where_nothing_changes(file: Path) -> None:
    before = file.stat().st_ino
    assert not rewrite(file, lambda text: text, nothing)
    assert file.stat().st_ino == before


def test_what_is_found_wrong_never_takes_the_place(file: Path) -> None:
    def wrong(made: Path) -> None:
        assert made.read_text() == "new"
        raise ConfigError(["line 1 is wrong"])

    with pytest.raises(ConfigError, match="line 1 is wrong"):
        rewrite(file, lambda _: "new", wrong)
    assert file.read_bytes() == b"old\r\n"
    assert list(file.parent.iterdir()) == [file]


def changed_meanwhile(file: Path) -> None:
    def check(_made: Path) -> None:
        file.write_bytes(b"hers")

    rewrite(file, lambda _: "new", check)


def read_only(file: Path) -> None:
    file.chmod(0o440)
    rewrite(file, lambda _: "new", nothing)


def not_utf_8(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\xfa")
    rewrite(file, lambda _: "new", nothing)


def missing(file: Path) -> None:
    file.unlink()
    rewrite(file, lambda _: "new", nothing)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (changed_meanwhile, "meanwhile"),
        (read_only, "read-only; make it writable"),
        (not_utf_8, "UTF-8"),
        (missing, "No such file"),
    ],
)
def test_a_file_that_cannot_be_replaced_is_left_alone_and_the_reason_said(
    file: Path, case: Callable[[Path], None], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        case(file)
    assert not file.exists() or b"new" not in file.read_bytes()
    assert not list(file.parent.glob(".sources*"))
