"""One invented act told in two languages is one act; acts that differ in one topic, kind, day or authority stay two."""

from datetime import date

import pytest

from cgtwatch.link import Side, relation
from cgtwatch.link.glossary import told
from cgtwatch.link.keys import keys_of
from cgtwatch.link.wording import fold
from cgtwatch.model.event import Relation
from link.test_link_relation import LOOKALIKES, RELATED


def side(title: str, text: str = "", day: str | None = "2031-03-02", issuer: str = "cde", url: str = "") -> Side:
    return Side(title, text, url, date.fromisoformat(day) if day else None, (issuer,))


GUIDE = side("某中心关于发布《通用型免疫细胞治疗产品长期随访技术指导原则（试行）》的通告", "现予发布。")
IN_ENGLISH = "China issues guideline on long-term follow-up of allogeneic immune cell therapy products"
ONE_ACT = [
    (GUIDE, side(IN_ENGLISH, day="2031-03-05")),
    (GUIDE, side(IN_ENGLISH, day="2031-03-05", issuer="nmpa")),
    (
        side("某局附条件批准瑞基奥仑赛注射液上市", issuer="nmpa"),
        side("Regulator approves relma-cel for a new use", issuer="nmpa", day="2031-03-04"),
    ),
    (
        side("FDA要求CAR-T疗法增加黑框警告", "就T细胞恶性肿瘤风险。", issuer="fda"),
        side("FDA Requires Boxed Warning for T cell Malignancies after CAR T cell Therapies", issuer="fda", day="2031-03-01"),
    ),
    (
        side("中华人民共和国国务院令（第912号）", "《某类生物医学新技术条例》现予公布。", issuer="state_council"),
        side("Premier signs State Council Order No. 912 on new technologies", issuer="state_council", day="2031-03-20"),
    ),
]
TWO_ACTS = [
    (GUIDE, side("China issues guideline on clinical trials of allogeneic immune cell therapy products")),  # another topic
    (GUIDE, side("China seeks comments on draft guideline on long-term follow-up of allogeneic immune cell therapy")),  # step
    (GUIDE, side("China issues measures on long-term follow-up of allogeneic immune cell therapy")),  # kind of paper
    (GUIDE, side(IN_ENGLISH, day="2031-07-01")),
    (GUIDE, side(IN_ENGLISH, day=None)),
    (GUIDE, side(IN_ENGLISH, issuer="fda")),
    (side("某局批准瑞基奥仑赛注射液上市", issuer="nmpa"), side("Regulator approves eque-cel for lymphoma", issuer="nmpa")),
]


@pytest.mark.parametrize(("a", "b"), ONE_ACT)
def test_relation_finds_one_act_in_two_languages_either_way_round(a: Side, b: Side) -> None:
    assert [relation(a, b).relation, relation(b, a).relation] == [Relation.SAME_ACT] * 2


@pytest.mark.parametrize(("a", "b"), TWO_ACTS)
def test_relation_keeps_two_acts_apart_across_languages(a: Side, b: Side) -> None:
    assert relation(a, b).relation is Relation.NONE


@pytest.mark.parametrize(("a", "b"), [*ONE_ACT, *((a, b) for _, _, a, b in RELATED)])
def test_what_is_related_shares_a_key_and_is_found_by_it(a: Side, b: Side) -> None:
    first, second = keys_of(a), keys_of(b)
    for new, known, one, other in ((first, second, a, b), (second, first, b, a)):
        shared = known.own & set(new.asked)
        assert shared
        assert relation(one, other, {key.partition(":")[0] for key in shared}) == relation(one, other)


def test_what_shares_no_key_is_never_read_for_comparison() -> None:
    shared = [keys_of(a).own & set(keys_of(b).asked) for a, b in LOOKALIKES]
    assert sum(map(bool, shared)) < len(LOOKALIKES)


def test_an_interpretation_names_its_act_and_is_not_it() -> None:
    act = side("某市细胞治疗产业促进条例", "第一条", issuer="other:x")
    told_about = side("《某市细胞治疗产业促进条例》解读", "日前，《某市细胞治疗产业促进条例》公布。", "2031-03-09", "other:x")
    assert (relation(told_about, act).relation, relation(told_about, act).direction) == (Relation.CITES, "a->b")


def test_a_new_version_repeals_the_one_of_the_day_that_it_names() -> None:
    old = side("某某注册管理办法", "", "2017-07-10", "other:x")
    new = side("某某注册管理办法", "自7月1日起施行。2017年7月10日公布的《某某注册管理办法》同时废止。", "2030-01-22", "other:x")
    assert relation(new, old).relation is Relation.REPEALS
    assert relation(new, side("某某注册管理办法", "", "2019-05-05", "other:x")).relation is Relation.NONE


def test_a_longer_word_of_the_glossary_hides_the_shorter_and_a_word_ends_where_it_ends() -> None:
    assert told(fold("间充质干细胞")).ideas.keys() == {"msc", "stem_cell"}
    assert "ind" not in told("an industrial policy").ideas
    assert told("qwertz uiopas").unknown == 1.0
