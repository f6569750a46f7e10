"""What a document is about: tables of invented documents, in the shapes that authorities and newsrooms use."""

import pytest

from cgtwatch.model.classification import Classification, Document
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.understand.classify import classify
from cgtwatch.understand.rules import Rules
from shipped_rules import shipped_rules

RULES: Rules = shipped_rules()


def told(title: str, text: str = "", **known: object) -> Classification:
    return classify(Document(title, text, **known), RULES)  # type: ignore[arg-type]


RELEVANT = [
    "国家药监局药审中心公开征求《体内基因编辑产品指导原则》意见",
    "合源生物纳基奥仑赛注射液纳入突破性治疗品种",
    "信念医药血友病B基因疗法获FDA孤儿药资格认定",
    "重磅！国内首款TIL疗法上市申请获受理",
    "天津市细胞产业创新发展条例获表决通过",
    "國家衛健委叫停違規幹細胞診療",
    "深圳出台细胞与基因产业条例，鼓励先行先试",
    "FDA lifts hold on a sickle-cell gene therapy trial",
    "Japan grants conditional approval to iPSC heart patches",
    "CMS finalizes coverage policy for gene therapies",
    "NHS patients to get CRISPR therapy for thalassaemia after NICE U-turn",
    "Texas governor signs stem cell bill into law",
    "WHO publishes framework on human genome editing governance",
    "Appeals court sides with FDA in stem cell clinic case",
    "厚生労働省、再生医療等製品の条件及び期限付承認を了承",
    "식약처, 첨단바이오의약품 품목허가 가이드라인 개정안 행정예고",
]
NO_POLICY = [
    "药明巨诺2025年营收增长，倍诺达销售放量",
    "一文读懂干细胞治疗糖尿病",
    "Nature子刊：新型CAR-NK实现实体瘤突破",
    "细胞治疗企业完成B轮融资",
    "中国细胞治疗市场规模将达500亿元",
    "CAR-T therapy market expected to reach $20bn by 2035",
    "Company raises $100m to advance in vivo CAR-T",
    "New CRISPR tool shows promise in mice",
    "Company submits BLA for its cell therapy",
    "Stem cell therapy for knee pain: what you need to know",
]
LOOKALIKES = [
    "工信部发布太阳能电池行业规范条件",
    "国家发改委：支持氢燃料电池产业发展的若干措施",
    "教育部印发STEM education行动计划",
    "农业农村部批准基因编辑大豆安全证书",
    "USDA approves sale of cell-cultivated chicken",
    "NMPA批准一款T细胞衔接器双特异性抗体上市",
    "NMPA批准治疗外周T细胞淋巴瘤的小分子新药上市",
    "FCC adopts rules for cell towers near schools",
    "Health ministry issues notice on marrow donor registries",
    "FDA issues guidance on cell-based products for animals",
    "国家卫健委：造血干细胞捐献工作规范发布",
    "FDA approves fuel cell backup power for hospital stem cell freezers? No: fuel cells approved by city",
    "EU Parliament votes on new genomic techniques for plants",
]


@pytest.mark.parametrize("title", RELEVANT)
def test_classify_reports_an_act_about_therapies(title: str) -> None:
    assert told(title).labels.relevant


@pytest.mark.parametrize("title", NO_POLICY)
def test_classify_keeps_business_papers_and_explainers_out(title: str) -> None:
    labels = told(title).labels
    assert (labels.cgt, labels.policy) == (True, False)


@pytest.mark.parametrize("title", LOOKALIKES)
def test_classify_keeps_lookalikes_out(title: str) -> None:
    assert not told(title).labels.relevant


@pytest.mark.parametrize(
    ("title", "doc_type", "stage"),
    [
        ("国家药监局药审中心公开征求《细胞产品变更指导原则》意见的通知", DocType.GUIDELINE, Stage.DRAFT),
        ("关于印发《某市细胞和基因产业发展行动计划》的通知", DocType.PLAN, Stage.ISSUED),
        ("国家卫健委关于政协第0321号提案的答复：干细胞临床研究", DocType.REPLY, Stage.ISSUED),
        ("科技部发布干细胞重点专项2025年度申报指南", DocType.FUNDING, Stage.ISSUED),
        ("某生物CAR-T产品获批临床", DocType.TRIAL, Stage.ISSUED),
        ("某生物干细胞新药上市申请获受理", DocType.APPROVAL, Stage.NONE),
        ("某生物NK细胞注射液临床试验申请获国家药监局受理", DocType.TRIAL, Stage.NONE),
        ("国家药监局批准某CAR-T产品上市", DocType.APPROVAL, Stage.ISSUED),
        ("卫健委通报违规开展干细胞治疗典型案例，多家机构被罚", DocType.ENFORCEMENT, Stage.ISSUED),
        ("商务部解读外商投资干细胞试点：答记者问", DocType.INTERPRETATION, Stage.ISSUED),
        ("全国人大代表张某：加快细胞治疗立法的提案", DocType.PROPOSAL, Stage.PROPOSED),
        ("Human Gene Therapy for a Rare Disease; Draft Guidance for Industry; Availability", DocType.GUIDELINE, Stage.DRAFT),
        ("Gene and Cell Therapy Advisory Panel; Notice of Meeting", DocType.MEETING, Stage.NONE),
        ("FDA Grants RMAT Designation to a stem cell therapy", DocType.APPROVAL, Stage.ISSUED),
        ("FDA issues warning letter to stem cell clinic", DocType.ENFORCEMENT, Stage.ISSUED),
        ("FDA warns of secondary malignancies after CAR-T", DocType.SAFETY, Stage.ISSUED),
        ("NICE recommends CAR-T therapy for lymphoma", DocType.REIMBURSEMENT, Stage.ISSUED),
        ("NIH awards grants for gene therapy of rare diseases", DocType.FUNDING, Stage.ISSUED),
        ("Lawmakers introduce bill on stem cell therapy", DocType.PROPOSAL, Stage.PROPOSED),
    ],
)
def test_classify_names_the_kind_and_stage_of_an_act(title: str, doc_type: DocType, stage: Stage) -> None:
    labels = told(title).labels
    assert (labels.doc_type, labels.stage) == (doc_type, stage)


@pytest.mark.parametrize(
    ("title", "issuers", "jurisdiction"),
    [
        ("国家食品药品监督管理总局发布细胞治疗产品指导原则", ("nmpa",), "CN"),
        ("State Food and Drug Administration issues cell therapy guideline", ("nmpa",), "CN"),
        ("National Medical Products Administration approves gene therapy", ("nmpa",), "CN"),
        ("國家藥監局批准CAR-T產品上市", ("nmpa",), "CN"),
        ("国家卫生计生委、食品药品监管总局印发干细胞临床研究管理办法", ("nhc", "nmpa"), "CN"),
        ("湖南省药品监督管理局召开干细胞临床研究座谈会", ("hn_mpa",), "CN-HN"),
        ("上海市卫生健康委员会发布细胞治疗管理规范", ("sh_hc",), "CN-SH"),
        ("深圳市人民政府印发细胞和基因产业若干措施", ("sz_gov",), "CN-GD"),
        ("浦东新区人民政府发布细胞产业行动方案", ("other:pudong_gov",), "CN-SH"),
        ("Shanghai Municipal Health Commission issues cell therapy rules", ("sh_hc",), "CN-SH"),
        ("European Commission approves gene therapy", ("ec",), "EU"),
        ("UK regulator MHRA approves gene-edited therapy", ("mhra",), "GB"),
        ("Health Canada approves CAR-T therapy", ("health_canada",), "CA"),
        ("Swissmedic approves gene therapy", ("swissmedic",), "CH"),
        ("식약처, 줄기세포치료제 품목허가", ("mfds",), "KR"),
        ("厚生労働省、iPS細胞製品を承認", ("mhlw",), "JP"),
        ("China approves first stem cell therapy", ("nmpa",), "CN"),
        ("某公司CAR-T产品获批上市", ("nmpa",), "CN"),
    ],
)
def test_classify_names_the_authority_under_any_of_its_names(title: str, issuers: tuple[str, ...], jurisdiction: str) -> None:
    labels = told(title).labels
    assert (labels.issuers, labels.jurisdiction) == (issuers, jurisdiction)


@pytest.mark.parametrize(
    ("title", "modalities"),
    [
        ("阿基仑赛注射液新适应症获批上市", {Modality.CAR_T}),
        ("FDA approves Casgevy for younger patients", {Modality.GENE_EDITING}),
        ("国务院令第818号公布", {Modality.CGT_GENERAL}),
        ("CAR-T细胞治疗产品获批上市", {Modality.CAR_T}),
        ("体内CAR-T获批临床", {Modality.CAR_T, Modality.GENE_THERAPY}),
        ("FDA guidance on cell and gene therapy products", {Modality.CGT_GENERAL}),
        ("溶瘤病毒注射液获批临床", {Modality.ONCOLYTIC_VIRUS}),
        ("FDA safety alert on exosome products", {Modality.EXOSOME}),
        ("国家药监局批准组织工程皮肤上市", {Modality.TISSUE_ENGINEERED}),
        ("牙髓干细胞注射液获批临床", {Modality.STEM_CELL}),
    ],
)
def test_classify_names_the_kinds_of_therapy(title: str, modalities: set[Modality]) -> None:
    assert set(told(title).labels.modalities) == modalities


@pytest.mark.parametrize(
    ("title", "text", "importance"),
    [
        ("国家药监局批准某CAR-T产品上市", "", Importance.HIGH),
        ("某CAR-T产品获FDA孤儿药资格认定", "", Importance.MEDIUM),
        ("某市生物医药产业发展行动计划", "推进化学药、中药、医疗器械、疫苗和干细胞等领域发展。", Importance.LOW),
        ("某市生物医药产业发展行动计划", "推进化学药、中药、医疗器械发展。", Importance.NONE),
    ],
)
def test_classify_weighs_what_matters(title: str, text: str, importance: Importance) -> None:
    assert told(title, text).labels.importance == importance


def test_classify_rests_on_the_source_when_the_document_names_nobody() -> None:
    found = told(
        "关于细胞治疗产品有关事项的公告", source_issuer="hn_mpa", source_jurisdiction="CN-HN", source_level=Level.PROVINCIAL
    )
    assert found.labels.issuers == ("hn_mpa",)
    assert {span.of for span in found.evidence["issuers"]} == {"source"}


def test_classify_leaves_act_fields_empty_when_nothing_is_policy() -> None:
    labels = told("New CRISPR tool shows promise in mice").labels
    assert (labels.doc_type, labels.stage, labels.jurisdiction, labels.issuers) == (DocType.NONE, Stage.NONE, None, ())


def test_classify_takes_the_number_of_the_act_as_printed() -> None:
    assert told("关于细胞治疗产品的通告（2021年第14号）").labels.document_number == "2021年第14号"
