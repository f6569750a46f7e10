"""Chat rooms that hold to their vendors' rules take whatever a digest holds, and nothing in it is live."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cgtwatch import registry
from cgtwatch.compose.messages import alarm, digest, welcome
from cgtwatch.deliver import CHANNELS, DEFAULT_PROMISE
from cgtwatch.deliver.tokens import digest_page
from cgtwatch.model.delivery import Message, SendResult
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Options, Promise
from cgtwatch.net.session import Net, NetPolicy
from compose.samples import ANNOUNCEMENTS, CONTEXT, reader
from deliver.rooms_server import LIVE, ROOMS, SECRET, Rooms, shown, target
from deliver.senders import NOW, SECRET_KEY, parts
from loopback import LOOPBACK, Site

HERE = "https://news.example/e/"
OWN_PAGE = digest_page("https://cgt.example", SECRET_KEY, "msg_1")
HOSTILE = [
    "<!channel> <!here|x> <@U123> <#C1|x>", "@everyone @here @all ＠所有人 @channel", "<at id=all></at><at user_id=\"all\">x</at>", "<@all>",
    "[click](https://evil.example/) ![p](https://evil.example/p.png)", "https://evil.example/x www.evil.example evil.com 10.0.0.1",
    "**b** __u__ ~~s~~ ||spoiler|| `code` ```block```", "# heading", "- list", "> quote", "1. one", "/start@bot /help", "#tag ~town-square",
    ":smile: <:name:1> $USD $x$ ${jndi:ldap://x}", "{{DATE(2026-01-01T00:00:00Z)}}", "</a><b>x</b>&amp;&lt;script&gt;", "\\[x](http://evil.example)",
    "\u202eevil\u202c\u200b", "\x00\x1b[31m", "\ud800", "👨‍👩‍👧‍👦" * 40, "e\u0301\u0302\u0303\u0304\u0305\u0306" * 60, "长" * 900, "&" * 900,
    '"' * 900, "\\" * 900,
    "_*" * 500, "नमस्ते ภาษาไทย עברית", "a" * 5000,
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=400), st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join))


@pytest.fixture(scope="module")
def house():
    """The rooms, where they are, and our way to them."""
    rooms = Rooms(NOW)
    net = Net(NetPolicy(allow_private=LOOPBACK, user_agent="cgtwatch tests", ca_file=None))
    with Site(rooms) as site:
        yield rooms, site.url("").rstrip("/"), net
        net.close()


def channel(room, net, **changes):
    return registry.load(CHANNELS, room, what="channel")(parts(Path("unused"), net=net, **changes))


def event(number, section, text, *, loud):
    said = {
        "title": text(), "link": f"{HERE}{number}", "meta": text(), "deadline": text() if loud else "", "days_left": "5 days left" if loud else "",
        "facts": text(), "badges": [text()] if loud else [],
    }  # fmt: skip
    machine = {"translation": {"by": "machine", "title": text()}} if loud else {}
    return {"section": section, "words": said, "changes": [text(), text(), text()] if loud else [], **machine}


@st.composite
def messages(draw):
    """Any digest, its strings as a careless composer would hand them over."""

    def text():
        return draw(TEXTS)

    sections = draw(st.lists(st.tuples(TEXTS, st.integers(1, 12)), max_size=4))
    numbers = iter(range(1000))
    events = [
        event(next(numbers), str(n), text, loud=draw(st.booleans())) for n, (_, many) in enumerate(sections) for _ in range(many)
    ]
    data = {"sections": [{"key": str(n), "title": title or "x"} for n, (title, _) in enumerate(sections)], "events": events}
    language = draw(st.sampled_from(["zh", "en"]))
    return Message("digest.created", draw(TEXTS) or "s", "", "", data, language, NOW, why=text())


def sent(house, room, message, **changes):
    """The message through our channel into the room, each post as soon as the vendor's rate allows; the posts it took."""
    rooms, base, net = house
    rooms.now += timedelta(minutes=11)
    rooms.taken.clear()
    where = target(room, base)
    way = channel(room, net, **changes)
    frozen = way.freeze(message, replace(reader(message.language), channel=room, target=where), "msg_1")
    for number, payload in enumerate(frozen):
        outcome = way.send(where, payload, f"msg_1-{number}", rooms.now)
        assert outcome.result is SendResult.SENT, outcome
        assert SECRET not in outcome.answer
        rooms.now += outcome.rest
    return list(rooms.taken[room])


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # a failing digest is long, and may be shown
@pytest.mark.parametrize("room", ROOMS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
@given(message=messages())
@pytest.mark.fault("S13")
def test_a_room_takes_every_post_of_any_digest_with_each_item_once_and_in_order_and_nothing_live(house, room, message):
    posts = sent(house, room, message)
    links, rest = zip(*(shown(room, post) for post in posts), strict=True)
    items = [link for each in links for link in each if link.startswith(HERE)]
    assert items == [f"{HERE}{number}" for number in range(len(message.data["events"]))]
    assert {link for each in links for link in each} - set(items) == {OWN_PAGE}
    assert [found for each in rest for found in LIVE.findall(each)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_longest_item_fits_alone_with_everything_around_it(house, room):
    for text in HOSTILE:
        item = event(1, "s", lambda text=text: (text * 900)[:3000], loud=True)
        item["words"]["link"] = HERE + "1" * 300
        data = {"sections": [{"key": "s", "title": text * 20}], "events": [item], "welcome": {"sources_watched": 9, "stored": 9}}
        told = Message("digest.created", (text * 900)[:3000], "", "", data, "en", NOW, why=(text * 900)[:3000])
        (post,) = sent(house, room, told)
        links, rest = shown(room, post)
        assert links[0].startswith(HERE)
        assert LIVE.findall(rest) == []


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_card_shows_title_issuer_stage_deadline_change_reason_and_links(house, room, language):
    told = replace(digest(reader(language), ANNOUNCEMENTS, CONTEXT, NOW), why="because you asked")
    (post,) = sent(house, room, told)
    links, rest = shown(room, post)
    said = json.dumps(post, ensure_ascii=False)
    first = told.data["events"][0]["words"]
    assert links[0] == "https://cde.example/main/news/viewInfoCommon/d1"
    assert links[-1] == told.data["whole"].replace("&amp;", "&")
    assert links[-1].startswith("https://cgt.example/told?after=10&")  # which a reader may open, and not the operator's page
    for words in (
        first["issuers"].partition(" (")[0],
        first["stage"],
        first["deadline"],
        first["days_left"],
        "2026年10月1日",
        "because you asked",
    ):
        assert words in rest or words in said
    assert told.data["sections"][0]["title"] in rest


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("message", [
    welcome(reader(), CONTEXT, NOW),
    welcome(reader("en"), replace(CONTEXT, open_consultations=(), public_url=None), NOW),
    alarm([Alarm("network", "down", "Network <down>", "no source answers", "check the line", NOW)], (), "en", NOW),
    alarm((), [Alarm("slow", "slow", "@all", "<b>", "", NOW, closed_at=NOW)], "zh", NOW),
    digest(reader(), (), replace(CONTEXT, public_url=None), NOW),
    Message("subscription.confirm", "Please confirm", "", "", {}, "en", NOW),
    Message("source.alarm", "x", "a text", "", {"opened": [], "closed": []}, "en", NOW),
], ids=["welcome", "empty welcome", "alarm", "recovery", "nothing new", "bare", "text"])  # fmt: skip
def test_a_room_takes_every_other_kind_of_message_too(house, room, message):
    posts = sent(house, room, message)
    assert posts
    assert all(LIVE.findall(shown(room, post)[1]) == [] for post in posts)


def test_a_machines_translation_stands_under_the_original_and_says_what_it_is(house):
    item = event(1, "s", lambda: "原题", loud=False)
    told = Message("digest.created", "s", "", "", {"events": [{**item, "translation": {"title": "Original title"}}]}, "en", NOW)
    (post,) = sent(house, "telegram", told)
    assert "原题</a>\nMachine translation: Original title\n" in post["text"]


def test_posts_of_one_message_are_numbered_and_a_broken_section_keeps_its_heading(house):
    items = [event(n, "s", lambda: "长" * 200, loud=False) for n in range(30)]
    told = Message(
        "digest.created", "Title", "", "", {"sections": [{"key": "s", "title": "Heading"}], "events": items}, "en", NOW
    )
    posts = [post["text"] for post in sent(house, "telegram", told)]
    assert len(posts) > 2
    assert [post.splitlines()[0] for post in posts] == [f"<b>Title ({n}/{len(posts)})</b>" for n in range(1, len(posts) + 1)]
    assert all(post.splitlines()[2] == "<b><u>Heading</u></b>" for post in posts)
    assert [post.count("digests/msg_1") for post in posts] == [0] * (len(posts) - 1) + [1]


def test_a_link_that_is_too_long_is_left_out_not_cut(house):
    item = event(1, "s", lambda: "title", loud=False)
    item["words"]["link"] = HERE + "1" * 2000
    (post,) = sent(house, "wecom", Message("digest.created", "s", "", "", {"events": [item]}, "en", NOW), public_url=None)
    assert shown("wecom", post)[0] == []
    assert "**title**" in post["markdown"]["content"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_shared_page_whose_address_is_too_long_gives_way_to_the_digest_s_own(house, room):
    items = [event(1, "s", lambda: "title", loud=False)]
    told = Message(
        "digest.created", "s", "", "", {"events": items, "whole": "https://cgt.example/told?query=" + "x" * 500}, "en", NOW
    )
    (post,) = sent(house, room, told)
    assert shown(room, post)[0][-1] == OWN_PAGE


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_never_told_twice_by_default(room):
    assert DEFAULT_PROMISE[room] is Promise.NEVER_TWICE


@pytest.mark.parametrize("room", ROOMS)
def test_a_reader_who_wants_few_items_gets_the_first_and_the_others_counted(house, room):
    net = house[2]
    items = [event(n, "s", lambda: "title", loud=False) for n in range(9)]
    told = Message("digest.created", "Title", "", "", {"events": items}, "en", NOW)
    (payload,) = channel(room, net).freeze(told, replace(reader("en"), options=Options(most=3)), "msg_1")
    links, rest = shown(room, json.loads(payload.body))
    assert links == [*(f"{HERE}{n}" for n in range(3)), OWN_PAGE]
    assert "6 more not listed." in rest
