"""Makers of sources, drafts and visits, and a memory that keeps items as the store does, for the tests of `diff`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cgtwatch.diff.decide import decide, held, unchanged
from cgtwatch.diff.guard import judge
from cgtwatch.diff.matching import match_page
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import Failed, Fetched, NotModified, Validators
from cgtwatch.model.item import Change, KnownItem, Outcome, Plan, SourceState, Verdict
from cgtwatch.model.source import Kind, ListRule, Names, Source

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_source(kind: Kind = Kind.LIST, **more: Any) -> Source:
    return Source(
        "site", kind, more.pop("url", "https://www.example.gov.cn/list/"), Names("站", "Site"), list=ListRule("li"), **more
    )


def a_visit(
    body: bytes | str = b"<html><body>list</body></html>", at: datetime = NOW, status: int = 200, **headers: str
) -> Fetched:
    raw = body.encode() if isinstance(body, str) else body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    where = "https://www.example.gov.cn/list/"
    return Fetched(where, where, status, names, raw, Validators(etag='"x"'), at, timedelta(seconds=1))


def a_304(at: datetime = NOW, status: int = 304) -> NotModified:
    return NotModified("https://www.example.gov.cn/list/", status, Validators(), at, timedelta(seconds=1))


def a_failure(error: Any, at: datetime = NOW, **more: Any) -> Failed:
    return Failed("https://www.example.gov.cn/list/", error, f"{error} came", "try again", at, **more)


def row(n: int, title: str = "", **more: Any) -> Draft:
    """Row `n`: its address, title and day all tell its number; higher numbers are younger."""
    made = {
        "title": title or f"关于公开征求细胞治疗产品指导原则（第{n}号）意见的通知",
        "url": f"https://www.example.gov.cn/art/2026/art_{1000 + n}.html",
        "published_on": date(2026, 1, 1) + timedelta(days=n),
    }
    return Draft(**{**made, **more})


def rows(*numbers: int, **more: Any) -> list[Draft]:
    return [row(n, **more) for n in numbers]


def parsed(drafts: list[Draft], **more: Any) -> Parsed:
    return Parsed(tuple(replace(d, position=n) for n, d in enumerate(drafts)), **more)


@dataclass
class Memory:
    """A source as the store remembers it, visited by the real code."""

    source: Source = field(default_factory=a_source)
    state: SourceState = field(default_factory=lambda: SourceState("site"))
    items: dict[str, KnownItem] = field(default_factory=dict)
    now: datetime = NOW
    plan: Plan | None = None

    @property
    def known(self) -> tuple[KnownItem, ...]:
        return tuple(self.items.values())

    def look(self, drafts: list[Draft], visit: Fetched | None = None, **more: Any) -> Plan:
        """Visit a page with these rows, as the corridor does: guard, then decide or hold, then remember."""
        self.now += self.source.every
        page = parsed(drafts, **more)
        visit = replace(visit or a_visit(), fetched_at=self.now)
        found = match_page(self.source, page, self.known)
        verdict = judge(self.source, self.state, visit, page, found)
        where = (self.source, self.state, visit)
        return self._keep(decide(*where, page, found, self.now) if verdict.trusted else held(*where, verdict, self.now))

    def same(self) -> Plan:
        self.now += self.source.every
        return self._keep(unchanged(self.source, self.state, a_304(self.now), self.now))

    def _keep(self, plan: Plan) -> Plan:
        self.plan, self.state = plan, plan.state
        for found in plan.findings:
            if found.change is Change.GONE:
                self.items[found.item_id] = replace(self.items[found.item_id], gone=True)
                continue
            old, draft = self.items.get(found.item_id), found.draft
            assert draft is not None
            assert (old is None) == (found.change is Change.NEW), "an id is given to one item only"
            fresh = found.change is not Change.SEEN or old is None
            self.items[found.item_id] = KnownItem(
                found.item_id, found.keys, found.fingerprint, draft.title if fresh else old.title, draft.text if fresh else old.text,
                (old.revision if old else 0) + fresh, draft.position, self.now, False, draft.published_on, draft.url,
            )  # fmt: skip
        return plan


def told(plan: Plan) -> dict[str, list[str]]:
    """Titles by what a visit says of them, without what is only seen, and with quiet ones apart."""
    said: dict[str, list[str]] = {}
    for found in plan.findings:
        if found.change is Change.SEEN:
            continue
        title = found.draft.title if found.draft else found.known.title if found.known else ""
        said.setdefault(f"{'quiet ' if found.quiet else ''}{found.change}", []).append(title)
    return {name: sorted(titles) for name, titles in said.items()}


def calm(plan: Plan) -> bool:
    return plan.outcome is Outcome.OK and not told(plan)


def judged(source: Source, state: SourceState, visit: Fetched, page: Parsed, known: Sequence[KnownItem] = ()) -> Verdict:
    """What the guard says of a page beside what is known."""
    return judge(source, state, visit, page, match_page(source, page, known))


def decided(source: Source, state: SourceState, visit: Fetched, page: Parsed, known: Sequence[KnownItem], now: datetime) -> Plan:
    """What a believed page leads to beside what is known."""
    return decide(source, state, visit, page, match_page(source, page, known), now)
