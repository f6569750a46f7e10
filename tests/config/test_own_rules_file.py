"""rules.yaml: what may stand in it, and every mistake with its line, entry, field and mend."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.config.ledger import WordCheck
from cgtwatch.config.own_rules import RulesFile, load_rules
from cgtwatch.config.packaged import example_rules
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import Level, Modality
from cgtwatch.understand.own import shipped_words, too_common, word_problem
from cgtwatch.understand.rules import issuer_ids
from sources_file import KNOWN

WORDS = replace(KNOWN, issuers=issuer_ids(), words=WordCheck(word_problem, too_common, *shipped_words()))


def read(text: str, folder: Path) -> RulesFile:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rules(path, WORDS)


def wrong(text: str, folder: Path) -> list[str]:
    found = read(text, folder)
    assert all(line.startswith(f"{folder / 'rules.yaml'}:") and "\n" not in line for line in found.mistakes)
    return [line.removeprefix(f"{folder / 'rules.yaml'}:") for line in found.mistakes]


TERM = "terms:\n  - words: [{}]\n    modalities: [car_t]\n"
NEW = "issuers:\n  - id: other:demo\n    name: {{zh: 示范管理局, en: Demo Authority}}\n    level: municipal\n    jurisdiction: CN-HI\n{}"
MISTAKES = {
    "a list": ("- terms\n", "1: is a list and no mapping; write terms:"),
    "unknown section": ("topcs: []\n", "1: topcs: unknown key (did you mean 'topics'?)"),
    "section of another shape": ("terms: {words: [a]}\n", "1: terms: is a mapping; write a list"),
    "entry that is a text": ("terms:\n  - 干细胞\n", "2: terms[1]: is a text; write a mapping with words"),
    "unknown key": (
        TERM.format("微组织贴片") + "    modalitys: [nk]\n",
        "4: terms[1] 微组织贴片: modalitys: unknown key (did you mean",
    ),
    "no words": ("terms:\n  - modalities: [nk]\n", "2: terms[1]: words: is missing"),
    "empty words": (TERM.format(""), "2: terms[1]: words: is an empty list"),
    "unknown modality": (
        "terms:\n  - words: [微组织贴片]\n    modalities: [car-t]\n",
        "3: terms[1] 微组织贴片: modalities[1]: 'car-t' is not known (did you mean 'car_t'?)",
    ),
    "neither": ("terms:\n  - words: [微组织贴片]\n", "2: terms[1] 微组织贴片: says neither modalities nor look_alike"),
    "both": (TERM.format("微组织贴片") + "    look_alike: span\n", "says both modalities and look_alike"),
    "strength of a look-alike": (
        "terms:\n  - words: [微组织拼图]\n    look_alike: span\n    strength: weak\n",
        "4: terms[1] 微组织拼图: strength: goes with modalities",
    ),
    "too short": (TERM.format("ABC"), "2: terms[1] ABC: words[1]: 'ABC' is too short to be safe"),
    "too short in Chinese": (TERM.format("胞"), "'胞' is too short to be safe"),
    "a number": (TERM.format('"2024"'), "'2024' holds no letter"),
    "a star inside": (TERM.format("cell*patch"), "= stands before a word and * at an end"),
    "a short beginning": (TERM.format("gen*"), "too short to go on with a star"),
    "too common": (TERM.format("Clinical Trial"), "'Clinical Trial' stands in documents of every kind"),
    "twice": (TERM.format("micro patch, Micro-Patch"), "'Micro-Patch' stands here and at line 2; keep one"),
    "a look-alike that ships as a term": (
        "terms:\n  - words: [CAR-T]\n    look_alike: document\n",
        "'CAR-T' stands for car_t in the shipped rules",
    ),
    "a term that ships as a look-alike": (TERM.format("solar cells"), "'solar cells' is a look-alike in the shipped rules"),
    "a term that names an authority": (TERM.format("国家药监局"), "'国家药监局' names the authority nmpa"),
    "a packaged id with a level": (
        "issuers:\n  - id: nmpa\n    names: [药监示例局]\n    level: national\n",
        "4: issuers[1] nmpa: level: nmpa is in the register that ships",
    ),
    "a packaged id without names": ("issuers:\n  - id: nmpa\n", "2: issuers[1] nmpa: names: is missing"),
    "a mistyped id": (
        "issuers:\n  - id: nmap\n    names: [药监示例局]\n",
        "'nmap' is not in the register (did you mean 'nmpa'?)",
    ),
    "a new authority without level": (
        "issuers:\n  - id: other:demo\n    name: 示范管理局\n    jurisdiction: CN\n",
        "2: issuers[1] other:demo: level: is missing",
    ),
    "another's name": (NEW.format("    names: [国家药监局]\n"), "'国家药监局' names nmpa in the register"),
    "an unknown parent": (NEW.format("    parent: hi_gv\n"), "parent: 'hi_gv' is no issuer (did you mean 'hi_gov'?)"),
    "an authority twice": (
        NEW.format("  - id: other:demo\n    name: 乙管理局\n    level: municipal\n    jurisdiction: CN\n"),
        "6: issuers[2] other:demo: id: 'other:demo' stands here and at line 2",
    ),
    "an act of nobody": (
        "acts:\n  - names: [示范区条例]\n    doc_type: law\n    jurisdiction: CN\n    issuers: [other:nobody]\n",
        "5: acts[1] 示范区条例: issuers: 'other:nobody' is no issuer",
    ),
    "an act of no kind": (
        "acts:\n  - names: [示范区条例]\n    doc_type: none\n    jurisdiction: CN\n",
        "3: acts[1] 示范区条例: doc_type: 'none' is not known",
    ),
    "a topic of nothing": ("topics:\n  - id: mine\n    none: [成人]\n", "2: topics[1] mine: asks for nothing"),
    "a topic called like a therapy": ("topics:\n  - id: til\n    any: [儿童]\n", "'til' is a kind of therapy of the taxonomy"),
    "a topic against itself": (
        "topics:\n  - id: mine\n    any: [儿童]\n    none: [儿童]\n",
        "4: topics[1] mine: none: '儿童' is asked for too",
    ),
    "a topic twice": (
        "topics:\n  - id: mine\n    any: [儿童]\n  - id: mine\n    any: [成人]\n",
        "4: topics[2] mine: id: 'mine' stands here and at line 2",
    ),
    "an id that is none": ("topics:\n  - id: Meine Themen\n    any: [儿童]\n", "write meine-themen"),
    "a tab": ("terms:\n\t- words: [a]\n", "2: a tab in the indentation"),
    "no YAML": ("terms: [\n", "is no YAML"),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_mend(text, message, tmp_path):
    assert any(message in line for line in wrong(text, tmp_path)), wrong(text, tmp_path)


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    text = "terms:\n  - words: [X, 细胞]\n    modalities: [nope]\nissuers:\n  - id: nmpa\ntopics:\n  - id: til\n"
    assert len(wrong(text, tmp_path)) == 6


def test_a_file_becomes_rules(tmp_path):
    text = NEW.format("    names: [示范局]\n    parent: hi_gov\n") + TERM.format("微组织贴片, =MTP")
    text += "topics:\n  - id: rare\n    name: {zh: 罕见病, en: Rare}\n    all: [[儿童, children], 罕见病]\n    none: 成人\n"
    found = read(text, tmp_path)
    [issuer], [term], [topic] = found.rules.issuers, found.rules.terms, found.rules.topics
    assert (issuer.level, issuer.words) == (Level.MUNICIPAL, ("示范局", "示范管理局", "Demo Authority"))
    assert (term.words, term.modalities, term.strength) == (("微组织贴片", "=MTP"), (Modality.CAR_T,), "strong")
    assert (topic.name, topic.all, topic.none) == (Names("罕见病", "Rare"), (("儿童", "children"), ("罕见病",)), ("成人",))
    assert (found.mistakes, found.warnings, found.issuers) == ((), (), {"other:demo"})


def test_a_name_that_is_unsafe_to_look_for_is_kept_as_a_name_only(tmp_path):
    text = "issuers:\n  - id: other:abc\n    name: {zh: 示范管理局, en: ABC}\n    level: national\n    jurisdiction: SG\n"
    [issuer] = read(text, tmp_path).rules.issuers
    assert (issuer.name, issuer.words) == (Names("示范管理局", "ABC"), ("示范管理局",))


def test_what_is_known_already_is_a_warning_and_no_mistake(tmp_path):
    found = read(TERM.format("CAR-T") + "issuers:\n  - id: nmpa\n    names: [国家药监局]\n", tmp_path)
    assert found.mistakes == ()
    assert ["is known already" in line for line in found.warnings] == [True, True]


def test_an_empty_file_adds_nothing(tmp_path):
    found = read("# later\n", tmp_path)
    assert (found.mistakes, found.rules.version) == ((), "")


def test_a_missing_file_names_the_setting(tmp_path):
    [line] = load_rules(tmp_path / "none.yaml", WORDS).mistakes
    assert "does not exist" in line
    assert "CGTWATCH_RULES" in line


def test_the_example_has_no_mistake_and_shows_every_part():
    found = load_rules(example_rules(), WORDS)
    assert (found.mistakes, found.warnings) == ((), ())
    assert all(found.counts.values())


def test_the_example_of_the_documentation_loads(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "understanding.md").read_text("utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    found = read(example, tmp_path)
    assert (found.mistakes, found.warnings) == ((), ())
    assert found.rules.topics


def test_the_version_follows_what_the_file_says_and_not_how(tmp_path):
    plain = read(TERM.format("微组织贴片"), tmp_path).rules.version
    laid_out = read("# mine\n" + TERM.format('"微组织贴片"'), tmp_path).rules.version
    other = read(TERM.format("微组织薄片"), tmp_path).rules.version
    assert plain == laid_out != other


PIECES = st.recursive(
    st.sampled_from(["干细胞", "ABC", "=ABC", "*", "nmpa", "other:x", "til", "car_t", "", "null", "1", "yes", "law", "CN", "strong", "span"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "words", "names", "name", "modalities", "any", "all", "none", "look_alike", "level", "zh"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["terms", "products", "acts", "issuers", "topics"]), PIECES, max_size=3))
def test_any_shape_is_read_without_an_exception(tmp_path_factory, shape):
    import json

    found = read(json.dumps(shape, ensure_ascii=False), tmp_path_factory.mktemp("shape"))
    assert isinstance(found.rules.version, str)


@pytest.mark.parametrize(
    "word", ["of the", "and the", "关于", "的通知", "2024年", "公开征求意见", "draft guidance", "第12号公告"]
)
def test_a_word_that_every_act_uses_names_nothing(word: str) -> None:
    assert too_common(word)


@pytest.mark.parametrize("word", ["细胞药物平台", "micro-tissue patch", "干细胞拼图", "T细胞通知平台", "Lecheng pilot"])
def test_a_word_of_its_own_may_stand_among_those_that_every_act_uses(word: str) -> None:
    assert not too_common(word)
