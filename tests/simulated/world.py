"""An invented world of regulators: who publishes what, when it is edited or vanishes, and when nobody answers. Knows nothing of the product."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Jurisdiction, issuers, zone, whether it writes Chinese, how many offices of 120 it has, free days beside weekends.
PLACES = (
    ("CN", ("cde", "nmpa", "nhc"), "Asia/Shanghai", True, 30, ((10, 1, 7), (5, 1, 3), (1, 1, 1), (2, 16, 8))),
    ("CN-SH", ("sh_mpa",), "Asia/Shanghai", True, 15, ((10, 1, 7), (5, 1, 3), (2, 16, 8))),
    ("CN-BJ", ("bj_mpa",), "Asia/Shanghai", True, 15, ((10, 1, 7), (5, 1, 3), (2, 16, 8))),
    ("US", ("fda", "nih"), "America/New_York", False, 20, ((7, 3, 1), (11, 26, 2), (12, 25, 1), (1, 1, 1))),
    ("GB", ("mhra", "nice"), "Europe/London", False, 12, ((4, 3, 4), (12, 25, 2), (1, 1, 1))),
    ("EU", ("ema",), "Europe/Amsterdam", False, 10, ((4, 3, 4), (12, 24, 9))),
    ("JP", ("mhlw",), "Asia/Tokyo", False, 8, ((4, 29, 7), (12, 29, 6))),
    ("SG", ("hsa",), "Asia/Singapore", False, 5, ((8, 9, 1),)),
    ("AU", ("tga",), "Australia/Sydney", False, 5, ((1, 26, 1), (12, 25, 2))),
)  # fmt: skip
CADENCES = ("6h", "12h", "12h", "24h", "24h", "24h", "{exactly: 8h}", "{exactly: 24h}")
_SHARING = ("CN", "CN-SH", "CN-BJ", "US")  # elsewhere nobody says of two reports that they are of one act: they carry no number
_HAN = "晨星明月青松白鹤长虹沧海朝霞春雷丹桂飞瀑金秋兰亭玉泉紫云梧桐翠竹远山流水红枫银杏雪莲碧波寒梅清风".strip()
_LATIN = (
    "alder", "birch", "cedar", "dahlia", "elmwood", "fennel", "ginkgo", "hazel", "iris", "juniper", "kelp", "laurel",
    "maple", "nettle", "olive", "poplar", "quince", "rowan", "spruce", "thistle", "umbra", "violet", "willow", "xylem",
    "yarrow", "zinnia", "aspen", "bramble", "clover", "daffodil",
)  # fmt: skip
_SUBJECTS = (
    "potency",
    "viral safety",
    "donor",
    "cold chain",
    "labelling",
    "comparability",
    "follow-up",
    "import",
    "fee",
    "release",
)
_GEGENSTAND = ("药学研究", "临床试验", "非临床研究", "长期随访", "生产检查", "上市后变更", "供者筛查", "冷链运输")


@dataclass(frozen=True, slots=True)
class Office:
    """One source. `listed`: a page of rows instead of a feed; `window`: how many entries it shows."""

    id: str
    place: str
    issuer: str | None
    zone: str
    chinese: bool
    free: tuple[tuple[int, int, int], ...]
    every: str
    listed: bool
    window: int
    rate: float  # publications a working day

    @property
    def url(self) -> str:
        """Its only page."""
        return f"http://{self.id}.example/{'list' if self.listed else 'feed'}"


@dataclass(slots=True)
class Act:
    """One publication at one office. `relevant`: about the therapies that are watched; `of`: the draft that it makes final;
    `copy`: the act of another office of which this is one more report.
    """

    number: int
    office: str
    at: datetime
    relevant: bool
    name: str
    stage: str = ""  # draft or final
    deadline: date | None = None
    of: int | None = None
    copy: int | None = None
    edits: list[tuple[datetime, date | None]] = field(default_factory=list)  # when, and the longer deadline (None: other words)
    hidden: tuple[datetime, datetime] | None = None

    def version(self, at: datetime) -> int:
        """How many edits were made by then."""
        return sum(when <= at for when, _ in self.edits)

    def due(self, version: int) -> date | None:
        """The deadline as that version says it."""
        moved = [day for _, day in self.edits[:version] if day is not None]
        return moved[-1] if moved else self.deadline


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a world is and how long it is watched."""

    begin: datetime
    days: int
    offices: int = 120
    acts_a_day: float = 16.0
    relevant: float = 0.3
    tick: timedelta = timedelta(minutes=15)  # between two looks of the machine
    duties: int = 3  # hours between two rounds of housekeeping
    sends: int = 1  # hours between two looks for what is to be tried again

    @property
    def end(self) -> datetime:
        """When the last day is over."""
        return self.begin + self.days * DAY


class World:
    """Everything that happens, drawn from one seed before it begins."""

    def __init__(self, seed: int, scale: Scale) -> None:
        self.scale = scale
        self.drawn = random.Random(f"world {seed}")
        self.offices = {one.id: one for one in self._offices()}
        self.acts: list[Act] = []
        for office in self.offices.values():
            for n in range(office.window - 2):  # what stands there before anybody looks
                self._publish(office, scale.begin - (office.window - n) * DAY)
        for day in range(scale.days):
            for office, at in sorted(self._busy(day), key=lambda pair: pair[1]):
                self._publish(office, at)
        self._final_forms()
        self._copies()
        self._second_thoughts()
        self.outages = {name: list(self._outages()) for name in self.offices}
        self._shown = {name: sorted((a for a in self.acts if a.office == name), key=lambda a: a.at) for name in self.offices}
        self._times = {name: [a.at for a in acts] for name, acts in self._shown.items()}

    # --- what is on show

    def page(self, office: Office, at: datetime) -> tuple[tuple[int, int], ...]:
        """Number and version of each entry on show, newest first."""
        until = bisect_right(self._times[office.id], at)
        newest = reversed(self._shown[office.id][max(0, until - office.window - 6) : until])
        there = [a for a in newest if not (a.hidden and a.hidden[0] <= at < a.hidden[1])]
        return tuple((a.number, a.version(at)) for a in there[: office.window])

    def trouble(self, office: str, at: datetime) -> str | None:
        """How the office fails to answer then."""
        return next((how for begin, end, how in self.outages[office] if begin <= at < end), None)

    def body(self, office: Office, page: Sequence[tuple[int, int]]) -> bytes:
        """The bytes of a page."""
        rows = "".join((_row if office.listed else _entry)(self, office, self.acts[n], version) for n, version in page)
        if office.listed:
            return f"<!doctype html><html><head><title>{office.id}</title></head><body><ul class=news>{rows}</ul></body></html>".encode()
        head = f"<title>{office.id}</title><link>http://{office.id}.example/</link><description>-</description>"
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{rows}</channel></rss>'.encode()

    def url(self, number: int) -> str:
        """The address of an act."""
        return f"http://{self.acts[number].office}.example/act/{number}"

    def title(self, act: Act, version: int) -> str:
        """Its title, in the language of its office."""
        chinese = self.offices[act.office].chinese
        again = f"(corrected {version})" if version and act.deadline is None else ""
        if not act.relevant:
            return (
                f"关于{act.name}办公用房维修项目的公告{again}"
                if chinese
                else f"Parking at the {act.name} office building {again}".strip()
            )
        if chinese:
            said = {
                "draft": f"关于公开征求《{act.name}（征求意见稿）》意见的通知",
                "final": f"关于发布《{act.name}》的通告（{self._number(act)}）",
            }[act.stage]
        else:
            said = {"draft": f"Draft guidance: {act.name}", "final": f"Final guidance: {act.name}"}[act.stage]
        return f"{said} {again}".strip()

    def text(self, act: Act, version: int) -> str:
        """Its text."""
        chinese, due = self.offices[act.office].chinese, act.due(version)
        more = f" Annex {version} was replaced." if version and act.deadline is None else ""
        if not act.relevant:
            return f"{act.name}。{more}" if chinese else f"News of the {act.name} building.{more}"
        if chinese:
            last = f"意见反馈截止日期为{due.year}年{due.month}月{due.day}日。" if due else "自发布之日起施行。"
            return f"《{act.name}》涉及CAR-T。{_prose(act.name)}。{last}{more}"
        last = f" Comments are due by {due:%B} {due.day}, {due.year}." if due else ""
        return (
            f"The agency announces guidance for chimeric antigen receptor T cells (CAR-T cell therapy): {act.name}.{last}{more}"
        )

    def _number(self, act: Act) -> str:
        """The number that an act bears wherever it is reported."""
        first = act.number if act.copy is None else act.copy
        whose = {"CN-SH": "沪药监规", "CN-BJ": "京药监发"}.get(self.offices[act.office].place, "国药监药注")
        return f"{whose}〔{self.scale.begin.year}〕{first}号"

    # --- how it is drawn

    def _offices(self) -> Iterator[Office]:
        share = self.scale.offices / 120
        for place, issuers, zone, chinese, count, free in PLACES:
            for n in range(max(1, round(count * share))):
                drawn = self.drawn
                yield Office(
                    f"{place.lower()}-{n}", place, issuers[n % len(issuers)], zone, chinese, free, drawn.choice(CADENCES),
                    drawn.random() < 0.4, drawn.randint(12, 20), drawn.lognormvariate(0, 0.8),
                )  # fmt: skip

    def _busy(self, day: int) -> Iterator[tuple[Office, datetime]]:
        """Who publishes on that day, and when: hardly anybody at weekends and holidays, some in bursts."""
        most = sum(office.rate for office in self.offices.values())
        for office in self.offices.values():
            here = ZoneInfo(office.zone)
            morning = (self.scale.begin + day * DAY).astimezone(here).replace(hour=8, minute=0, second=0, microsecond=0)
            free = morning.weekday() >= 5 or any(_in(morning.date(), since) for since in office.free)
            mean = self.scale.acts_a_day * 1.35 * office.rate / most * (0.03 if free else 1.0)
            count = sum(self.drawn.random() < mean / 3 for _ in range(3))
            if count and self.drawn.random() < 0.06:
                count += 3  # a burst
            for _ in range(count):
                at = (morning + timedelta(minutes=self.drawn.randrange(600))).astimezone(self.scale.begin.tzinfo)
                if at >= self.scale.begin:
                    yield office, at

    def _publish(self, office: Office, at: datetime, of: Act | None = None) -> Act:
        number, drawn = len(self.acts), self.drawn
        relevant = of is not None or drawn.random() < self.scale.relevant
        draft = relevant and of is None and drawn.random() < 0.45
        name = of.name if of is not None else self._name(office, number, relevant)
        deadline = (at + drawn.randint(18, 45) * DAY).date() if draft else None
        stage = ("draft" if draft else "final") if relevant else ""
        made = Act(number, office.id, at, relevant, name, stage, deadline, of.number if of else None)
        self.acts.append(made)
        return made

    def _name(self, office: Office, number: int, relevant: bool) -> str:
        """No two are alike: whole words differ, and several of them."""
        mark = sha256(f"{self.scale.begin} {number}".encode()).digest()
        if office.chinese:
            words = "".join(_HAN[byte % (len(_HAN) // 2) * 2 : byte % (len(_HAN) // 2) * 2 + 2] for byte in mark[:5])
            return f"{words}{number}型CAR-T细胞{_GEGENSTAND[mark[6] % 8]}指导原则" if relevant else f"{words}{number}号"
        words = " ".join(_LATIN[byte % len(_LATIN)] for byte in mark[:4])
        if relevant and office.place == "US":
            return f"{words} {_SUBJECTS[mark[6] % 10]} of CAR-T cell products (FDA-{self.scale.begin.year}-D-{1000 + number})"
        return f"{words} {_SUBJECTS[mark[6] % 10]} of CAR-T cell products ({mark[:3].hex()})" if relevant else f"{words} {number}"

    def _final_forms(self) -> None:
        for draft in [a for a in self.acts if a.stage == "draft"]:
            at = draft.at + self.drawn.randint(50, 150) * DAY
            if at < self.scale.end and self.drawn.random() < 0.6:
                self._publish(self.offices[draft.office], at, draft)

    def _copies(self) -> None:
        """Other offices of the same place report what one of them published, hours or days later."""
        for act in [a for a in self.acts if a.stage == "final" and a.of is None and a.at >= self.scale.begin]:
            others = [o for o in self.offices.values() if o.place == self.offices[act.office].place and o.id != act.office]
            at = act.at + self.drawn.randint(1, 60) * HOUR
            if others and self.offices[act.office].place in _SHARING and at < self.scale.end and self.drawn.random() < 0.15:
                office = self.drawn.choice(others)
                self.acts.append(Act(len(self.acts), office.id, at, True, act.name, "final", copy=act.number))

    def _second_thoughts(self) -> None:
        """Edits, and what vanishes for some days and comes back."""
        told_twice = {a.copy for a in self.acts} | {a.of for a in self.acts}
        for act in self.acts:
            alone = act.copy is None and act.of is None and act.number not in told_twice
            if alone and act.at >= self.scale.begin and self.drawn.random() < 0.12:
                at = act.at + self.drawn.randint(2, 9) * DAY
                later = act.deadline + 14 * DAY if act.deadline else None
                act.edits.append((at, later))
            if self.drawn.random() < 0.04:
                gone = act.at + self.drawn.randint(1, 6) * DAY
                act.hidden = gone, gone + self.drawn.randint(10, 90) * HOUR

    def _outages(self) -> Iterator[tuple[datetime, datetime, str]]:
        """A few a year at each office: hours mostly, weeks at times."""
        at = self.scale.begin + self.drawn.uniform(1, 150) * DAY
        while at < self.scale.end:
            lasts = self.drawn.choice([2, 5, 12, 30, 30, 72, 400]) * HOUR
            yield at, at + lasts, self.drawn.choice(["503", "timeout", "404", "wall"])
            at += lasts + self.drawn.uniform(20, 250) * DAY


def _prose(name: str) -> str:
    """Sixty characters that no other act has: the texts of two acts must not look like copies of each other."""
    mark = sha256(name.encode()).digest()
    return "，".join("".join(_HAN[byte % len(_HAN)] for byte in mark[n : n + 5]) for n in range(0, 30, 5)) * 2


def _in(day: date, free: tuple[int, int, int]) -> bool:
    month, first, count = free
    return any(day == date(day.year, month, first) + n * DAY for n in range(count))


def _entry(world: World, office: Office, act: Act, version: int) -> str:
    url = world.url(act.number)
    return (
        f"<item><guid>{url}</guid><title>{world.title(act, version)}</title><link>{url}</link>"
        f"<pubDate>{format_datetime(act.at)}</pubDate><description>{world.text(act, version)}</description></item>"
    )


def _row(world: World, office: Office, act: Act, version: int) -> str:
    day = act.at.astimezone(ZoneInfo(office.zone)).date()
    return (
        f'<li><a href="/act/{act.number}">{world.title(act, version)}</a><span class=date>{day}</span>'
        f"<p>{world.text(act, version)}</p></li>"
    )


def sources_of(world: World) -> str:
    """The sources.yaml that watches all of it."""
    rows = []
    for one in world.offices.values():
        kind = "list, list: {item: 'ul.news > li', title: a, link: a@href, date: span.date, text: p}" if one.listed else "feed"
        issuer = f"issuer: {one.issuer}, " if one.issuer else ""
        rows.append(
            f"  - {{id: {one.id}, name: {one.id}, kind: {kind}, url: '{one.url}', {issuer}jurisdiction: {one.place}, "
            f"language: {'zh' if one.chinese else 'en'}, timezone: {one.zone}, every: {one.every}, gap: 0s, robots: ignore}}"
        )
    return "sources:\n" + "\n".join(rows) + "\n"
