"""How far an act has come, in the words of many languages: pairs that differ in one thing."""

import shutil
from pathlib import Path

import pytest

import cgtwatch.understand
from cgtwatch.errors import ConfigError
from cgtwatch.model.classification import Document
from cgtwatch.understand.kind import kind
from cgtwatch.understand.policy import stand
from cgtwatch.understand.reading import survey
from cgtwatch.understand.rules import load
from shipped_rules import shipped_rules

RULES = shipped_rules()


@pytest.mark.parametrize(
    ("title", "text", "stage"),
    [
        ("省药监局关于废止细胞治疗产品检查指南的公告", "", "repealed"),
        ("省药监局关于印发细胞治疗产品检查指南的公告", "旧指南同时废止。", "issued"),
        ("FDA rescinds guidance on gene therapy potency", "", "repealed"),
        ("FDA issues guidance on gene therapy potency", "", "issued"),
        ("国家卫健委修订《干细胞临床研究管理办法》", "", "amended"),
        ("国家卫健委就修订《干细胞临床研究管理办法》公开征求意见", "", "draft"),
        ("国家卫健委印发《干细胞临床研究管理办法》", "", "issued"),
        ("Revised guideline on cell therapy manufacturing published", "", "amended"),
        ("EMA consults on revised guideline on cell therapy manufacturing", "", "draft"),
        ("某省细胞产业促进条例今日起施行", "", "effective"),
        ("某省细胞产业促进条例将于明年1月1日起施行", "", "issued"),
        ("Act on regenerative medicine takes effect", "", "effective"),
        ("Act on regenerative medicine to take effect next year", "", "issued"),
        ("某CAR-T产品拟纳入优先审评", "", "draft"),
        ("某CAR-T产品纳入优先审评", "", "issued"),
        ("某市干细胞产业规划通过专家评审", "", "none"),
        ("再生医療等製品のガイドラインを改訂しました", "", "amended"),
        ("再生医療等製品のガイドライン案に関する意見募集", "", "draft"),
    ],
)
def test_kind_tells_what_is_over_changed_or_in_force_from_what_is_planned(title: str, text: str, stage: str) -> None:
    reading = survey(Document(title, text), RULES)
    assert kind(reading, stand(reading, RULES.weights)).stage.value == stage


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("xx\ttitle\tdraft\tlaw\ta", "script"),
        ("en\tend\tdraft\tlaw\ta", "zone"),
        ("en\ttitle\tdraft\tlaw\t(", "steps.tsv"),
        ("en\ttitle\tlate\tlaw\ta", "late"),
    ],
)
def test_load_tells_where_a_row_of_steps_is_wrong(tmp_path: Path, line: str, word: str) -> None:
    folder = Path(shutil.copytree(Path(cgtwatch.understand.__file__).parent / "data", tmp_path / "data"))
    with (folder / "steps.tsv").open("a", encoding="utf-8") as file:
        file.write("\n" + line + "\n")
    with pytest.raises(ConfigError, match=word):
        load(folder)
