"""The local mailbox."""

import mailbox
import threading
from concurrent.futures import ThreadPoolExecutor

from cgtwatch.compose.messages import digest
from cgtwatch.deliver.mail.email import Email
from cgtwatch.deliver.mail.maildir import LocalMailbox, deposit
from cgtwatch.model.delivery import SendResult
from compose.samples import ANNOUNCEMENTS, CONTEXT, reader
from deliver.senders import NOW, parts

DIGEST = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)


def test_a_mail_stands_in_the_mailbox_once_however_often_it_is_sent(tmp_path):
    box = LocalMailbox(parts(tmp_path))
    payload = box.freeze(DIGEST, reader(channel="maildir", target="local:"), "k1")[0]
    answers = [box.send("local:", payload, "k1", NOW).answer for _ in range(2)]
    stored = list(mailbox.Maildir(tmp_path / "mail"))
    assert answers == ["put into the local mailbox", "stood in the local mailbox already"]
    assert [mail["To"] for mail in stored] == ["watch@cgt.example"]
    assert b"\r\n" not in next((tmp_path / "mail" / "new").iterdir()).read_bytes()


def test_a_mail_that_was_read_is_not_put_back(tmp_path):
    box = LocalMailbox(parts(tmp_path))
    payload = box.freeze(DIGEST, reader(), "k1")[0]
    box.send("local:", payload, "k1", NOW)
    new = next((tmp_path / "mail" / "new").iterdir())
    new.rename(tmp_path / "mail" / "cur" / f"{new.name}:2,S")
    box.send("local:", payload, "k1", NOW)
    assert len(mailbox.Maildir(tmp_path / "mail")) == 1


def test_mail_goes_to_the_mailbox_where_no_server_is_set_or_the_target_is_local(tmp_path):
    for smtp_url, target in ((None, "reader@example.org"), ("smtp://127.0.0.1:1", "local:")):
        channel = Email(parts(tmp_path, smtp_url=smtp_url))
        assert channel.send(target, channel.freeze(DIGEST, reader(), target)[0], target, NOW).result is SendResult.SENT
    assert len(mailbox.Maildir(tmp_path / "mail")) == 2


def test_a_mailbox_that_cannot_be_written_is_tried_again(tmp_path):
    (tmp_path / "mail").write_text("a file stands here")
    box = LocalMailbox(parts(tmp_path))
    assert box.send("local:", box.freeze(DIGEST, reader(), "k")[0], "k", NOW).result is SendResult.RETRY


def test_many_first_letters_at_once_all_arrive(tmp_path):
    gate = threading.Barrier(8)

    def first(n: int) -> SendResult:
        gate.wait()
        return deposit(tmp_path / "mailbox", b"Subject: x\r\n\r\nx\r\n", f"msg_{n}").result

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(first, range(8))) == [SendResult.SENT] * 8
    assert len(list((tmp_path / "mailbox" / "new").iterdir())) == 8
