"""A signature that another program believes, over what one-click unsubscribing needs."""

import email
import subprocess

import dkim
import pytest

from cgtwatch.deliver.mail.email import make_signer
from cgtwatch.deliver.mail.press import Letterhead, Mould, Recipient
from cgtwatch.errors import ConfigError
from deliver.mails import MESSAGE


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A private key, and the DNS record of its public half."""
    found = tmp_path_factory.mktemp("dkim") / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(found), "1024"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", str(found), "-pubout"], check=True, capture_output=True, text=True).stdout
    return found, "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])


def mail(address="reader@example.org"):
    mould = Mould(MESSAGE, Letterhead("CGT 监测 <watch@cgt.example>", public_url="https://cgt.example"))
    return mould.payload(Recipient(address, "k-1", "https://cgt.example/unsubscribe/x")).filled


def signed(key, whole=None):
    return make_signer(("cgt.example", "s1", key[0])).signed(whole or mail())


def believed(whole, key):
    def dns(name, timeout=5):
        return key[1].encode() if name == b"s1._domainkey.cgt.example." else None

    return dkim.verify(whole, dnsfunc=dns)


def test_a_receiver_believes_the_signature(key):
    assert believed(signed(key), key)


def test_the_signature_covers_what_unsubscribing_by_one_click_needs(key):
    tags = email.message_from_bytes(signed(key))["DKIM-Signature"].replace("\r\n", "")
    names = [name.strip() for name in tags.partition("h=")[2].partition(";")[0].split(":")]
    assert {"from", "list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id", "date"} <= set(names)
    assert names.count("from") == 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda whole: whole.replace(b"https://cgt.example/unsubscribe/x", b"https://evil.example/unsubscribe/x", 1),
        lambda whole: b"Subject: another\r\n" + whole,
        lambda whole: b"From: another@cgt.example\r\n" + whole,
        lambda whole: whole[:-40] + b"A" * 4 + whole[-36:],
    ],
)
def test_what_was_changed_on_the_way_is_not_believed(key, forge):
    assert not believed(forge(signed(key)), key)


def test_every_attempt_has_the_same_signature(key):
    assert signed(key) == signed(key)
    assert signed(key, mail("another@example.org")) != signed(key)


def test_a_key_that_is_none_is_refused_with_the_mend(tmp_path):
    wrong = tmp_path / "dkim.pem"
    wrong.write_text("no key")
    with pytest.raises(ConfigError, match="openssl genrsa"):
        make_signer(("cgt.example", "s1", wrong))


def test_a_package_that_is_missing_is_named(key, monkeypatch):
    monkeypatch.setattr("cgtwatch.deliver.mail.email.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="the extra `dkim`"):
        make_signer(("cgt.example", "s1", key[0]))
