"""What linking costs: one new event among 100,000 stored ones, and each relevant item of a first visit.

`python benchmarks/linking.py` fills a new database in one transaction and links events that were not in it: the keys of the new
event, the query of the store, and the comparison. Printed beside one indexed read of an event from the same database, taken in turn.
"""

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from cgtwatch.link import Candidate
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.model.taxonomy import DocType, Importance, Modality, Stage
from cgtwatch.pipeline.recognise import link_up
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import FetchFacts, StoredItem, VisitRecord

NOW = datetime(2026, 7, 8, 1, tzinfo=UTC)
SOURCES = tuple(f"office-{n}" for n in range(40))
# An authority, what its numbers are called, and whether it writes Chinese.
BODIES = (
    ("nmpa", "国药监注", True), ("cde", "药审业", True), ("nhc", "国卫科教发", True), ("most", "国科发", True), ("sh_gov", "沪府办发", True),
    ("bj_gov", "京政办发", True), ("gd_mpa", "粤药监", True), ("fda", "FDA", False), ("ema", "EMA/CAT", False), ("mhra", "MHRA", False),
)  # fmt: skip
WHAT_ZH = (
    "细胞治疗产品",
    "基因治疗产品",
    "干细胞产品",
    "免疫细胞治疗产品",
    "溶瘤病毒产品",
    "基因编辑产品",
    "间充质干细胞产品",
    "体内基因治疗产品",
)
WHICH_ZH = (
    "药学研究",
    "非临床研究",
    "临床试验",
    "长期随访",
    "生产检查",
    "变更管理",
    "风险管理",
    "质量控制",
    "注册核查",
    "临床应用",
)
FOR_ZH = (
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
KIND_ZH = ("技术指导原则", "管理办法", "工作方案", "检查指南", "行动计划", "管理规定")
WHAT_EN = (
    "Cell Therapy Products",
    "Gene Therapy Products",
    "CAR T Cell Products",
    "Stem Cell Products",
    "Oncolytic Viruses",
    "AAV Vectors",
)
WHICH_EN = (
    "Potency",
    "Manufacturing Changes",
    "Long Term Follow-Up",
    "Clinical Trials",
    "Nonclinical Studies",
    "Donor Eligibility",
)
FOR_EN = (
    "Hemophilia",
    "Lymphoma",
    "Leukemia",
    "Myeloma",
    "Lupus",
    "Solid Tumors",
    "Retinal Disorders",
    "Diabetes",
    "Rare Diseases",
)
LAWS = ("药品管理法", "药品注册管理办法", "人类遗传资源管理条例", "生物医学新技术临床研究和临床转化应用管理条例")
TEXT_ZH = "为规范和指导{name}相关工作，根据《{law}》，我们组织制定了《{name}》，现予发布，自{day}起施行。{filling}"
TEXT_EN = "The agency announces the availability of a document entitled {name}. It gives recommendations to sponsors. {filling}"
FILLING_ZH = "各有关单位应当结合实际认真贯彻执行，研究者应当关注第{n}类产品的质量、安全性和有效性，并按要求提交第{m}批资料。"
FILLING_EN = "Sponsors of group {n} submit data on quality, safety and efficacy, and keep records of batch {m} for the agency. "


def made(n: int, drawn: random.Random) -> tuple[str, str, Labels]:
    """The `n`th act: its title, text and labels."""
    body, code, chinese = drawn.choice(BODIES)
    day = date(2016, 1, 4) + timedelta(days=drawn.randrange(3800))
    draft = drawn.random() < 0.3
    if chinese:
        name = f"{drawn.choice(FOR_ZH)}{drawn.choice(WHAT_ZH)}{drawn.choice(WHICH_ZH)}{drawn.choice(KIND_ZH)}（{n % 97}类）"
        number = f"{code}〔{day.year}〕{n % 8000 + 1}号"
        title = f"关于公开征求《{name}（征求意见稿）》意见的通知" if draft else f"关于印发《{name}》的通知"
        filling = "".join(
            FILLING_ZH.format(n=drawn.randrange(999), m=drawn.randrange(999)) for _ in range(drawn.randrange(2, 16))
        )
        text = f"{number}\n" + TEXT_ZH.format(name=name, law=drawn.choice(LAWS), day=f"{day:%Y年%m月%d日}", filling=filling)
    else:
        name = f"{drawn.choice(WHICH_EN)} of {drawn.choice(WHAT_EN)} for {drawn.choice(FOR_EN)}, Part {n % 97}"
        number = f"{code}-{day.year}-D-{n % 8000 + 1000}" if body == "fda" else None
        title = f"{name}; {'Draft ' if draft else ''}Guidance for Industry; Availability"
        filling = "".join(
            FILLING_EN.format(n=drawn.randrange(999), m=drawn.randrange(999)) for _ in range(drawn.randrange(2, 16))
        )
        text = TEXT_EN.format(name=name, filling=filling)
    labels = Labels(
        True, True, True, (Modality.CGT_GENERAL,), DocType.GUIDELINE, Stage.DRAFT if draft else Stage.ISSUED, "CN" if chinese else "US",
        (body,), None, number, day, importance=Importance.HIGH,
    )  # fmt: skip
    return title, text, labels


def item(n: int, drawn: random.Random) -> StoredItem:
    """The `n`th act as a new item with its event."""
    title, text, labels = made(n, drawn)
    name, source, url = f"i{n}", SOURCES[n % len(SOURCES)], f"https://{SOURCES[n % len(SOURCES)]}.example/{n}.html"
    event = PolicyEvent(f"e{n}", name, source, title, url, labels, labels.document_date, NOW, NOW, 1, f"e{n}", f"e{n}")
    revision = Revision(name, 1, title, url, text, f"1:{n}", NOW, published_on=labels.document_date)
    return StoredItem(Finding(Change.NEW, name, ItemKeys(link=url), f"1:{n}", ""), revision, Classification(labels), (event,))


def with_keys(one: StoredItem) -> StoredItem:
    """The same with the keys that linking gives its event."""
    assert one.revision is not None
    event = one.events[0]
    return StoredItem(
        one.finding, one.revision, one.classification, one.events,
        keys={event.id: tuple(Candidate(event, one.revision.text).keys.own)},
    )  # fmt: skip


def visit(items: tuple[StoredItem, ...]) -> VisitRecord:
    """One visit that found them all."""
    source = SOURCES[0]
    return VisitRecord(source, Plan(Outcome.OK, SourceState(source)), FetchFacts(source, source, Outcome.OK, NOW), items)


def filled(path: Path, count: int) -> Store:
    """A store with `count` events."""
    store = open_store(f"sqlite:///{path}")
    store.sync_sources([Source(name, Kind.FEED, f"https://{name}.example/", Names(name, name)) for name in SOURCES], NOW)
    drawn = random.Random(7)
    store.record_visit(visit(tuple(with_keys(item(n, drawn)) for n in range(count))))
    return store


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one call, on the clock and of CPU: the first is noise where others use the machine."""

    clock: float
    cpu: float


def timed(work: Callable[[], object], times: int = 1) -> Taken:
    """What one call takes, each part by `times`."""
    began, used = perf_counter(), process_time()
    work()
    return Taken((perf_counter() - began) * 1e3 / times, (process_time() - used) * 1e3 / times)


def newcomers(count: int, stored: int) -> Iterator[StoredItem]:
    """Events that are not stored: half of them a later step or another copy of one that is."""
    drawn, again = random.Random(11), random.Random(7)
    known = [made(n, again) for n in range(min(stored, 3 * count))]
    for n in range(count):
        fresh = item(stored + n, drawn)
        if n % 2:
            title, text, labels = known[3 * n]
            assert fresh.revision is not None
            event = fresh.events[0]
            url = f"https://copies.example/{n}"
            event = PolicyEvent(
                event.id, event.item_id, event.source, title.replace("（征求意见稿）", "（试行）"), url, labels, labels.document_date, NOW, NOW,
                1, event.id, event.id,
            )  # fmt: skip
            revision = Revision(event.item_id, 1, event.title, url, text, fresh.revision.fingerprint, NOW)
            fresh = StoredItem(fresh.finding, revision, fresh.classification, (event,))
        yield fresh


def tell(name: str, taken: list[Taken], read: float) -> None:
    """One line: median and 95th percentile on the clock, the median of CPU, and that by one indexed read."""
    clock, cpu = [one.clock for one in taken], statistics.median(one.cpu for one in taken)
    p95 = statistics.quantiles(clock, n=20)[-1]
    print(f"{name:<44} median {statistics.median(clock):6.2f} ms  p95 {p95:6.2f} ms  CPU {cpu:6.2f} ms  {cpu / read:5.1f} reads")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        began = perf_counter()
        store = filled(Path(place) / "links.db", asked.events)
        size = sum(each.stat().st_size for each in Path(place).iterdir()) / 2**20
        print(f"{asked.events} events stored in {perf_counter() - began:.0f} s, {size:.0f} MiB")
        drawn, reads, linked, found = random.Random(3), [], [], 0
        for fresh in newcomers(asked.new, asked.events):
            event_id = f"e{drawn.randrange(asked.events)}"
            reads.append(timed(lambda name=event_id: store.event(name)))  # type: ignore[misc]
            result: list[StoredItem] = []
            linked.append(timed(lambda one=fresh, out=result: out.extend(link_up([one], store))))  # type: ignore[misc]
            found += bool(result[0].links)
        read = statistics.median(one.cpu for one in reads)
        tell("one indexed read of an event", reads, read)
        tell("one new event linked", linked, read)
        print(f"{found} of {asked.new} new events found what they belong to")
        store.close()
        empty = filled(Path(place) / "first.db", 0)
        first = [item(n, drawn) for n in range(100)]
        each = [timed(lambda: link_up(first, empty), len(first)) for _ in range(5)]
        tell("each relevant item of a first visit with 100", each, read)
        empty.close()


if __name__ == "__main__":
    main()
