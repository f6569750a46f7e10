"""Who works by commands alone, without the service, is reminded of deadlines too."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from inside import Inside, inside
from place import Site, serving

SOURCES = """\
sources:
  - {{id: acts, kind: list, url: "{url}/list", issuer: cde, jurisdiction: CN, language: zh, gap: 0s,
     list: {{item: ul li}}, detail: {{body: article}}}}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    """A watch that knows of a draft whose comments end in 20 days, and a reader who was told of it."""
    with serving(Site()) as site, inside(tmp_path, SOURCES.format(url=site.url)) as made:
        site.page("/list", "<ul><li><a href='/old.html'>关于召开工作会议的通知</a></li></ul>")
        made.poll()
        made.ask("subscriptions.add", name="mei", to="local:", lang="en", cadence="now")
        made.ask("digest")
        end = made.now.date() + timedelta(days=20)
        text = f"现公开征求意见，时间为自发布之日起至{end.year}年{end.month}月{end.day}日止。意见请发邮箱。"
        site.page("/new.html", f"<article><p>{text}</p></article>")
        site.page(
            "/list", "<ul><li><a href='/new.html'>关于征求《CAR-T细胞治疗产品技术指导原则（征求意见稿）》意见的通知</a></li></ul>"
        )
        made.pass_time(hours=7)
        made.poll()
        made.ask("digest")
        yield made


def subjects(bench: Inside) -> list[str]:
    return [row["subject"] for row in bench.ask("digest") if row["events"]]


def test_the_digest_command_reminds_of_a_near_deadline_once(bench: Inside) -> None:
    bench.pass_time(days=13)
    [subject] = subjects(bench)
    assert subject.startswith("Reminder: 7 days left")
    assert subjects(bench) == []


def test_a_digest_as_of_another_time_remembers_no_reminder(bench: Inside) -> None:
    later = (bench.now + timedelta(days=13)).isoformat()
    assert [row for row in bench.ask("digest", at=later) if row["events"]] == []
