"""Titles made to break headers, markup, chats and readers' eyes, from a feed to what arrives: read back by the standard library."""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from xml.sax.saxutils import escape

import pytest
from attack import FEED, sources
from inside import Inside, inside
from place import Site, serving
from receivers import Mail, Post, Receivers, receiving
from standardwebhooks import Webhook

from cgtwatch.deliver.webhook import secret_for

KEY = "a key for tests that is long enough"
ACT = "FDA draft guideline on CAR-T cell therapy"
TITLES = {
    "plain": ACT,
    "crlf": f"{ACT}&#13;&#10;Bcc: evil@example.org&#13;&#10;X-Injected: yes&#13;&#10;&#13;&#10;body",
    "lf": f"{ACT}&#10;Cc: evil@example.org",
    "cr": f"{ACT}&#13;Subject: other",
    "line separators": f"{ACT}&#x2028;Bcc: evil@example.org&#x2029;X-Injected: a&#x85;X-Injected: b&#11;&#12;",
    "right to left": f"{ACT} &#x202E;fdp.exe&#x202C; &#x2067;gnp&#x2069; &#x200F;",
    "zero width": f"{ACT} C&#x200B;A&#x200B;R&#x2060;-&#xFEFF;T",
    "long": f"{ACT} {'very long ' * 5000}",
    "long word": f"{ACT} {'x' * 50_000}",
    "chinese": "国家药监局药审中心关于公开征求《细胞治疗产品" + "临床试验技术指导原则" * 200 + "》意见的通知",
    "emoji": f"{ACT} " + "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳" * 300,
    "combining": f"{ACT} e" + "&#x301;" * 2000,
    "script": escape(f"{ACT} <script>alert(1)</script><img src=x onerror=alert(2)>"),
    "twice escaped": escape(escape(f"{ACT} <script>alert(1)</script><svg onload=alert(2)>")),
    "attributes": escape(f"""{ACT} "><a href="javascript:alert(1)" onclick='x'>y</a><!-- ]]> </title></style>"""),
    "markers": f"{ACT} &lt;!--unsubscribe--&gt; to@0.invalid html-0 text-0",
    "encoded word": f"{ACT} =?utf-8?q?=0D=0ABcc:_evil@example.org?= =?utf-8?b?PHNjcmlwdD4=?=",
    "template": f"{ACT} {{{{7*7}}}} {{% for x in y %}} %s {{0.__class__}} ${{jndi:ldap://x}}",
    "mention": escape(f"{ACT} <!channel> <@U123> @all @everyone <https://evil.example|click> [x](javascript:alert(1)) **b** `c`"),
    "dots": f".{ACT}&#10;.&#10;..",
    "from": f"{ACT} From - &#10;From mei",
    "surrogates": f"{ACT} &#xFFFE;&#xFFFF; &#xD83D;",
}
LINKS = (
    "javascript:alert(1)",
    "data:text/html,x",
    'https://a.example/"onmouseover="x',
    "https://a.example/\u2028b",
    "https://a.example/" + "x" * 100_000,
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Seen(HTMLParser):
    """Which elements, attributes and link schemes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.schemes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in {"href", "src", "action", "background"}:
                self.schemes.add((value or "").partition(":")[0].lower())


def entry(number: int, title: str, link: str) -> str:
    what = escape(
        f"Docket FDA-2026-D-{2000 + number}: draft guidance for chimeric antigen receptor T cells <script>alert(3)</script>"
    )
    return (
        f"<item><guid>{number}</guid><title>{title}</title><link>{escape(link)}</link><author>a@b.example (x&#13;&#10;Bcc: evil@example.org)</author>"
        f"<description>{what}</description></item>"
    )


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Mail, Post, list[Post]]]]:
    """What each title became: a mail, a webhook's post, a room's posts."""
    root = tmp_path_factory.mktemp("hostile")
    with serving(Site()) as site, receiving() as receivers:
        site.page("/feed", FEED.format(""), "application/rss+xml")
        text = sources(one=f"{site.url}/feed").replace("name: one", 'name: "One <script>alert(1)</script> =?utf-8?q?=0ABcc:?="')
        with inside(root, text, smtp_url=receivers.smtp, secret_key=KEY, public_url="https://cgt.example") as bench:
            bench.now = datetime.now(UTC)  # a signature is good for minutes
            bench.poll()
            to = {"mei": "mailto:mei@reader.example", "hook": f"{receivers.url}/hook", "room": f"slack:{receivers.url}/room"}
            for name, target in to.items():
                bench.ask("subscriptions.add", name=name, to=target, cadence="now", lang="en")
            yield {name: told(bench, site, receivers, name) for name in TITLES}


def told(bench: Inside, site: Site, receivers: Receivers, name: str) -> tuple[Mail, Post, list[Post]]:
    receivers.clear()
    so_far = range(list(TITLES).index(name), -1, -1)
    entries = (entry(one, TITLES[list(TITLES)[one]], LINKS[one % len(LINKS)]) for one in so_far)
    site.page("/feed", FEED.format("".join(entries)), "application/rss+xml")
    row = bench.poll()["one"]
    assert row["new"] == 1, (name, row)
    assert [one.error for one in bench.engine.digest_due()] == [None] * 3, name
    assert {one["state"] for one in bench.ask("send")} == {"sent"}, name
    (mail,), (post,) = receivers.mails, receivers.at("/hook")
    return mail, post, receivers.at("/room")


def parts(mail: EmailMessage) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"}


@pytest.mark.fault("M14", "S10", "S11")
@pytest.mark.promise("P11")
@pytest.mark.parametrize("name", TITLES)
def test_a_hostile_title_adds_nothing_to_the_headers_of_a_mail(arrived: dict[str, Any], name: str) -> None:
    mail, plain = arrived[name][0], arrived["plain"][0].parsed
    for policy in (email.policy.default, email.policy.compat32):
        parsed = email.message_from_bytes(mail.raw, policy=policy)
        found = [header.lower() for header in parsed.keys()]  # noqa: SIM118 - repeated headers count
        assert found == [header.lower() for header in plain.keys()]  # noqa: SIM118
        assert len(found) == len(set(found))
        assert [part.defects for part in parsed.walk() if part.defects] == []
    parsed = mail.parsed
    assert str(parsed["To"]) == mail.to == "mei@reader.example"
    assert not CONTROL.search(str(parsed["Subject"]))
    assert "Bcc" not in {line.partition(":")[0] for line in str(parsed["Subject"]).splitlines()[1:]}
    head, _, _ = mail.raw.partition(b"\r\n\r\n")
    assert head.isascii()
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", mail.raw)
    assert len(mail.raw) < 102_000, "Gmail clips what is longer"


@pytest.mark.promise("P11")
@pytest.mark.parametrize("name", TITLES)
@pytest.mark.fault("S8", "S12")
def test_a_hostile_title_is_text_in_the_body_of_a_mail(arrived: dict[str, Any], name: str) -> None:
    found = parts(arrived[name][0].parsed)
    assert set(found) == {"text/plain", "text/html"}
    seen = Seen(found["text/html"])
    assert not seen.elements & {"script", "svg", "iframe", "form", "object", "base", "embed", "input", "button"}
    assert not [attribute for attribute in seen.attributes if attribute.startswith("on")]
    assert seen.schemes <= {"http", "https", "mailto", "#", ""}
    assert not CONTROL.search(found["text/plain"].replace("\n", "").replace("\r", "").replace("\t", ""))
    assert found["text/html"].count("/unsubscribe/") == found["text/plain"].count("/unsubscribe/") == 1
    assert "evil@example.org" not in {to.partition("?")[0] for to in re.findall(r"mailto:([^\"']*)", found["text/html"])}
    if name in {"template", "encoded word"}:
        assert re.sub(r"\s+", " ", TITLES[name].replace("&lt;", "<")) in re.sub(r"\s+", " ", found["text/plain"]), "verbatim"


@pytest.mark.parametrize("name", TITLES)
def test_a_hostile_title_reaches_a_webhook_whose_signature_holds(arrived: dict[str, Any], name: str) -> None:
    post = arrived[name][1]
    data = Webhook(secret_for(KEY.encode(), "hook")).verify(post.body, dict(post.headers))
    assert data == json.loads(post.body)
    (event,) = data["data"]["events"]
    assert not CONTROL.search(event["title"])
    assert event["url"].partition(":")[0] in {"", "http", "https"}
    assert len(post.body) <= 20_000


@pytest.mark.promise("P11")
@pytest.mark.parametrize("name", TITLES)
@pytest.mark.fault("S13")
def test_a_hostile_title_mentions_nobody_in_a_room(arrived: dict[str, Any], name: str) -> None:
    for post in arrived[name][2]:
        said = json.loads(post.body)
        text = json.dumps(said, ensure_ascii=False)
        assert not re.search(r"<[!@#]|<https://evil", text)
        assert not CONTROL.search("".join(block["text"]["text"].replace("\n", "") for block in said["blocks"] if "text" in block))
