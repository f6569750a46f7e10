"""The mailbox of reports: every new mail is read once, marked, and left where it is."""

import os
import socket
import ssl
from collections.abc import Iterator
from itertools import count

import pytest

from cgtwatch.deliver.mail import postbox
from cgtwatch.deliver.mail.postbox import Looked, look
from deliver.imap_server import PASSWORD, PROGRAM, Imap, imap_server

TLS = ssl.create_default_context()


@pytest.fixture
def folder(tmp_path):
    for name in ("tmp", "new", "cur"):
        (tmp_path / name).mkdir()
    return tmp_path


def read(address, **more) -> tuple[Looked, list[bytes]]:
    taken: list[bytes] = []
    return look(address, taken.append, TLS, **more), taken


def test_new_mails_of_a_maildir_are_read_once_and_kept_as_seen(folder):
    for name in ("2.b", "1.a"):
        (folder / "new" / name).write_bytes(name.encode())
    (folder / "cur" / "0.old:2,").write_bytes(b"old")
    assert read(f"maildir:{folder}") == (Looked(2), [b"1.a", b"2.b"])
    assert read(f"maildir:{folder}") == (Looked(0), [])
    assert sorted(path.name for path in (folder / "cur").iterdir()) == ["0.old:2,", "1.a:2,S", "2.b:2,S"]


def test_a_mail_that_could_not_be_taken_is_read_again(folder):
    (folder / "new" / "1").write_bytes(b"x")

    def refuse(_raw):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        look(f"maildir:{folder}", refuse, TLS)
    assert read(f"maildir:{folder}")[1] == [b"x"]


def test_a_link_in_a_maildir_is_not_followed(folder):
    (folder / "new" / "1").symlink_to("/etc/hostname")
    assert read(f"maildir:{folder}")[1] == []


def test_one_look_ends_after_its_time_and_reads_no_more_of_a_mail_than_it_may(folder, monkeypatch):
    monkeypatch.setattr(postbox, "MOST", 10)
    for name in "1234":
        (folder / "new" / name).write_bytes(b"x" * 100)
    clock = count(0, 25)
    looked, taken = read(f"maildir:{folder}", monotonic=lambda: float(next(clock)))
    assert (looked.read, taken) == (3, [b"x" * 10] * 3)


def test_a_mailbox_that_is_not_there_is_told_and_raises_nothing(tmp_path):
    assert "FileNotFoundError" in read(f"maildir:{tmp_path / 'none'}")[0].trouble
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert read(f"imap://u:p@127.0.0.1:{taken.getsockname()[1]}/INBOX")[0].trouble


@pytest.mark.parametrize("address", ['imap://u:p@127.0.0.1/a"b', "imap://u%0d%0ax:p@127.0.0.1/INBOX"])
def test_nothing_that_would_be_a_command_is_sent(address):
    assert "cannot be sent" in read(address)[0].trouble


@pytest.fixture(scope="module")
def imap() -> Iterator[Imap]:
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("dovecot is missing: install dovecot-imapd")
        pytest.skip("dovecot is missing: no IMAP server to test against")
    with imap_server() as server:
        yield server


def url(imap: Imap, password: str = PASSWORD, folder: str = "INBOX") -> str:
    return f"imap://bounces%40cgt.example:{password.replace('@', '%40').replace(':', '%3A')}@127.0.0.1:{imap.port}/{folder}"


def test_unseen_mails_of_a_folder_are_read_once_marked_and_kept(imap):
    imap.deliver("1", b"Subject: one\r\n\r\nx\r\n")
    imap.deliver("2", b"Subject: two\r\n\r\ny\r\n")
    assert read(url(imap)) == (Looked(2), [b"Subject: one\r\n\r\nx\r\n", b"Subject: two\r\n\r\ny\r\n"])
    assert read(url(imap)) == (Looked(0), [])
    assert imap.flags() == {"1": "S", "2": "S"}


def test_a_mail_that_could_not_be_taken_stays_unseen(imap):
    imap.deliver("3", b"Subject: three\r\n\r\nz\r\n")

    def refuse(_raw):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        look(url(imap), refuse, TLS)
    assert read(url(imap))[0] == Looked(1)


def test_no_more_of_a_mail_is_asked_for_than_it_may_have(imap, monkeypatch):
    monkeypatch.setattr(postbox, "MOST", 100)
    imap.deliver("4", b"Subject: four\r\n\r\n" + b"x" * 5_000)
    (raw,) = read(url(imap))[1]
    assert len(raw) == 100


def test_a_folder_or_password_that_is_wrong_is_told_without_the_password(imap):
    assert "no folder 'nowhere'" in read(url(imap, folder="nowhere"))[0].trouble
    trouble = read(url(imap, password="wr0ng"))[0].trouble
    assert trouble
    assert "wr0ng" not in trouble
