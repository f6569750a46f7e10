"""Made-up messages of every kind, by which templates are tried before a reader sees them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.messages import alarm, confirm, digest, welcome
from cgtwatch.compose.render import Renders
from cgtwatch.compose.thread import Step
from cgtwatch.model.classification import Labels, Span
from cgtwatch.model.delivery import Message
from cgtwatch.model.event import Announcement, AnnouncementKind, PolicyEvent
from cgtwatch.model.health import Alarm
from cgtwatch.model.reminder import Reminder
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Cadence, Every, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def specimens(templates: Renders, language: str) -> Mapping[str, Callable[[], Message]]:
    """A way to compose each of the messages, by the name of its templates."""
    draft, final, report = _draft(), _final(), _report()
    context = DigestContext(
        {"cde": Names("国家药监局药审中心", "Center for Drug Evaluation")}, {"cn-cde": Names("药审中心", "CDE")}, "https://example.org",
        (draft,), 3, 120, {"draft": ("topic=car_t",)}, steps={"final": (Step("finalises", _old()),)}, sources_answered=2, templates=templates,
    )  # fmt: skip
    reader = Subscription("specimen", "email", "", Cadence(Every.DAILY), language=language)
    reminder = Reminder(date(2026, 3, 9), 7).cause
    told = (
        Announcement(1, AnnouncementKind.NEW, "", draft, NOW),
        Announcement(2, AnnouncementKind.REVISED, "", draft, NOW, "comment_deadline: 2026-03-01 → 2026-03-09"),
        Announcement(3, AnnouncementKind.REMINDER, reminder, draft, NOW),
        Announcement(4, AnnouncementKind.NEW, "", report, NOW),
        Announcement(5, AnnouncementKind.NEW, "", final, NOW),
    )
    trouble = Alarm("source:cn-cde", "blocked", "cn-cde: blocked", "403 came", "open the page in a browser", NOW)
    return {
        "digest": lambda: digest(reader, told, context, NOW),
        "nothing": lambda: digest(reader, (), context, NOW),
        "welcome": lambda: welcome(reader, context, NOW),
        "confirm": lambda: confirm(reader, "https://example.org/confirm/x", context, NOW, NOW + timedelta(days=2)),
        "alarm": lambda: alarm([trouble], [], language, NOW, templates),
    }


def _event(name: str, title: str, labels: Labels, cluster: str = "") -> PolicyEvent:
    return PolicyEvent(
        name, f"item-{name}", "cn-cde", title, f"https://example.org/{name}", labels, date(2026, 2, 27), NOW, NOW, 1, cluster or name,
        "final" if name == "old" else name, {"modalities": (Span(0, 5, "CAR-T"),)}, language="zh", summary="为规范该类产品的研究，制定本指导原则。",
    )  # fmt: skip


def _labels(stage: Stage, deadline: date | None = None, level: Level = Level.NATIONAL) -> Labels:
    return Labels(
        True, True, True, (Modality.CAR_T,), DocType.GUIDELINE, stage, "CN", ("cde",), level, "2026年第12号", date(2026, 2, 27),
        None, deadline, Importance.HIGH,
    )  # fmt: skip


def _draft() -> PolicyEvent:
    return _event("draft", "CAR-T治疗产品药学研究技术指导原则（征求意见稿）", _labels(Stage.DRAFT, date(2026, 3, 9)))


def _report() -> PolicyEvent:
    return _event("report", "CAR-T指导原则征求意见", _labels(Stage.DRAFT, level=Level.NEWS), "draft")


def _final() -> PolicyEvent:
    return _event("final", "基因治疗产品长期随访技术指导原则", _labels(Stage.ISSUED))


def _old() -> PolicyEvent:
    return _event("old", "基因治疗产品长期随访技术指导原则（征求意见稿）", _labels(Stage.DRAFT))
