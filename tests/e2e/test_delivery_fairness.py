"""Targets that do not answer delay nobody else: a third of a hundred hang, the others are served meanwhile; mail does not wait for hooks."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from desk import desk, until
from place import Site
from receivers import Post, receiving

ALL, HANGING = 100, 30


@pytest.mark.fault("W10")
def test_thirty_of_a_hundred_targets_that_hang_delay_no_other(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.engine.threads.PATIENCE", 0.2)
    let_go = threading.Event()
    hanging: set[str] = set()

    def answer(post: Post) -> tuple[int, dict[str, str], bytes]:
        if post.path.startswith("/hang"):
            hanging.add(post.path)
            let_go.wait(30)
        return 200, {}, b"ok"

    with receiving() as receivers, desk(tmp_path, site, smtp_url=receivers.smtp) as at:
        receivers.answer = answer
        at.subscribe(model=f"{receivers.url}/model", mei="mailto:mei@reader.example")
        store = at.bench.app.store
        model = store.subscription("model")
        for number in range(ALL):  # those that hang come first
            path = "hang" if number < HANGING else "quick"
            store.add_subscription(replace(model, name=f"a{number:03}", target=f"{receivers.url}/{path}{number}"), at.now)
        at.publish()
        at.bench.engine.digest_due()
        try:
            until(lambda: at.bench.engine.sends.due() >= 0 and len(receivers.posts) == ALL - HANGING + 1)
            until(lambda: len(receivers.mails) == 1)
            assert not [post for post in receivers.posts if "hang" in post.path]
        finally:
            let_go.set()
        until(lambda: at.bench.engine.sends.due() >= 0 and len(receivers.posts) == ALL + 1)
        until(lambda: {one.state for one in at.ledger()} == {"sent"})
        assert len(hanging) == HANGING
