"""Five offices that publish in three languages, and one that cannot be reached: their entries of the file, and their documents."""

from dataclasses import dataclass, replace

SOURCES = """\
# Offices that are watched here; this line is kept.
defaults: {every: 6h, gap: 0s}
sources:
  - id: nmpa
    name: {zh: 国家药监局 通告, en: "NMPA, notices"}
    kind: list
    url: SITE/nmpa/list
    issuer: nmpa
    jurisdiction: CN
    level: national
    language: zh
    list: {item: li, title: a, link: "a@href", date: span, date_format: "%Y-%m-%d"}
    detail: {body: "div.text", attachments: "a.file@href"}
  - id: guangdong
    name: {zh: 广东省药监局 通知, en: "Guangdong, notices"}
    kind: list
    url: SITE/guangdong/list
    issuer: gd_mpa
    jurisdiction: CN-GD
    level: provincial
    language: zh
    list: {item: li, title: a, link: "a@href", date: span, date_format: "%Y-%m-%d"}
    detail: {body: "div.text", attachments: "a.file@href"}
  - id: fda
    name: {zh: 美国药监局 新闻, en: "FDA, news"}
    kind: feed
    url: SITE/fda/feed
    issuer: fda
    jurisdiction: US
    level: national
    language: en
  - id: ema
    name: {zh: 欧洲药品局 新闻, en: "EMA, news"}
    kind: feed
    url: SITE/ema/feed
    issuer: ema
    jurisdiction: EU
    level: supranational
    language: en
  - id: mhlw
    name: {zh: 日本厚生劳动省, en: "MHLW, notices"}
    kind: feed
    url: SITE/mhlw/feed
    issuer: mhlw
    jurisdiction: JP
    level: national
    language: ja
  - id: broken
    name: {zh: 断线的来源, en: A source out of reach}
    kind: feed
    url: SITE/broken/feed  # answers with an error
    issuer: tga
    jurisdiction: AU
    language: en
"""
LISTS = ("nmpa", "guangdong")
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 74>>stream
BT /F1 18 Tf 72 700 Td (Annex: points to consider for CAR-T products) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


@dataclass(frozen=True)
class Document:
    """One document of an office; `name` is its place in the address."""

    name: str
    title: str
    text: str
    day: str = "2026-03-02"
    files: tuple[str, ...] = ()


OLD = (
    ("nmpa", Document("old", "关于召开年度工作会议的通知", "会议定于三月召开。", "2026-02-01")),
    ("guangdong", Document("old", "关于春节放假安排的通知", "春节期间值班安排如下。", "2026-02-01")),
    ("fda", Document("old", "Annual report of the board", "The minutes of the spring meeting.")),
    ("ema", Document("old", "Opening hours in spring", "Our desk is open from nine to five.")),
    ("mhlw", Document("old", "年次会議のお知らせ", "会議は春に開催されます。")),
)
DRAFT = Document(
    "guide",
    "国家药监局药审中心关于公开征求《细胞治疗产品药学研究与评价技术指导原则（征求意见稿）》意见的通知",
    "为规范细胞治疗产品的研发，我中心组织起草了《细胞治疗产品药学研究与评价技术指导原则（征求意见稿）》，现公开征求意见。"
    "请于2026年4月15日前将意见反馈至我中心。指导原则适用于CAR-T等细胞治疗产品。",
    "2026-03-02",
    ("annex.pdf",),
)
STEM = Document(
    "stem",
    "广东省药监局关于干细胞临床研究机构备案的通告",
    "现将干细胞临床研究机构备案有关事项通告如下，自2026年5月1日起施行。",
)
CAR_T = Document(
    "car-t",
    "FDA issues draft guidance on CAR-T cell therapy potency assurance",
    "The agency invites comments on its draft guidance for chimeric antigen receptor T cell therapy. Comments by 1 June 2026.",
)
APPROVAL = Document(
    "atmp",
    "EMA recommends conditional approval of a gene therapy for haemophilia B",
    "The committee recommended granting a conditional marketing authorisation to an advanced therapy medicinal product.",
)
QUALITY = Document(
    "saisei",
    "再生医療等製品の品質に関するガイドライン案への意見募集",
    "再生医療等製品の品質に関するガイドライン案について意見を募集します。締切は2026年4月30日です。",
)
NEWS = (("nmpa", DRAFT), ("guangdong", STEM), ("fda", CAR_T), ("ema", APPROVAL), ("mhlw", QUALITY))
LONGER = replace(DRAFT, text=DRAFT.text.replace("4月15日", "5月15日") + "附：起草说明。")
FINAL = Document(
    "final",
    "国家药监局关于发布《细胞治疗产品生产检查指南》的通告（2026年第8号）",
    "现予发布，自2026年6月1日起施行。",
    "2026-03-09",
)
LICENCE = Document(
    "licence",
    "FDA approves first gene therapy for a rare immune disease",
    "The agency has granted marketing authorisation to a gene therapy product.",
)
LATER = (("nmpa", LONGER), ("nmpa", FINAL), ("fda", LICENCE))
