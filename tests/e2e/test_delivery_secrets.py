"""Addresses of readers and hooks, tokens and passwords are told to nobody but the receiver, whatever that receiver says."""

import json
from pathlib import Path

import pytest
from desk import Desk, desk
from place import Site, free_port
from receivers import Post, Receivers

from cgtwatch.deliver import CHANNELS
from cgtwatch.engine.readers.showing import shown

# What must never be seen. A token of Telegram's is a number and letters; the rest is letters and digits of our own.
CORES = {
    "webhook": "h00kpath1", "slack": "sl4ckpath2", "teams": "t34mspath3", "discord": "d1scpath4", "mattermost": "m4ttpath5",
    "feishu": "f31shupath6", "dingtalk": "d1ngtoken7", "wecom": "w3comkey8", "telegram": "t3l3gramtoken9", "email": "m41reader0",
    "apprise": "4ppr1sepath1", "signing": "s1gning2secret", "password": "p4ssw0rd3smtp", "key": "k3y0f4all-that-is-secret",
}  # fmt: skip
LOCAL = {"maildir", "feed"}  # they go nowhere


def targets(url: str) -> dict[str, str]:
    at = {channel: f"{url}/{core}" for channel, core in CORES.items()}
    return {
        "webhook": at["webhook"],
        **{channel: f"{channel}:{at[channel]}" for channel in ("slack", "teams", "discord", "mattermost")},
        "feishu": f"feishu:{at['feishu']}#secret={CORES['signing']}",
        "dingtalk": f"dingtalk:{url}/robot/send?access_token={CORES['dingtalk']}#secret={CORES['signing']}",
        "wecom": f"wecom:{url}/cgi-bin/webhook/send?key={CORES['wecom']}",
        "telegram": f"telegram:123456:{CORES['telegram']}@-1001#api={url}",
        "apprise": f"apprise:{url.replace('http:', 'json:')}/{CORES['apprise']}",
        "email": f"mailto:{CORES['email']}@reader.example",
    }


def leaked(*told: object) -> set[str]:
    text = " ".join(one if isinstance(one, str) else json.dumps(one, default=str, ensure_ascii=False) for one in told)
    return {core for core in CORES.values() if core in text}


def test_every_channel_that_goes_out_has_a_canary() -> None:
    assert set(CHANNELS) - LOCAL == set(targets("http://x"))


class Parrot:
    """Says back whatever it was asked with."""

    def __init__(self, receivers: Receivers, status: int) -> None:
        receivers.answer = lambda post: (
            status,
            {"Location": post.path, "X-Told": str(post.headers.get("host"))},
            self.said(post),
        )
        receivers.mail_answer = lambda mail: f"{'451' if status == 500 else '550'} {mail.to} {mail.sender} is not known"

    def said(self, post: Post) -> bytes:
        words = f"{post.path} {json.dumps(dict(post.headers))} ".encode() + post.body[:200]
        return json.dumps({"errcode": 310000, "code": 19021, "errmsg": words.decode(), "message": words.decode()}).encode()


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """To everything, but for what the service silences too, and the mail server that is ours."""
    caplog.set_level("DEBUG")
    for name in ("urllib3", "mail.log"):
        caplog.set_level("ERROR", name)


def trouble(at: Desk, url: str, *, children: bool = True) -> list[object]:
    """Everybody is written to for two days in vain; all that was said of it. `children`: also what a process is started for."""
    for name, to in targets(url).items():
        if name == "apprise" and not children:
            continue
        at.bench.ask("subscriptions.add", name=name, to=to, cadence="now", lang="en")
    at.publish()
    rows = at.live_on(48)
    store = at.bench.app.store
    tries = [attempt for one in at.ledger() for attempt in store.attempts(one.key)]
    listed = [(one.key, one.subscription, one.channel, one.state, one.subject, one.answer) for one in at.ledger()]
    told = [store.delivery(one.key).payload.filled.decode() for one in at.ledger("")]
    subscriptions = [shown(one) for one in store.subscriptions() if one.channel != "email"]  # a list of readers names them
    return [rows, tries, listed, told, subscriptions, [repr(one) for one in store.open_alarms()]]


@pytest.mark.promise("P15")
@pytest.mark.parametrize("status", [500, pytest.param(404, marks=pytest.mark.chaos), pytest.param(200, marks=pytest.mark.chaos)])
@pytest.mark.fault("S7")
def test_nothing_secret_is_told_where_receivers_say_back_what_they_were_asked(
    tmp_path: Path, site: Site, receivers: Receivers, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    listen(caplog)
    Parrot(receivers, status)
    with desk(tmp_path, site, smtp_url=receivers.smtp, secret_key=CORES["key"], operator=f"{receivers.url}/operator") as at:
        said = trouble(at, receivers.url, children=status == 404)
    assert leaked(*said) == set()
    assert leaked(caplog.text) == set()
    heard = json.dumps(
        [(post.path, dict(post.headers), post.body.decode()) for post in receivers.posts if post.path == "/operator"]
    )
    assert leaked(heard) == set()


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_nothing_secret_is_told_where_nobody_listens(tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    listen(caplog)
    closed = free_port()
    smtp = f"smtp://{CORES['email']}:{CORES['password']}@127.0.0.1:{closed}"
    with desk(tmp_path, site, smtp_url=smtp, secret_key=CORES["key"]) as at:
        said = trouble(at, f"http://127.0.0.1:{closed}", children=False)
    assert leaked(*said) == set()
    assert leaked(caplog.text) == set()
