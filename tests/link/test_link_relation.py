"""How two invented events stand to each other: right where a number, a name or one decision says so, nothing where they only look alike."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.link import Candidate, Side, relate, relation
from cgtwatch.link.wording import core
from cgtwatch.model.classification import Labels
from cgtwatch.model.event import PolicyEvent, Relation
from cgtwatch.model.taxonomy import Stage


def side(title: str, text: str = "", day: str | None = None, issuer: str = "", url: str = "") -> Side:
    return Side(title, text, url, date.fromisoformat(day) if day else None, (issuer,) if issuer else ())


RELATED = [
    (
        "finalises",
        "a->b",
        side("国家某局关于发布《脂肪干细胞研究指导原则（试行）》的通告（2031年第8号）", "现予发布。", "2031-06-01", "nmpa"),
        side("关于公开征求《脂肪干细胞研究指导原则（征求意见稿）》意见的通知", "", "2030-11-01", "cde"),
    ),
    (
        "finalises",
        "a->b",
        side("Potency of Islet Cells; Guidance for Industry; Availability", "announcing a final guidance", "2031-06-01", "fda"),
        side("Potency of Islet Cells; Draft Guidance for Industry; Availability", "", "2030-06-01", "fda"),
    ),
    (
        "finalises",
        "a->b",
        side("国家某局关于发布《脂肪干细胞研究指导原则》的通告（2031年第8号）", "现予发布。", "2031-06-01", "nmpa"),
        side("关于公开征求《脂肪干细胞研究指导原则（征求意见稿）》意见的通知（延期）", "", "2031-05-01", "cde"),
    ),
    (
        "amends",
        "a->b",
        side("Potency of Islet Cells; Draft Guidance for Industry; Extension of Comment Period", "", "2030-08-01", "fda"),
        side("Potency of Islet Cells; Draft Guidance for Industry; Availability", "", "2030-06-01", "fda"),
    ),
    (
        "same_act",
        "none",
        side("某省人民政府辦公廳關於印發《某省細胞產業行動計劃》的通知", "某政辦發〔2031〕14號", "2031-05-23", "hn_gov"),
        side("某省细胞产业行动计划", "", "2031-05-30", "hn_gov"),
    ),
    (
        "repeals",
        "a->b",
        side("某市细胞管理条例", "本条例自2031年5月1日起施行。《某市发展细胞治疗规定》同时废止。", "2031-03-01", "other:x_npc"),
        side("某市发展细胞治疗规定", "", "2011-03-01", "other:x_npc"),
    ),
    (
        "replies_to",
        "a->b",
        side("关于第4400号建议的答复", "您提出的建议收悉。", "2031-07-01", "nhc"),
        side("关于加快细胞立法的建议", "第4400号建议", "2031-03-10", "npc"),
    ),
    (
        "cites",
        "a->b",
        side("关于成立细胞工作组的通知", "为落实《脂肪干细胞研究指导原则（试行）》，成立工作组。", "2032-01-01", "nhc"),
        side("脂肪干细胞研究指导原则（试行）", "", "2031-06-01", "nmpa"),
    ),
    (
        "same_act",
        "none",
        side("Agency clears IND for Acme's AB-101 in vivo CAR T therapy", "", "2031-07-17", "fda"),
        side("全球首款体内CAR-T获FDA批准临床", "", "2031-07-17", "fda"),
    ),
]

LOOKALIKES = [
    (
        side("干细胞产品药学研究与评价技术指导原则", "", "2031-01-01", "cde"),
        side("免疫细胞产品药学研究与评价技术指导原则", "", "2031-01-05", "cde"),
    ),
    (side("浙省细胞条例", "", "2031-01-01", "other:a"), side("鲁省细胞条例", "", "2031-01-05", "other:b")),
    (side("关于第4400号建议的答复", "", "2031-07-01", "nhc"), side("关于第4401号建议的答复", "", "2031-07-01", "nhc")),
    (
        side("Tissue Advisory Committee; Notice of Meeting", "", "2031-04-14", "fda"),
        side("Tissue Advisory Committee; Notice of Meeting", "", "2031-05-31", "fda"),
    ),
    (side("2031年度细胞专项申报指南", "", "2031-05-01", "most"), side("2032年度细胞专项申报指南", "", "2032-05-01", "most")),
    (
        side("Agency approves Acmecel for lymphoma", "", "2031-06-22", "nmpa"),
        side("FDA approves Otherleucel for lymphoma", "", "2031-06-23", "fda"),
    ),
]
MIRROR = {"a->b": "b->a", "b->a": "a->b", "none": "none"}


@pytest.mark.parametrize(("expected", "direction", "a", "b"), RELATED)
def test_relation_names_relation_and_direction_when_the_words_support_it(expected: str, direction: str, a: Side, b: Side) -> None:
    found = relation(a, b)
    assert (str(found.relation), found.direction) == (expected, direction)


@pytest.mark.parametrize(("expected", "direction", "a", "b"), RELATED)
def test_relation_is_the_same_when_the_sides_change_places(expected: str, direction: str, a: Side, b: Side) -> None:
    found = relation(b, a)
    assert (str(found.relation), found.direction) == (expected, MIRROR[direction])


@pytest.mark.parametrize(("a", "b"), LOOKALIKES)
def test_relation_keeps_lookalikes_apart(a: Side, b: Side) -> None:
    assert relation(a, b).relation is Relation.NONE


@given(st.text(max_size=60), st.text(max_size=120), st.text(max_size=60), st.text(max_size=120))
def test_relation_never_raises_and_gives_no_direction_without_relation(one: str, text: str, two: str, other: str) -> None:
    found = relation(Side(one, text), Side(two, other))
    assert found.direction in MIRROR
    assert found.reason


def event(key: str, title: str, stage: Stage, day: date, issuer: str) -> PolicyEvent:
    at = datetime(2031, 7, 1, tzinfo=UTC)
    labels = Labels(cgt=True, policy=True, relevant=True, stage=stage, issuers=(issuer,), document_date=day)
    return PolicyEvent(key, f"i{key}", "s", title, "", labels, day, at, at, 1, key, key)


def test_relate_gives_links_from_the_event_that_acts_and_none_to_itself() -> None:
    final = event("e2", "脂肪干细胞研究指导原则（试行）", Stage.ISSUED, date(2031, 6, 1), "nmpa")
    draft = event("e1", "脂肪干细胞研究指导原则（征求意见稿）", Stage.DRAFT, date(2030, 11, 1), "cde")
    other = event("e0", "免疫细胞研究指导原则（征求意见稿）", Stage.DRAFT, date(2030, 11, 1), "cde")
    links = relate(Candidate(final, "现予发布。"), [Candidate(draft, ""), Candidate(other, ""), Candidate(final, "")])
    assert [(link.event, link.other, link.relation) for link in links] == [("e2", "e1", Relation.FINALISES)]


def test_the_core_of_a_title_is_equal_for_the_steps_of_one_act_and_short_where_it_says_too_little() -> None:
    draft = core("关于公开征求《脂肪干细胞研究指导原则（征求意见稿）》意见的通知")
    assert draft == core("脂肪幹細胞研究指導原則（試行）")
    assert len(core("通知")) < 6
