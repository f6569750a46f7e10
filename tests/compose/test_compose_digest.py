"""What a digest tells, in which order, and that nothing from a source gets out of its place."""

import html.parser
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.messages import MOST_FULL_CARDS, alarm, digest, welcome
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Cadence, Every, Filter
from cgtwatch.model.taxonomy import Importance, Stage
from cgtwatch.text.graphemes import width
from compose.samples import (
    ANNOUNCEMENTS,
    BEIJING,
    CONTEXT,
    DRAFT,
    EUROPE,
    LAW,
    LINKED,
    NOW,
    OPEN,
    REPLY,
    REPORT,
    REVISED,
    announce,
    event,
    labels,
    reader,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><iframe src=//evil.example>",
    "line\r\nBcc: victim@example.org\r\n\r\nbody",
    "a\u2028b\u0085c\x0bd",
    "\u202etxt.exe\u202c\u200b\u200f",
    "Z" + "\u0301" * 5000,
    "长" * 25_000,
    "W" * 50_000,
    "👩‍👩‍👧" * 1000,
    "{{7*7}} {% raw %} %s {0.__class__} ${jndi:ldap://x}",
    "<!channel> @all [x](javascript:alert(1)) <https://evil.example|safe>",
    "<!--unsubscribe-->",
    "",
    "\x00\x1b[31m",
]
LINKS = [
    "javascript:alert(1)",
    "data:text/html,x",
    " \x0ejavascript:alert(1)",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "https://",
]


class Tags(html.parser.HTMLParser):
    """Every tag, attribute and link that a page really holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.seen = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src", "background", "action"}]

    def handle_data(self, data):
        self.seen += data


def titles_in_order(text: str) -> list[str]:
    told = [DRAFT, LAW, REPLY, BEIJING, EUROPE, OPEN]
    return sorted(
        (each.id for each in told if each.title[:12] in text.replace("\n   ", "")), key=lambda name: place(text, told, name)
    )


def place(text, told, name):
    return text.replace("\n   ", "").index(next(each.title[:12] for each in told if each.id == name))


def test_a_digest_tells_open_drafts_first_then_what_matters_then_china_before_others():
    told = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)
    assert [record["id"] for record in told.data["events"]] == ["d1", "d2", "h1", "c1", "c2", "e1"]
    assert [part["key"] for part in told.data["sections"]] == ["consultations", "high", "CN", "EU"]
    assert titles_in_order(told.text) == ["d1", "h1", "c1", "c2", "e1", "o1"]


def test_reports_of_one_act_stand_beneath_the_authoritys_own_document():
    told = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)
    assert told.data["events"][0]["reports"] == [{"id": "d1n", "source": "cn-news", "title": REPORT.title, "url": REPORT.url}]
    assert told.text.count("业内关注可比性研究要") == 1
    assert "健康日报" in told.html


def test_a_revised_event_is_told_once_with_what_changed():
    told = digest(reader("en"), [announce(1, LAW), announce(2, LAW, REVISED, "in force a month later")], CONTEXT, NOW)
    assert told.text.count(LAW.title) == 1
    assert "What changed: in force a month later" in told.text
    assert told.data["events"][0]["kinds"] == ["new", "revised"]


def test_an_event_announced_twice_is_told_in_its_latest_state():
    later = replace(LAW, title="体细胞治疗管理办法（修订）")
    told = digest(reader(), [announce(5, later, REVISED), announce(1, LAW)], CONTEXT, NOW)
    assert [record["title"] for record in told.data["events"]] == [later.title]


def test_a_draft_whose_deadline_has_passed_is_no_open_consultation():
    told = digest(reader(), [announce(1, DRAFT)], CONTEXT, NOW + timedelta(days=6))
    assert told.data["sections"][0]["key"] == "high"
    assert "意见征集至" not in told.text.partition("仍在征求意见")[0]


def test_the_last_day_of_a_consultation_is_judged_in_the_readers_zone():
    late = datetime(2026, 7, 27, 17, 0, tzinfo=UTC)  # already the 28th in Shanghai, still the 27th in New York
    closed = digest(reader("en"), [announce(1, DRAFT)], CONTEXT, late)
    still = digest(reader("en", timezone="America/New_York"), [announce(1, DRAFT)], CONTEXT, late)
    assert "closes today" in still.text
    assert "closes today" not in closed.text


def test_open_consultations_that_the_digest_tells_are_not_listed_again():
    told = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)
    assert told.text.count(DRAFT.title[:20]) == 1
    assert OPEN.title in told.text.partition("仍在征求意见")[2]


def test_empty_sections_vanish():
    told = digest(reader("en"), [announce(1, EUROPE)], DigestContext(), NOW)
    for heading in ("Open for comment", "Highly important", "China (", "Still open", "Also reported", "What changed"):
        assert heading not in told.text + told.html


def test_a_digest_says_why_it_came_and_why_each_event_is_in_it():
    told = digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW)
    flat = " ".join(told.text.split())
    assert "You asked for topic: CAR-T, TIL; place: China, United States, European Union; importance: at least low;" in flat
    assert "sent every day at 08:00 (Asia/Shanghai time)" in flat
    assert "Matches: place: Beijing; issuer: Beijing Health Commission" in flat


def test_a_reader_who_asked_for_everything_is_told_so():
    told = digest(reader("en", filter=Filter()), [announce(1, EUROPE)], CONTEXT, NOW)
    assert "every policy event about cell and gene therapy" in " ".join(told.text.split())


def test_both_languages_come_from_the_same_record():
    zh, en = (digest(reader(language), ANNOUNCEMENTS, CONTEXT, NOW) for language in ("zh", "en"))
    assert [record["id"] for record in zh.data["events"]] == [record["id"] for record in en.data["events"]]
    assert "国家药监局药审中心 · 征求意见 · 指导原则 · 中国" in zh.text
    assert "意见征集至2026年7月27日（还剩5天）" in zh.text
    assert "Comments until 27 Jul 2026 (5 days left)" in en.text


def test_every_line_of_the_text_keeps_to_72_columns_but_links():
    for language in ("zh", "en"):
        lines = digest(reader(language), ANNOUNCEMENTS, CONTEXT, NOW).text.splitlines()
        assert [line for line in lines if width(line) > 72 and "://" not in line] == []


@pytest.mark.parametrize(
    ("language", "announcements", "subject"),
    [
        ("zh", [announce(1, LAW)], "国家卫生健康委：体细胞治疗临床研究和转化应用管理办法"),
        ("en", [announce(1, EUROPE)], "EMA: Opinion on the conditional marketing authorisation of an autologous TIL therapy"),
        (
            "zh",
            [announce(1, LAW), announce(2, REPLY)],
            "细胞和基因治疗政策2条，重要1条｜国家卫生健康委：体细胞治疗临床研究和转化应用管理办法",
        ),
        ("en", [], "CGT policy: nothing new, 2 drafts open for comment"),
    ],
)
def test_a_subject_says_what_is_inside(language, announcements, subject):
    assert digest(reader(language), announcements, CONTEXT, NOW).subject == subject


@pytest.mark.parametrize(
    ("language", "told", "begins"),
    [
        ("zh", announce(1, DRAFT), "正在征求意见，7月27日截止｜国家药监局药审中心：关于公开征求"),
        ("en", announce(1, DRAFT), "Open for comment, closes 27 Jul – "),
        ("zh", announce(1, DRAFT, REVISED, "comment_deadline: 2026-07-20 → 2026-07-27"), "已延期，7月27日截止｜"),
        ("en", announce(1, DRAFT, REVISED, "comment_deadline: 2026-07-20 → 2026-07-27"), "Deadline extended, closes 27 Jul – "),
        ("en", announce(1, LAW, REVISED, "date: 2026-07-01 → 2026-07-02"), "Updated – "),
    ],
)
def test_a_subject_of_one_says_why_it_is_told_and_until_when_it_is_open(language, told, begins):
    assert digest(reader(language), [told], CONTEXT, NOW).subject.startswith(begins)


def test_a_subject_of_many_counts_what_is_open_and_names_the_next_deadline():
    subject = digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW).subject
    assert subject.startswith("CGT policy: 6 events, 2 open for comment, next closes 27 Jul, 1 highly important – ")
    assert width(subject) <= 110


def test_an_alert_is_a_digest_at_once():
    assert digest(reader(cadence=Cadence(Every.NOW)), [announce(1, LAW)], CONTEXT, NOW).kind == "event.alert"
    assert digest(reader(), [announce(1, LAW)], CONTEXT, NOW).kind == "digest.created"


def test_a_digest_holds_nothing_of_the_recipient():
    another = reader(name="somebody", target="else@example.org")
    assert digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW) == digest(another, ANNOUNCEMENTS, CONTEXT, NOW)


def test_the_same_announcements_make_the_same_message():
    assert digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW) == digest(reader(), reversed(ANNOUNCEMENTS), CONTEXT, NOW)


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_text(title):
    bad = replace(
        DRAFT, title=title, summary=title, labels=replace(DRAFT.labels, document_number=title, issuers=(f"other:{title}",))
    )
    context = replace(CONTEXT, source_names={}, why={"d1": (f"query={title}", title)})
    story = [announce(1, bad, LINKED, change=title), announce(2, replace(REPORT, title=title))]
    told = digest(reader("en", filter=Filter(query=title)), story, context, NOW)
    page = Tags(told.html)
    assert not {"script", "img", "iframe", "form", "svg", "object"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(link.startswith("https://") for link in page.links)
    assert told.html.count("<!--unsubscribe-->") == 1
    assert "49" not in told.subject
    assert told.subject.isprintable()
    assert max(map(width, told.text.splitlines())) < 998
    assert len(told.html) < 40_000


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_is_not_http_is_not_linked(link):
    told = digest(
        reader("en"), [announce(1, replace(EUROPE, url=link))], replace(CONTEXT, public_url=None, open_consultations=()), NOW
    )
    assert Tags(told.html).links == []
    assert EUROPE.title in Tags(told.html).seen
    assert told.data["events"][0]["words"]["link"] == ""


def test_a_link_with_quotes_and_chinese_stands_escaped():
    url = "https://例子.example/\"><script>/文件?q='a'&b=c"
    told = digest(
        reader("en"), [announce(1, replace(EUROPE, url=url))], replace(CONTEXT, public_url=None, open_consultations=()), NOW
    )
    assert set(Tags(told.html).links) == {
        "https://xn--fsqu00a.example/%22%3E%3Cscript%3E/%E6%96%87%E4%BB%B6?q=%27a%27&b=c",
    }


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            dict,
            title=st.text(max_size=80),
            on=st.none() | st.dates(date(2020, 1, 1), date(2027, 1, 1)),
            stage=st.sampled_from(Stage),
            importance=st.sampled_from(Importance),
            place=st.sampled_from([None, "CN", "CN-BJ", "XX", "CN-ZZ", "INT", ""]),
        ),
        max_size=8,
    )
)
def test_every_event_is_told_exactly_once_whatever_is_known_of_it(facts):
    events = [
        event(
            f"e{n}",
            fact["title"],
            labels=labels(
                stage=fact["stage"], importance=fact["importance"], jurisdiction=fact["place"], comment_deadline=fact["on"]
            ),
            published=fact["on"],
        )
        for n, fact in enumerate(facts)
    ]
    told = digest(reader(), [announce(n + 1, each) for n, each in enumerate(events)], DigestContext(), NOW)
    assert sorted(record["id"] for record in told.data["events"]) == sorted(each.id for each in events)
    json.dumps(told.data)


def test_a_long_digest_stays_below_what_gmail_shows():
    full = replace(DRAFT, labels=LAW.labels, cluster="")
    told = digest(reader(), [announce(n, replace(full, id=f"e{n}")) for n in range(1, 61)], CONTEXT, NOW)
    assert len(told.data["events"]) == 60
    assert told.html.count("<h3") == MOST_FULL_CARDS
    assert len(told.html.encode()) < 102_000


def test_a_welcome_says_what_is_watched_stored_and_open():
    told = welcome(reader("en"), CONTEXT, NOW)
    assert told.subject == "CGT policy watch has begun: 2 drafts open for comment"
    assert "82 sources watched" in told.text
    assert "4127 documents stored" in told.text
    assert [record["id"] for record in told.data["events"]] == ["d1", "o1"]


def test_a_welcome_without_open_drafts_says_so():
    assert "Nothing that we know of is open for comment" in welcome(reader("en"), DigestContext(), NOW).html


def test_an_alarm_tells_many_sources_in_one_message():
    opened = [Alarm(f"source:s{n}", "source", f"s{n} <b>", "403 came", "wait", NOW) for n in range(60)]
    closed = [replace(opened[0], closed_at=NOW + timedelta(hours=1))]
    told = alarm(opened, closed, "zh", NOW)
    assert (told.kind, told.subject) == ("source.alarm", "60处故障，1处已恢复")
    assert len(told.data["opened"]) == 60
    assert "另有10条" in told.text
    assert told.text.count("建议处理") == 50  # what works again needs no advice
    assert "<b>" not in told.html
    assert alarm(opened[:1], (), "en", NOW).subject == "Trouble: s0 <b>"
