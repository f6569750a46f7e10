"""How readers want to be told: reminders, threads, extensions, at most so many, nothing new, a calendar; and mail that holds."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from icalendar import Calendar

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.messages import confirm, digest
from cgtwatch.compose.thread import Step
from cgtwatch.compose.whole import asked_for, whole_link
from cgtwatch.model.event import Announcement
from cgtwatch.model.reminder import Reminder
from cgtwatch.model.subscription import Options
from cgtwatch.model.taxonomy import Stage
from cgtwatch.text.graphemes import width
from compose.samples import (
    ANNOUNCEMENTS,
    CONTEXT,
    DRAFT,
    LAW,
    NOW,
    OPEN,
    REMINDER,
    REPORT,
    REVISED,
    announce,
    event,
    labels,
    reader,
)
from compose.test_compose_digest import HOSTILE, Tags

EARLIER = event("h0", "体细胞治疗管理办法（征求意见稿）", labels=labels(stage=Stage.DRAFT, document_date=date(2025, 3, 1)))
BARE = replace(CONTEXT, open_consultations=())


def remind(seq: int, days: int = 7) -> Announcement:
    return replace(announce(seq, DRAFT, REMINDER), cause=Reminder(date(2026, 7, 27), days).cause)


def many(count: int) -> list[Announcement]:
    events = [replace(DRAFT if n % 3 else LAW, id=f"e{n}", cluster=f"e{n}", title=f"{LAW.title}{n}") for n in range(1, count + 1)]
    return [announce(n, each) for n, each in enumerate(events, 1)]


def most(n: int | None):
    return reader("en", options=Options(most=n))


# --- reminders, extensions, threads


@pytest.mark.parametrize(("language", "said"), [("zh", "提醒：还剩5天"), ("en", "Reminder: 5 days left")])
def test_a_reminder_says_how_many_days_are_left_in_subject_badge_and_record(language, said):
    told = digest(reader(language), [remind(1)], BARE, NOW)
    assert told.subject.startswith(said)
    assert said in told.text
    assert said in told.html
    words = told.data["events"][0]["words"]
    assert (words["reminder"], words["badges"]) == (said, [said])


def test_two_reminders_of_one_draft_and_its_update_are_one_story():
    moved = announce(2, DRAFT, REVISED, "comment_deadline: 2026-07-20 → 2026-07-27")
    told = digest(reader("en"), [remind(1, 14), moved, remind(3, 7)], BARE, NOW)
    assert told.data["count"] == 1
    assert told.text.count("Reminder: 5 days left") == 1
    assert "[Deadline extended]" in told.text


def test_a_deadline_brought_forward_is_no_extension():
    moved = announce(2, DRAFT, REVISED, "comment_deadline: 2026-08-20 → 2026-07-27")
    assert "extended" not in digest(reader("en"), [moved], BARE, NOW).text


def test_reminders_are_counted_apart_from_news():
    told = digest(reader("en"), [remind(1), announce(2, LAW)], BARE, NOW)
    assert told.subject.startswith("CGT policy: 1 event, 1 open for comment")
    assert "1 deadline near" in told.subject
    assert told.data["intro"] == "1 policy event since the last digest. 1 consultation closes soon."


def test_the_final_form_of_a_draft_says_so_and_links_the_draft():
    context = replace(BARE, steps={"h1": (Step("finalises", EARLIER),)})
    zh, en = (digest(reader(language), [announce(1, LAW)], context, NOW) for language in ("zh", "en"))
    assert "2025年3月1日征求意见，现已定稿：体细胞治疗管理办法（征求意见稿）" in "".join(zh.text.split("\n")).replace("     ", "")
    assert "Draft of 1 Mar 2025, now final:" in en.text
    assert "https://cgt.example/events/h0" in Tags(en.html).links
    assert "[Draft now final]" in en.text
    assert en.data["events"][0]["steps"] == [
        {"relation": "finalises", "event": "h0", "date": "2025-03-01", "title": EARLIER.title}
    ]


# --- at most so many


def test_at_most_so_many_are_told_and_the_others_counted_by_section_and_linked():
    told = digest(most(2), ANNOUNCEMENTS, BARE, NOW)
    assert told.html.count("<h3") == 2
    assert "Not told here: Highly important 1, China 2, European Union 1." in told.text
    assert told.data["whole"] in Tags(told.html).links
    assert told.data["whole"] in told.text
    assert len(told.data["events"]) == 6  # programs are told all


def test_without_a_page_the_others_are_listed_by_title_so_that_nothing_is_missed():
    told = digest(most(2), many(120), replace(BARE, public_url=None), NOW)
    for form in (told.text.replace("\n     ", ""), Tags(told.html).seen):
        assert all(f"{LAW.title}{n}" in form for n in range(1, 121))
    assert "Not told here" not in told.text


def test_a_page_has_room_for_all_in_full():
    told = digest(reader("en"), many(120), replace(BARE, unlimited=True), NOW)
    assert told.html.count("<h3") == 120


@pytest.mark.parametrize("public_url", ["https://cgt.example", None])
def test_what_gmail_shows_holds_a_hundred_events(public_url):
    told = digest(reader("en"), many(100), replace(CONTEXT, public_url=public_url), NOW)
    assert len(told.html.encode()) < 102_000


def test_a_digest_of_long_titles_shows_fewer_cards_rather_than_be_cut():
    long = [
        replace(one, event=replace(one.event, title=f"{n}" + "长" * 280, summary="长" * 400)) for n, one in enumerate(many(60))
    ]
    told = digest(reader("en"), long, CONTEXT, NOW)
    assert len(told.html.encode()) < 102_000


AT_HOME = DigestContext(public_url="https://cgt.example/")


def test_the_address_of_the_whole_leads_back_to_what_was_asked_for():
    one = reader(filter=replace(reader().filter, query="细胞 治疗", stages=(Stage.DRAFT,)))
    link = whole_link(AT_HOME, one, ANNOUNCEMENTS)
    query = Tags(f'<a href="{link}">').links[0].partition("?")[2]
    asked = asked_for([(part.partition("=")[0], _unquoted(part.partition("=")[2])) for part in query.split("&")])
    assert asked is not None
    assert (asked.after, asked.upto, asked.reader.filter, asked.reader.language) == (10, 18, one.filter, "zh")
    assert "reader" not in link


@pytest.mark.parametrize(
    ("language", "intro"), [("zh", "2026年1月1日以来有1条政策动态。"), ("en", "1 policy event since 1 Jan 2026.")]
)
def test_a_first_digest_of_the_past_says_since_when(language, intro):
    first = reader(language, options=Options(backlog="2026-01-01"), welcomed=False)
    assert digest(first, [announce(1, LAW)], BARE, NOW).data["intro"] == intro
    assert "last" in digest(replace(first, language="en", welcomed=True), [announce(1, LAW)], BARE, NOW).data["intro"]


def test_the_address_of_a_backlog_names_the_day_since_which_it_was_asked_for():
    past = [replace(one, seq=0) for one in ANNOUNCEMENTS]
    one = reader(options=Options(backlog="2026-01-01"))
    for told, span in ((past, (0, 0)), ([*past, *many(3)], (0, 3))):
        link = whole_link(AT_HOME, one, told)
        asked = asked_for([tuple(map(_unquoted, part.split("=", 1))) for part in link.partition("?")[2].split("&")])
        assert asked is not None
        assert (asked.after, asked.upto) == span
        assert (asked.reader.welcomed, asked.reader.options.backlog) == (False, "2026-01-01")
    assert "since" not in whole_link(AT_HOME, one, many(3))


def _unquoted(text: str) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(text)


# --- nothing new


@pytest.mark.parametrize(("language", "said"), [("zh", "这次没有新的政策动态"), ("en", "Nothing new this time.")])
def test_nothing_new_says_what_was_watched_who_answered_and_what_is_open(language, said):
    told = digest(reader(language), (), replace(CONTEXT, sources_answered=79), NOW)
    assert said in told.text
    assert said in told.html
    assert re.search(r"82 .*\n +79 .*\n +2 ", told.text)
    assert OPEN.title in told.text
    assert told.data["nothing_new"] == {"sources_watched": 82, "open_consultations": 2, "sources_answered": 79}
    assert (told.kind, told.data["events"]) == ("digest.created", [])


def test_every_message_says_why_its_reader_gets_it():
    for told in (digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW), digest(reader("en"), (), CONTEXT, NOW)):
        assert told.why.startswith("You asked for topic: CAR-T, TIL;")
        assert told.data["why_subscribed"] == told.why


def test_a_confirmation_asks_with_one_link_and_says_what_was_asked_for():
    asked = confirm(reader("en"), "https://cgt.example/confirm/t", CONTEXT, NOW, NOW + timedelta(days=2))
    assert set(Tags(asked.html).links) == {"https://cgt.example/confirm/t"}
    assert asked.kind == "subscription.confirm"
    assert "You asked for topic: CAR-T" in asked.text
    assert "until 24 Jul 2026 08:00" in asked.text


# --- the calendar


def dated(*told: Announcement, context: DigestContext = CONTEXT) -> list:
    message = digest(reader("en", options=Options(calendar=True)), told, context, NOW)
    return list(Calendar.from_ical(message.calendar).walk("VEVENT")) if message.calendar else []


def test_a_calendar_holds_the_deadlines_told_and_those_still_open_and_rings_a_week_before():
    entries = dated(announce(1, DRAFT), announce(2, LAW))
    assert [str(entry["uid"]) for entry in entries] == ["d1@cgtwatch", "o1@cgtwatch"]
    [bell] = entries[0].walk("VALARM")
    assert bell.decoded("trigger") == timedelta(days=-7, hours=9)


def test_a_moved_deadline_moves_its_entry_whichever_report_tells_it():
    later = replace(REPORT, labels=replace(DRAFT.labels, comment_deadline=date(2026, 8, 30)), last_changed=NOW)
    [before], [after] = dated(announce(1, DRAFT), context=BARE), dated(announce(1, later), context=BARE)
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.decoded("dtstart") == date(2026, 8, 30)


def test_who_does_not_want_a_calendar_or_has_no_deadlines_gets_none():
    assert digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW).calendar == b""
    assert dated(announce(1, LAW), context=BARE) == []


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_one_line_of_a_calendar(title):
    bad = replace(DRAFT, title=title, summary=title, url=f"https://x.example/{title}")
    message = digest(reader("en", options=Options(calendar=True)), [announce(1, bad)], BARE, NOW)
    [entry] = Calendar.from_ical(message.calendar).walk("VEVENT")
    assert "\n" not in str(entry["summary"])
    assert str(entry.get("url", "https://")).startswith("https://")
    assert all(len(line) <= 75 for line in message.calendar.split(b"\r\n"))  # RFC 5545 3.1
    assert message.calendar.count(b"BEGIN:") == message.calendar.count(b"END:") == 3


# --- hostile words in what is new


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("public_url", ["https://cgt.example", None])
def test_a_hostile_title_stays_text_among_the_rest_the_steps_and_in_reminders(title, public_url):
    bad = replace(DRAFT, title=title)
    context = replace(BARE, public_url=public_url, steps={"d1": (Step("finalises", replace(EARLIER, title=title)),)})
    rest = [announce(n, replace(LAW, id=f"r{n}", cluster=f"r{n}", title=title)) for n in range(2, 5)]
    told = digest(most(1), [replace(remind(1), event=bad), announce(9, bad), *rest], context, NOW)
    page = Tags(told.html)
    assert not {"script", "img", "iframe", "form", "svg", "object"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(link.startswith("https://") for link in page.links)
    assert told.html.count("<!--unsubscribe-->") == 1
    assert "49" not in told.text.replace("2049", "")
    assert told.subject.isprintable()
    assert max(width(line) for line in told.text.splitlines() if "://" not in line) <= 72


# --- mail that holds


def test_styles_stand_on_the_elements_and_media_queries_beside_them():
    html = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW).html
    assert 'class="card soon"' in html
    assert re.search(r'<h3 class="title ink" style="[^"]*font-weight:600', html)
    assert "prefers-color-scheme:dark" in html
    assert "[data-ogsc]" in html
    assert html.count("<!--[if mso]>") == 3
    assert "<!--unsubscribe-->" in html


def test_the_preheader_says_what_is_inside():
    html = digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW).html
    shown = re.search(r'<div class="preheader"[^>]*>([^<]*)', html)
    assert shown is not None
    assert shown[1].startswith("6 policy events since the last digest.")
    assert "Open for comment 2" in shown[1]
