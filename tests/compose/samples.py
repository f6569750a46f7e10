"""Events and a digest in the shape of real ones, for the tests of composing and delivering."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cgtwatch.compose.context import DigestContext
from cgtwatch.model.classification import Labels, Span
from cgtwatch.model.event import Announcement, AnnouncementKind, PolicyEvent
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage

NOW = datetime(2026, 7, 22, 0, 0, tzinfo=UTC)
NEW, REVISED, LINKED, REMINDER = AnnouncementKind

ISSUERS = {
    "cde": Names("国家药监局药审中心", "Center for Drug Evaluation (CDE)"),
    "nmpa": Names("国家药监局", "NMPA"),
    "nhc": Names("国家卫生健康委", "National Health Commission"),
    "bj_hc": Names("北京市卫生健康委", "Beijing Health Commission"),
    "fda": Names("美国食品药品监督管理局", "FDA"),
    "cber": Names("FDA生物制品评价与研究中心", "CBER"),
    "ema": Names("欧洲药品管理局", "EMA"),
}
SOURCES = {
    "cn-cde-drafts": Names("药审中心 征求意见", "CDE drafts for comment"),
    "cn-news": Names("健康日报", "Health Daily"),
    "us-fda-cber": Names("FDA CBER 新闻", "FDA CBER news"),
}


def labels(**changes) -> Labels:
    known = Labels(
        cgt=True,
        policy=True,
        relevant=True,
        modalities=(Modality.CAR_T, Modality.GENE_THERAPY),
        doc_type=DocType.GUIDELINE,
        stage=Stage.ISSUED,
        jurisdiction="CN",
        issuers=("cde",),
        level=Level.NATIONAL,
        importance=Importance.MEDIUM,
    )
    return replace(known, **changes)


def event(name: str, title: str, **changes) -> PolicyEvent:
    known = PolicyEvent(
        id=name,
        item_id=f"i-{name}",
        source="cn-cde-drafts",
        title=title,
        url=f"https://cde.example/main/news/viewInfoCommon/{name}",
        labels=labels(),
        published=date(2026, 7, 21),
        first_seen=NOW - timedelta(hours=9),
        last_changed=NOW - timedelta(hours=9),
        revision=1,
        cluster=name,
        thread=name,
        language="zh",
    )
    return replace(known, **changes)


def announce(seq: int, told: PolicyEvent, kind: AnnouncementKind = NEW, change: str = "") -> Announcement:
    return Announcement(seq, kind, f"cause-{seq}", told, NOW - timedelta(hours=8), change)


DRAFT = event(
    "d1",
    "关于公开征求《嵌合抗原受体T细胞（CAR-T）治疗产品上市后变更药学研究技术指导原则（征求意见稿）》意见的通知",
    labels=labels(
        stage=Stage.DRAFT,
        importance=Importance.HIGH,
        comment_deadline=date(2026, 7, 27),
        document_number="药审业〔2026〕318号",
        document_date=date(2026, 7, 20),
    ),
    summary="为规范和指导嵌合抗原受体T细胞治疗产品上市后药学变更研究，我中心组织起草了该技术指导原则，现公开征求意见，请社会各界于2026年7月27日前反馈。",
    evidence={
        "comment_deadline": (Span(40, 60, "请社会各界于2026年7月27日前反馈"),),
        "modalities": (Span(10, 24, "嵌合抗原受体T细胞治疗产品"),),
    },
)
REPORT = event(
    "d1n",
    "药审中心就CAR-T上市后变更征求意见，业内关注可比性研究要求",
    source="cn-news",
    url="https://news.example/2026/07/21/cart",
    cluster="d1",
    labels=labels(level=Level.NEWS, stage=Stage.DRAFT),
)
FAR_DRAFT = event(
    "d2",
    "Potency Testing of Edited Cell Products; Draft Guidance for Sponsors; Availability and Request for Comments",
    source="us-fda-cber",
    url="https://fda.example/d2",
    language="en",
    labels=labels(
        stage=Stage.DRAFT,
        jurisdiction="US",
        issuers=("fda", "cber"),
        modalities=(Modality.GENE_EDITING, Modality.GENE_THERAPY),
        comment_deadline=date(2026, 9, 21),
        document_number="FDA-2026-D-1187",
        importance=Importance.HIGH,
    ),
    summary="The Food and Drug Administration announces a draft guidance that gives recommendations to sponsors.",
)
LAW = event(
    "h1",
    "体细胞治疗临床研究和转化应用管理办法",
    labels=labels(
        doc_type=DocType.LAW,
        stage=Stage.ISSUED,
        issuers=("nhc", "nmpa"),
        modalities=(Modality.SOMATIC_CELL, Modality.STEM_CELL),
        importance=Importance.HIGH,
        effective_date=date(2026, 10, 1),
        document_number="国卫科教发〔2026〕12号",
    ),
    summary="本办法自2026年10月1日起施行。",
    revision=2,
)
BEIJING = event(
    "c2",
    "北京市加快细胞和基因治疗产业发展若干措施",
    labels=labels(
        doc_type=DocType.PLAN,
        jurisdiction="CN-BJ",
        issuers=("bj_hc", "other:beijing_eda"),
        level=Level.PROVINCIAL,
        modalities=(Modality.CGT_GENERAL,),
    ),
)
REPLY = event(
    "c1",
    "对十四届全国人大四次会议第6238号建议的答复",
    labels=labels(doc_type=DocType.REPLY, issuers=("nhc",), importance=Importance.LOW),
)
EUROPE = event(
    "e1",
    "Opinion on the conditional marketing authorisation of an autologous TIL therapy",
    url="https://ema.example/e1",
    language="en",
    labels=labels(
        doc_type=DocType.APPROVAL, jurisdiction="EU", issuers=("ema",), level=Level.SUPRANATIONAL, modalities=(Modality.TIL,)
    ),
)
OPEN = event(
    "o1",
    "干细胞临床研究质量管理规范（征求意见稿）",
    labels=labels(stage=Stage.DRAFT, comment_deadline=date(2026, 8, 15), issuers=("nhc",), modalities=(Modality.STEM_CELL,)),
)

ANNOUNCEMENTS = (
    announce(11, EUROPE),
    announce(12, REPORT),
    announce(13, DRAFT),
    announce(14, BEIJING),
    announce(15, LAW),
    announce(16, LAW, REVISED, "施行日期由“2026年9月1日”改为“2026年10月1日”"),
    announce(17, FAR_DRAFT),
    announce(18, REPLY, LINKED, "答复的建议已于2026年3月收录"),
)

CONTEXT = DigestContext(
    issuer_names=ISSUERS,
    source_names=SOURCES,
    public_url="https://cgt.example",
    open_consultations=(OPEN, DRAFT),
    sources_watched=82,
    stored=4127,
    why={
        "d1": ("topic=car_t", "jurisdiction=CN", "importance=high"),
        "c2": ("jurisdiction=CN-BJ", "issuer=bj_hc"),
        "e1": ("everything",),
    },
)


def reader(language: str = "zh", **changes) -> Subscription:
    known = Subscription(
        "reader",
        "email",
        "reader@example.org",
        Cadence(Every.DAILY, 8),
        filter=Filter(topics=(Modality.CAR_T, Modality.TIL), jurisdictions=("CN", "US", "EU"), importance=Importance.LOW),
        language=language,
    )
    return replace(known, **changes)
