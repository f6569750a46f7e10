"""How titles are built: who acts, with which verb, on which paper; or whose business they tell."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import cgtwatch.understand
from cgtwatch.errors import ConfigError
from cgtwatch.model.classification import Document
from cgtwatch.understand.classify import classify
from cgtwatch.understand.reading import survey
from cgtwatch.understand.rules import load
from shipped_rules import shipped_rules

RULES = shipped_rules()


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("关于印发《细胞治疗产品检查指南》的通知", "paper"),
        ("省药监局召开干细胞监管座谈会", "met"),
        ("对省政协第0101号提案的答复", "answer"),
        ("FDA sends warning letter to stem cell clinic", "enforced"),
        ("NICE recommends gene therapy for haemophilia", "paid"),
        ("Senators introduce bill on Medicare coverage of gene therapy", "proposed"),
        ("厚労省、再生医療等製品を承認", "approved"),
        ("식약처, 유전자치료제 가이드라인 발간", "paper"),
    ],
)
def test_survey_reads_the_act_that_a_title_is_built_on(title: str, mark: str) -> None:
    head = survey(Document(title, ""), RULES).title_heads.act
    assert head is not None
    assert head.rule.mark == mark


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("澜沐生物完成两亿元B轮融资", "finance"),
        ("CAR-T获批一周年：谁在付费", "treated"),
        ("Arden submits BLA for gene therapy", "filed"),
        ("Gene therapy market to reach $10 billion", "market"),
        ("Why gene therapy makers struggle", "business"),
    ],
)
def test_survey_reads_whose_business_a_title_tells(title: str, mark: str) -> None:
    head = survey(Document(title, ""), RULES).title_heads.against
    assert head is not None
    assert head.rule.mark == mark


@pytest.mark.parametrize(
    ("line", "word"),
    [("en\t(\tlaw\t\t1\tx", "heads.tsv"), ("xx\ta\tlaw\t\t1\tx", "script"), ("en\ta\tletter\t\t1\tx", "letter")],
)
def test_load_tells_where_a_pattern_is_wrong(tmp_path: Path, line: str, word: str) -> None:
    folder = Path(shutil.copytree(Path(cgtwatch.understand.__file__).parent / "data", tmp_path / "data"))
    with (folder / "heads.tsv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(ConfigError, match=word):
        load(folder)


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("FDA issues draft guidance on gene therapy", date(2026, 3, 4)),
        ("MHRA opens consultation on guidance for gene therapy", date(2026, 4, 3)),
    ],
)
def test_classify_reads_days_in_figures_as_the_issuer_writes_them(title: str, day: date) -> None:
    assert classify(Document(title, "Submit comments by 03/04/2026."), RULES).labels.comment_deadline == day
