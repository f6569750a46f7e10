"""What a user's own rules change in what is understood, and that nothing else changes."""

from cgtwatch.model.classification import Document
from cgtwatch.model.own_rules import OwnAct, OwnIssuer, OwnLookalike, OwnProduct, OwnRules, OwnTerm, OwnTopic
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import DocType, Level, Modality
from cgtwatch.understand.classify import classify
from cgtwatch.understand.own import load_with
from shipped_rules import shipped_rules

SHIPPED = shipped_rules()
PATCH = Document("关于发布《微组织贴片技术指导原则（征求意见稿）》的通知", "")
TOPIC = OwnTopic("rare", Names("儿童罕见病", "Rare"), ("基金",), (("儿童", "children"), ("罕见病", "rare disease")), ("成人",))


def labels(document: Document, **own: object):
    return classify(document, load_with(OwnRules(**own))).labels


def topics(text: str) -> tuple[str, ...]:
    return labels(Document("国家药监局发布干细胞指导原则", text), topics=(TOPIC,)).topics


def test_without_a_file_the_rules_are_the_shipped_ones_to_the_version():
    assert load_with(OwnRules()).version == SHIPPED.version


def test_the_version_says_that_there_are_rules_of_ones_own():
    own = load_with(OwnRules(topics=(TOPIC,))).version
    assert own.startswith(f"{SHIPPED.version}+")
    assert classify(PATCH, load_with(OwnRules(topics=(TOPIC,)))).rules == own


def test_a_term_makes_a_document_relevant():
    assert not classify(PATCH, SHIPPED).labels.relevant
    found = labels(PATCH, terms=(OwnTerm(("微组织贴片",), (Modality.TISSUE_ENGINEERED,)),))
    assert (found.relevant, found.modalities) == (True, (Modality.TISSUE_ENGINEERED,))


def test_a_weak_term_makes_none_relevant():
    assert not labels(PATCH, terms=(OwnTerm(("微组织贴片",), (Modality.TISSUE_ENGINEERED,), "weak"),)).relevant


def test_a_product_is_enough_by_its_name():
    document = Document("NMPA approves Examplia for adults", "")
    assert labels(document, products=(OwnProduct(("Examplia",), (Modality.CAR_T,)),)).modalities == (Modality.CAR_T,)


def test_a_look_alike_keeps_a_document_out():
    document = Document("Ministry issues notice on the stem cell puzzle for schools", "")
    assert classify(document, SHIPPED).labels.cgt
    assert not labels(document, lookalikes=(OwnLookalike(("stem cell puzzle",), "strong"),)).cgt


def test_an_act_says_whose_it_is():
    document = Document("《示范区生物医药条例》今日起施行", "")
    act = OwnAct(("示范区生物医药条例",), True, (Modality.CGT_GENERAL,), DocType.LAW, "CN-HI", ("hi_gov",))
    found = labels(document, acts=(act,))
    assert (found.relevant, found.issuers, found.jurisdiction) == (True, ("hi_gov",), "CN-HI")


def test_a_new_authority_is_found_with_its_level_and_place():
    demo = OwnIssuer("other:demo", ("示范先行区管理局",), Names("示范先行区管理局", "Demo"), Level.MUNICIPAL, "CN-HI", "hi_gov")
    found = labels(Document("示范先行区管理局关于干细胞临床研究的通知", ""), issuers=(demo,))
    assert (found.issuers, found.level, found.jurisdiction) == (("other:demo",), Level.MUNICIPAL, "CN-HI")


def test_a_known_authority_is_found_by_a_further_name():
    document = Document("全药示例署发布干细胞技术指导原则", "")
    assert classify(document, SHIPPED).labels.issuers != ("nmpa",)
    assert labels(document, issuers=(OwnIssuer("nmpa", ("全药示例署",)),)).issuers == ("nmpa",)


def test_a_topic_needs_one_of_any_each_of_all_and_none_of_none():
    assert topics("儿童罕见病专项基金设立。") == ("rare",)
    assert topics("A fund for children with a rare disease; 基金。") == ("rare",)
    assert topics("儿童罕见病。") == ()
    assert topics("儿童基金。") == ()
    assert topics("儿童罕见病与成人专项基金。") == ()


def test_a_topic_rests_on_the_words_of_the_document():
    document = Document("国家药监局发布干细胞指导原则", "儿童罕见病专项基金设立。")
    found = classify(document, load_with(OwnRules(topics=(TOPIC,))))
    assert {span.text for span in found.evidence["topics"]} == {"儿童", "罕见病", "基金"}
    assert all(document.whole[span.start : span.end] == span.text for span in found.evidence["topics"])
