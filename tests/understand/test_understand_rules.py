"""The rule tables: shipped ones load, wrong ones are told with file and line."""

import shutil
from pathlib import Path

import pytest

import cgtwatch.understand
from cgtwatch.errors import ConfigError
from cgtwatch.understand.rules import issuer_names, load
from shipped_rules import shipped_rules

DATA = Path(cgtwatch.understand.__file__).parent / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def spoil(folder: Path, name: str, line: str) -> int:
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, line]) + "\n", encoding="utf-8")
    return len(lines) + 1


@pytest.mark.parametrize(
    ("name", "line", "word"),
    [
        ("terms.tsv", "some cell\tno_such_kind\tstrong", "no_such_kind"),
        ("terms.tsv", "some cell\tcar_t\tmighty", "mighty"),
        ("lookalikes.tsv", "some cell\teverywhere\twhy", "everywhere"),
        ("cues.tsv", "word\tmany\tlaw\t1\t\tdoc", "many"),
        ("cues.tsv", "word\t1\tletter\t1\t\tdoc", "letter"),
        ("cues.tsv", "word\t1\tlaw\t1\t\tdoc\textra", "cells"),
        ("issuers.tsv", "x\tgalactic\tCN\tx\tx\t\tx", "galactic"),
        ("issuers.tsv", "nmpa\tnational\tCN\tx\tx\t\tx", "twice"),
    ],
)
def test_load_tells_file_and_line_when_a_table_is_wrong(folder: Path, name: str, line: str, word: str) -> None:
    number = spoil(folder, name, line)
    with pytest.raises(ConfigError, match=word) as caught:
        load(folder)
    assert f"{name}:{number}" in str(caught.value)


def test_load_gives_another_version_when_a_table_changes(folder: Path) -> None:
    before = load(folder).version
    spoil(folder, "terms.tsv", "brand new cell\tcar_t\tstrong")
    assert load(folder).version != before


def test_load_refuses_an_act_of_an_unknown_authority(folder: Path) -> None:
    spoil(folder, "acts.tsv", "Some Act\tno\t\tlaw\tCN\tnobody\t1")
    with pytest.raises(ConfigError, match="nobody"):
        load(folder)


@pytest.mark.parametrize(
    ("issuer", "names"),
    [
        ("nmpa", ("国家药品监督管理局", "National Medical Products Administration")),
        ("hn_mpa", ("湖南药品监督管理局", "Hunan Medical Products Administration")),
        ("sz_gov", ("深圳人民政府", "Shenzhen government")),
    ],
)
def test_an_issuer_has_a_name_in_both_languages(issuer: str, names: tuple[str, str]) -> None:
    found = issuer_names(shipped_rules())[issuer]
    assert (found.zh, found.en) == names
