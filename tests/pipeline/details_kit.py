"""A site of pages and documents for the tests of what lies behind a row."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article, Attachment, Draft
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Validators
from cgtwatch.model.item import Change, Finding, ItemKeys, KnownItem, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import DetailMode, DetailRule, Kind, Names, Source

NOW = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
SITE = "https://example.gov.cn"
SOURCE = Source("site", Kind.LIST, f"{SITE}/", Names("站", "Site"), timezone="Asia/Shanghai", detail=DetailRule(DetailMode.AUTO))
TEXT = "为规范细胞治疗产品的研发与生产，现予发布。"


@dataclass
class Site:
    """Addresses with their answers: bytes, a failure, or an article that the parser makes of the bytes."""

    pages: dict[str, bytes | ErrorClass] = field(default_factory=dict)
    articles: dict[bytes, Article | str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    now: datetime = NOW
    slowness: timedelta = timedelta()

    def get(self, source, url, max_bytes=None):
        self.asked.append(url)
        found = self.pages.get(url, ErrorClass.HTTP_4XX)
        if isinstance(found, ErrorClass):
            return Failed(url, found, f"{found} came", "wait", self.now, status=404 if found is ErrorClass.HTTP_4XX else None)
        return Fetched(url, url, 200, self.headers.get(url, {}), found, Validators(), self.now, self.slowness)

    def article(self, source, fetched):
        found = self.articles.get(fetched.body, Article(text=fetched.body.decode("utf-8", "replace")))
        if isinstance(found, str):
            raise ParseError(f"{source.id}: {found}")
        return found

    def put(self, body):
        key = sha256(body).hexdigest()
        self.kept[key] = body
        return key

    def read(self, key):
        return self.kept[key]

    def page(self, name, *attachments, text=TEXT, **more):
        """A detail page that links to these documents."""
        body = f"<html>{name} {text} {attachments}".encode()
        self.pages[f"{SITE}/{name}"] = body
        self.articles[body] = Article("页面标题", text, attachments=attachments, **more)
        return body


def row(name="a.html", **more):
    given = {"published_on": date(2026, 7, 8), **more}
    return Draft(f"关于{name}的公告", f"{SITE}/{name}", **given)


def doc(name, label=""):
    return Attachment(f"{SITE}/{name}", label or name)


def new(draft, number=1):
    return Finding(Change.NEW, f"i{number}", ItemKeys(), "1:row", "", draft)


def updated(draft, text, *, fingerprint="1:old"):
    known = KnownItem("i1", ItemKeys(), fingerprint, draft.title, text, 1, 0, NOW)
    return Finding(Change.UPDATED, "i1", ItemKeys(), "1:row", "", draft, known)


def plan(*findings, baseline=False, at=NOW):
    return Plan(Outcome.OK, SourceState("site", Validators("etag"), last_visit=at), findings, baseline)


def revision(text="", attachments=(), seen_at=NOW):
    return Revision("i1", 1, "t", f"{SITE}/a.html", text, "1:x", seen_at, attachments=attachments)


def rule(**more):
    return replace(SOURCE, **more)
