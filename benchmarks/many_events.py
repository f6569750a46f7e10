"""A store of hundreds of thousands of invented events, Chinese and English, whose fields are spread as those of real ones are."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from math import sqrt
from pathlib import Path

from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import AnnouncementKind, Link, PolicyEvent, Relation
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import FetchFacts, StoredItem, ToAnnounce, VisitRecord

NOW = datetime(2026, 7, 8, 1, tzinfo=UTC)
SOURCES = tuple(f"office-{n}" for n in range(200))
AT_ONCE = 1_000  # events of one visit
RARE, RARE_EN = "嵌合鼯鼠", "flying squirrel"  # in one event of a thousand
PROVINCES = ("BJ", "SH", "GD", "JS", "ZJ", "SD", "SC", "HB", "HN", "TJ", "CQ", "FJ", "AH", "LN", "HI", "YN")
ABROAD = ("US", "GB", "EU", "JP", "KR", "CA", "AU", "SG", "CH", "IN", "BR", "IL", "WHO", "ICH", "DE", "FR", "TW", "HK")
BODIES_CN = ("nmpa", "cde", "nhc", "most", "nifdc", "samr", "nhsa", *(f"other:office_{n}" for n in range(120)))
BODIES = ("fda", "cber", "ema", "mhra", "pmda", "mfds", "who", "tga", *(f"other:agency_{n}" for n in range(60)))
THINGS = (
    "细胞治疗产品", "基因治疗产品", "干细胞", "免疫细胞", "溶瘤病毒产品", "基因编辑", "间充质干细胞", "腺相关病毒载体", "外泌体", "组织工程产品",
)  # fmt: skip
MATTERS = (
    "药学研究",
    "临床试验",
    "长期随访",
    "生产检查",
    "变更管理",
    "风险管理",
    "质量控制",
    "注册核查",
    "临床应用",
    "伦理审查",
    "医保支付",
    "产业发展",
)
KINDS = ("技术指导原则", "管理办法", "工作方案", "检查指南", "行动计划", "管理规定", "若干措施", "通知")
PLACES = (
    "血友病",
    "淋巴瘤",
    "白血病",
    "骨髓瘤",
    "狼疮",
    "实体瘤",
    "视网膜病变",
    "心力衰竭",
    "糖尿病",
    "帕金森病",
    "脊髓损伤",
    "罕见病",
)
HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 1500)))
WORDS = (
    "cell", "therapy", "product", "guidance", "sponsor", "trial", "clinical", "vector", "potency", "donor", "safety", "manufacturing", "review",
    "gene", "editing", "data", "quality", "comment", "draft", "final", "applicant", "submission", "risk", "follow-up", "patient", "authority",
    "approval", "evidence", "committee", "consultation", "regulation", "tissue", "stem", "viral", "long", "term", "release", "testing", "batch",
)  # fmt: skip


def filled(path: Path, count: int) -> Store:
    """A store with `count` events: the one at `path` where it has as many, else a new one."""
    fresh = not path.exists()
    store = open_store(f"sqlite:///{path}")
    if fresh:
        store.sync_sources(
            [Source(name, Kind.FEED, f"https://{name}.example/", Names(f"机构{name}", name)) for name in SOURCES], NOW
        )
        drawn = random.Random(7)
        for begin in range(0, count, AT_ONCE):
            when = NOW - timedelta(hours=1) * ((count - begin) // AT_ONCE)
            items = [item(n, when, drawn) for n in range(begin, min(begin + AT_ONCE, count))]
            store.record_visit(_visit(SOURCES[begin // AT_ONCE % len(SOURCES)], items, when, drawn))
        for one in readers(200):
            store.add_subscription(one, NOW)
    return store


def item(n: int, when: datetime, drawn: random.Random) -> StoredItem:
    """The `n`th act as a new item with its event; one of eight belongs to the thread of an earlier one."""
    chinese = drawn.random() < 0.65
    labels = _labels(n, chinese, drawn)
    title, text = _chinese(n, drawn) if chinese else _english(n, drawn)
    name, source = f"i{n}", drawn.choice(SOURCES)
    thread = f"e{n - 1 - drawn.randrange(min(n, 400))}" if n and drawn.random() < 0.125 else f"e{n}"
    url, published = (
        f"https://{source}.example/{n}.html",
        labels.document_date or when.date() - timedelta(days=drawn.randrange(4400)),
    )
    event = PolicyEvent(
        f"e{n}", name, source, title, url, labels, published, when, when, 1, f"e{n}", thread,
        language="zh" if chinese else "en", summary=text[:160],
    )  # fmt: skip
    revision = Revision(name, 1, title, url, text, f"1:{n}", when, published_on=labels.document_date)
    links = (Link(f"e{n}", thread, Relation.FINALISES, "same title"),) if thread != f"e{n}" else ()
    return StoredItem(
        Finding(Change.NEW, name, ItemKeys(link=url), f"1:{n}", ""), revision, Classification(labels), (event,), links
    )


def readers(count: int) -> Iterator[Subscription]:
    """Subscriptions of many kinds."""
    for n in range(count):
        wants = Filter(jurisdictions=(("CN", "US", "EU")[n % 3],), topics=(Modality.CAR_T,) if n % 2 else ())
        yield Subscription(
            f"reader-{n}", "webhook", f"https://hooks.example/{n}", Cadence(Every.DAILY), wants, created_at=NOW, next_due=NOW
        )


def _visit(source: str, items: list[StoredItem], when: datetime, drawn: random.Random) -> VisitRecord:
    news = tuple(ToAnnounce(AnnouncementKind.NEW, one.events[0].id, "") for one in items if drawn.random() < 0.3)
    state = SourceState(source, last_visit=when, last_ok=when, next_poll=when + timedelta(hours=6))
    return VisitRecord(source, Plan(Outcome.OK, state), FetchFacts(source, source, Outcome.OK, when), tuple(items), news)


def _labels(n: int, chinese: bool, drawn: random.Random) -> Labels:
    day = NOW.date() - timedelta(days=int(4400 * (1 - sqrt(drawn.random()))))  # ever more: some ninety a day in the end
    stage = drawn.choices(list(Stage), weights=(25, 40, 10, 8, 4, 8, 5))[0]
    place = "CN" if drawn.random() < 0.4 else f"CN-{drawn.choice(PROVINCES)}"
    bodies = BODIES_CN if chinese else BODIES
    return Labels(
        cgt=True, policy=True, relevant=drawn.random() < 0.97,
        modalities=tuple(drawn.sample(list(Modality), drawn.choice((1, 1, 1, 2, 3)))),
        doc_type=drawn.choice(list(DocType)), stage=stage, jurisdiction=place if chinese else drawn.choice(ABROAD),
        issuers=tuple(drawn.sample(bodies[:8], 1) if drawn.random() < 0.6 else drawn.sample(bodies, drawn.choice((1, 1, 2)))),
        level=drawn.choice(list(Level)), document_number=f"国药监注〔{day.year}〕{n % 900 + 1}号" if chinese and drawn.random() < 0.4 else None,
        document_date=day if drawn.random() < 0.9 else None, effective_date=day + timedelta(days=60) if drawn.random() < 0.2 else None,
        comment_deadline=day + timedelta(days=drawn.randrange(20, 90)) if stage is Stage.DRAFT else None,
        importance=drawn.choices(list(Importance), weights=(15, 35, 40, 10))[0],
    )  # fmt: skip


def _chinese(n: int, drawn: random.Random) -> tuple[str, str]:
    name = f"{drawn.choice(PLACES)}{drawn.choice(THINGS)}{drawn.choice(MATTERS)}{drawn.choice(KINDS)}"
    sentences = [
        f"{_run(drawn)}{drawn.choice(THINGS)}{_run(drawn)}{drawn.choice(MATTERS)}，{_run(drawn)}第{drawn.randrange(99)}条{_run(drawn)}。"
        for _ in range(drawn.randrange(3, 18))
    ]
    if n % 1000 == 7:
        sentences.append(f"{RARE}。")
    return f"关于印发《{name}》的通知", "".join(sentences)


def _run(drawn: random.Random) -> str:
    return drawn.choice(_runs())


@cache
def _runs() -> tuple[str, ...]:
    """Characters one after the other, the common ones often: enough of such runs to draw from."""
    drawn = random.Random(13)
    ranks = [[min(int(drawn.expovariate(1 / 120)), len(HAN) - 1) for _ in range(drawn.randrange(4, 14))] for _ in range(40_000)]
    return tuple("".join(HAN[rank] for rank in run) for run in ranks)


def _english(n: int, drawn: random.Random) -> tuple[str, str]:
    name = " ".join(drawn.choices(WORDS, k=5)).capitalize()
    text = ". ".join(" ".join(drawn.choices(WORDS, k=12)).capitalize() for _ in range(drawn.randrange(3, 14)))
    return f"{name}; CAR-T guidance for industry, part {n % 97}", text + (f". A {RARE_EN}." if n % 1000 == 7 else ".")
