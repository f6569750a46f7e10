"""A user's own rules in the real command: checked, used, filtered by, and taken anew while the service runs."""

import json
import signal
from email import message_from_bytes
from email.policy import default

import pytest
from place import Place, Site, free_port

FEED = """<rss version="2.0"><channel><title>News</title><link>http://127.0.0.1/</link><description>All of it</description>{}</channel></rss>"""
ENTRY = "<item><guid>{0}</guid><title>{1}</title><link>http://127.0.0.1/{0}</link><description>{2}</description></item>"
OLD = ENTRY.format("1", "Annual report", "Figures of the year.")
NEWS = ENTRY.format("2", "示范局关于微组织贴片管理办法的通知", "适用于儿童罕见病。")
OTHER = ENTRY.format("3", "示范局关于干细胞临床研究的通知", "适用于成人。")
SOURCES = """\
sources:
  - {{id: one, name: One, kind: feed, url: "{url}/feed.xml", issuer: demo_zone, jurisdiction: CN-HI, language: zh,
     every: {{exactly: 60s}}, gap: 0s, robots: ignore}}
"""
RULES = """\
terms:
  - words: [微组织贴片]
    modalities: [tissue_engineered]
issuers:
  - id: demo_zone
    name: {zh: 示范先行区管理局, en: Demo Zone Administration}
    names: [示范局]
    level: municipal
    jurisdiction: CN-HI
topics:
  - id: rare-children
    name: {zh: 儿童罕见病, en: Rare diseases of children}
    all: [儿童, 罕见病]
"""


def prepared(place: Place, site: Site, rules: str = RULES) -> None:
    site.page("/feed.xml", FEED.format(OLD), "application/rss+xml")
    place.sources(SOURCES.format(url=site.url))
    (place.root / "rules.yaml").write_text(rules, encoding="utf-8")


def test_events_carry_own_topics_and_subscriptions_ask_for_them(place: Place, site: Site) -> None:
    prepared(place, site)
    place.poll()
    made = place.rows(
        "subscriptions", "add", "mei", "--to", "local:", "--topic", "rare-children", "--cadence", "now", "--lang", "en"
    )
    assert made[0]["filter"] == {"topic": ["rare-children"]}
    site.page("/feed.xml", FEED.format(NEWS + OTHER + OLD), "application/rss+xml")
    assert place.poll()["one"]["announced"] == 2
    [event] = place.rows("events", "--topic", "rare-children")
    assert (event["topics"], event["issuers"], event["modalities"]) == (["rare-children"], ["demo_zone"], ["tissue_engineered"])
    assert [one["topics"] for one in place.rows("events") if one["id"] != event["id"]] == [[]]
    [row] = place.rows("digest", "--subscription", "mei")
    assert row["events"] == 1
    shown = place.run("explain", event["id"], "--json").stdout
    assert json.loads(shown)["event"]["evidence"]["topics"]
    assert len(place.rows("send")) == 1
    sent = (place.data / "mailbox" / "new").iterdir()
    letters = [message_from_bytes(one.read_bytes(), policy=default).get_body(("plain",)).get_content() for one in sent]
    assert any("Rare diseases of children" in " ".join(letter.split()) for letter in letters)


def test_every_command_tells_the_mistakes_of_both_files(place: Place, site: Site) -> None:
    prepared(place, site, RULES.replace("tissue_engineered", "tissue"))
    place.sources(SOURCES.format(url=site.url).replace("kind: feed", "kind: feeed"))
    said = place.run("sources", "check", code=2).stderr
    assert "rules.yaml:3: terms[1] 微组织贴片: modalities[1]: 'tissue' is not known" in said
    assert "sources.yaml:2:" in said
    assert "no issuer" not in said
    assert "rules.yaml:3:" in place.run("rules", "check", code=2).stderr


def test_an_unknown_topic_is_refused_with_those_that_there_are(place: Place, site: Site) -> None:
    prepared(place, site)
    said = place.run("subscriptions", "add", "mei", "--to", "local:", "--topic", "rare-child", code=2).stderr
    assert "did you mean 'rare-children'?" in said


def test_rules_named_by_the_setting_must_be_there(place: Place, site: Site) -> None:
    prepared(place, site)
    place.extra["CGTWATCH_RULES"] = "elsewhere.yaml"
    assert "elsewhere.yaml: does not exist" in place.run("rules", "check", code=2).stderr


def test_the_printed_example_is_right(place: Place) -> None:
    (place.root / "rules.yaml").write_text(place.run("rules", "example").stdout, encoding="utf-8")
    [row] = place.rows("rules", "check")
    assert (row["topics"], row["warnings"]) == (2, [])


@pytest.mark.chaos
def test_doctor_names_topics_that_are_asked_for_and_are_gone(place: Place, site: Site) -> None:
    prepared(place, site)
    place.rows("subscriptions", "add", "mei", "--to", "local:", "--topic", "rare-children")
    (place.root / "rules.yaml").write_text(RULES.partition("topics:")[0], encoding="utf-8")
    rows = {row["check"]: row for row in place.rows("doctor", code=None)}
    assert "rare-children" in rows["rules"]["found"]
    assert rows["rules"]["ok"] is False


def test_a_running_service_takes_changed_rules_and_keeps_the_last_good_ones(place: Place, site: Site) -> None:
    prepared(place, site)
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        (place.root / "rules.yaml").write_text(RULES.replace("level: municipal", "level: citty"), encoding="utf-8")
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "not reloaded" in service.text)
        assert "level: 'citty' is not known" in service.text
        site.page("/feed.xml", FEED.format(NEWS + OLD), "application/rss+xml")
        place.poll("one")
        [first] = place.rows("events")
        assert first["topics"] == ["rare-children"]
        (place.root / "rules.yaml").write_text(RULES.replace("[儿童, 罕见病]", "[成人]"), encoding="utf-8")
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "sources reloaded" in service.text)
        site.page("/feed.xml", FEED.format(OTHER + NEWS + OLD), "application/rss+xml")
        place.poll("one")
        by_title = {one["title"]: one["topics"] for one in place.rows("events")}
        assert by_title["示范局关于干细胞临床研究的通知"] == ["rare-children"]
        assert service.stop() == 0
