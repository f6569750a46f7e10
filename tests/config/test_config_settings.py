"""Settings: what the environment and `.env` decide, and what a wrong value gets."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.settings import READERS, SECRETS, load_settings
from cgtwatch.errors import ConfigError


def problems(environ: dict[str, str], cwd: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ, cwd)
    return list(caught.value.problems)


def test_an_empty_environment_gives_defaults_that_stand_in_the_working_directory(tmp_path):
    settings = load_settings({}, tmp_path)
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/cgtwatch.db"
    assert (settings.listen, settings.concurrency, settings.smtp_url) == (("127.0.0.1", 8710), 16, None)


def test_the_sources_file_beside_the_reader_wins_over_the_shipped_one(tmp_path):
    assert load_settings({}, tmp_path).sources == packaged_sources()
    (tmp_path / "sources.yaml").write_text("sources: []")
    assert load_settings({}, tmp_path).sources == tmp_path / "sources.yaml"


def test_the_environment_wins_over_the_dotenv_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / ".env").write_text('# ours\nexport CGTWATCH_CONCURRENCY=4\nCGTWATCH_LISTEN="[::1]:9000"  # v6\nOTHER=1\n')
    settings = load_settings({"CGTWATCH_CONCURRENCY": "8"}, tmp_path)
    assert (settings.concurrency, settings.listen) == (8, ("::1", 9000))


def test_every_setting_is_read_when_it_is_right(tmp_path):
    bundle, program, key = tmp_path / "ca.pem", tmp_path / "chromium", tmp_path / "dkim.pem"
    bundle.write_text("")
    key.write_text("")
    program.write_text("")
    program.chmod(0o755)
    settings = load_settings(
        {
            "CGTWATCH_DATA_DIR": "~/watch",
            "CGTWATCH_DATABASE_URL": "sqlite:///watch.db",
            "CGTWATCH_SOURCES": "mine.yaml",
            "CGTWATCH_SMTP_URL": "smtp+starttls://me:secret@mail.example.org:587",
            "CGTWATCH_MAIL_FROM": "Policy watch <watch@example.org>",
            "CGTWATCH_REPLY_TO": "Policy desk <desk@example.org>",
            "CGTWATCH_DKIM_DOMAIN": "Example.org",
            "CGTWATCH_DKIM_SELECTOR": "cgtwatch",
            "CGTWATCH_DKIM_KEY": "dkim.pem",
            "CGTWATCH_BOUNCE_ADDRESS": "bounces@example.org",
            "CGTWATCH_BOUNCE_TOKEN": "0123456789abcdef",
            "CGTWATCH_BOUNCE_MAILBOX": "maildir:bounces",
            "CGTWATCH_PUBLIC_URL": "https://watch.example.org/",
            "CGTWATCH_ALLOW_PRIVATE": "10.0.0.0/8, 127.0.0.1 fd00::/8",
            "CGTWATCH_SECRET_KEY": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
            "CGTWATCH_OPERATOR": "mailto:ops@example.org",
            "CGTWATCH_CONTACT": "ops@example.org",
            "CGTWATCH_INBOX_TOKEN": "0123456789abcdef",
            "CGTWATCH_BROWSER": str(program),
            "CGTWATCH_RSSHUB_URL": "http://127.0.0.1:1200/",
            "CGTWATCH_RETENTION_RAW_DAYS": "730d",
            "CGTWATCH_RETENTION_FETCH_DAYS": "forever",
            "CGTWATCH_LOG_FORMAT": "json",
            "CGTWATCH_ENGINE": "threads",
            "CGTWATCH_SHARED": "/somewhere",
            "SSL_CERT_FILE": "ca.pem",
            "HOME": str(tmp_path / "home"),
        },
        tmp_path,
    )
    assert settings.data_dir == tmp_path / "home/watch"
    assert settings.database_url == f"sqlite:///{tmp_path}/watch.db"
    assert settings.public_url == "https://watch.example.org"
    assert (settings.rsshub_url, settings.browser) == ("http://127.0.0.1:1200", program)
    assert settings.allow_private == tuple(map(ip_network, ("10.0.0.0/8", "127.0.0.1/32", "fd00::/8")))
    assert settings.secret_key == b"012345678901234567890123"
    assert (settings.retention_raw_days, settings.retention_fetch_days) == (730, None)
    assert settings.ca_file == str(bundle)
    assert (settings.dkim_domain, settings.dkim_key) == ("example.org", key)
    assert settings.bounce_mailbox == f"maildir:{tmp_path}/bounces"


WRONG = [
    ("CGTWATCH_DATABASE_URL", "mysql://db/x", "sqlite:////var/lib"),
    ("CGTWATCH_DATABASE_URL", "postgresql://db/x", "write postgresql+psycopg://"),
    ("CGTWATCH_DATABASE_URL", "postgresql+psycopg://db", "write postgresql+psycopg://"),
    ("CGTWATCH_DATABASE_URL", "postgresql+psycopg://me:p@ss@db/x", "%40"),
    ("CGTWATCH_DATABASE_URL", "postgresql+psycopg://me@db:port/x", "HOST:5432"),
    ("CGTWATCH_DATABASE_URL", "postgresql+psycopg://me@[::1]:70000/x", "HOST:5432"),
    ("CGTWATCH_SMTP_URL", "mail.example.org:25", "smtp://HOST:25"),
    ("CGTWATCH_SMTP_URL", "smtp://host:99999", "smtp://HOST:25"),
    ("CGTWATCH_REPLY_TO", "the desk", "desk@example.org"),
    ("CGTWATCH_REPLY_TO", "a@b.org\r\nBcc: c@d.org", "desk@example.org"),
    ("CGTWATCH_DKIM_DOMAIN", "not a domain", "example.org"),
    ("CGTWATCH_DKIM_SELECTOR", "a b", "_domainkey"),
    ("CGTWATCH_DKIM_KEY", "/no/such/key.pem", "PEM"),
    ("CGTWATCH_DKIM_DOMAIN", "example.org", "CGTWATCH_DKIM_SELECTOR and CGTWATCH_DKIM_KEY"),
    ("CGTWATCH_BOUNCE_ADDRESS", "bounces+x@example.org", "bounces@example.org"),
    ("CGTWATCH_BOUNCE_ADDRESS", "a-very-long-name@example.org", "at most 14 characters"),
    ("CGTWATCH_BOUNCE_TOKEN", "short", "16 ASCII characters"),
    ("CGTWATCH_BOUNCE_MAILBOX", "pop://host", "maildir:/var/mail/bounces"),
    ("CGTWATCH_BOUNCE_MAILBOX", "imap://u:p@mail.example.org/INBOX", "unencrypted"),
    ("CGTWATCH_BOUNCE_MAILBOX", "imaps://mail.example.org/INBOX", "imaps://USER:PASSWORD@HOST"),
    ("CGTWATCH_MAIL_FROM", "nobody", "cgtwatch@example.org"),
    ("CGTWATCH_MAIL_FROM", "a@b.org\nBcc: c@d.org", "cgtwatch@example.org"),
    ("CGTWATCH_PUBLIC_URL", "watch.example.org", "write https://"),
    ("CGTWATCH_ALLOW_PRIVATE", "10.0.0.0/8,localhost", "'localhost' is no network"),
    ("CGTWATCH_SECRET_KEY", "short", "at least 16 characters"),
    ("CGTWATCH_SECRET_KEY", "whsec_???", "base64"),
    ("CGTWATCH_OPERATOR", "ops@example.org", "mailto:"),
    ("CGTWATCH_OPERATOR_LANG", "fr", "zh or en"),
    ("CGTWATCH_LISTEN", "8710", "127.0.0.1:8710"),
    ("CGTWATCH_LISTEN", "127.0.0.1:70000", "127.0.0.1:8710"),
    ("CGTWATCH_CONTACT", "me", "ops@example.org"),
    ("CGTWATCH_INBOX_TOKEN", "abc", "16 ASCII characters"),
    ("CGTWATCH_BROWSER", "/no/such/program", "Chromium"),
    ("CGTWATCH_RSSHUB_URL", "127.0.0.1:1200", "write http://127.0.0.1:1200"),
    ("CGTWATCH_RSSHUB_URL", "http://a/?key=b", "write http://127.0.0.1:1200"),
    ("CGTWATCH_RETENTION_RAW_DAYS", "0", "forever"),
    ("CGTWATCH_CONCURRENCY", "0", "write 16"),
    ("CGTWATCH_CONCURRENCY", "many", "write 16"),
    ("CGTWATCH_LOG_FORMAT", "jsno", "did you mean 'json'"),
    ("CGTWATCH_ENGINE", "celery", "threads or procrastinate"),
    ("CGTWATCH_DATA_DIRR", "x", "did you mean 'CGTWATCH_DATA_DIR'"),
    ("SSL_CERT_FILE", "no.pem", "PEM"),
]


@pytest.mark.parametrize(("name", "value", "mend"), WRONG, ids=[f"{name}-{n}" for n, (name, _, _) in enumerate(WRONG)])
def test_a_wrong_setting_is_named_with_its_mend(name, value, mend, tmp_path):
    [problem] = problems({name: value}, tmp_path)
    assert problem.startswith(name)
    assert mend in problem
    assert "\n" not in problem


def test_all_wrong_settings_are_told_at_once_and_the_dotenv_line_is_named(tmp_path):
    (tmp_path / ".env").write_text("CGTWATCH_LISTEN=nowhere\nnot a line\n")
    told = problems({"CGTWATCH_CONCURRENCY": "-1", "CGTWATCH_ENGINE": "steam"}, tmp_path)
    assert len(told) == 4
    assert any(line.startswith(".env:1: CGTWATCH_LISTEN='nowhere'") for line in told)
    assert any(".env:2:" in line and "not a line" not in line for line in told)


@pytest.mark.parametrize(
    "target",
    [
        "feishu:https://open.feishu.cn/open-apis/bot/v2/hook/x#secret=env:BOT",
        "telegram:env:BOT@-100123",
        "teams:env:ROOM",
        "wecom:https://a.example/?key=k",
    ],
)
def test_an_operator_may_be_told_in_any_room(target, tmp_path):
    assert load_settings({"CGTWATCH_OPERATOR": target}, tmp_path).operator == target


@pytest.mark.parametrize(
    "name", ["SMTP_URL", "SECRET_KEY", "INBOX_TOKEN", "DATABASE_URL", "OPERATOR", "BOUNCE_TOKEN", "BOUNCE_MAILBOX"]
)
def test_a_wrong_secret_is_never_shown(name, tmp_path):
    assert "hunter2" not in "".join(problems({f"CGTWATCH_{name}": "hunter2"}, tmp_path))


@pytest.mark.promise("P15")
def test_no_secret_stands_in_the_repr(tmp_path):
    secrets = {
        "CGTWATCH_SMTP_URL": "smtp://me:hunter2@mail.example.org",
        "CGTWATCH_SECRET_KEY": "hunter2hunter2hunter2",
        "CGTWATCH_INBOX_TOKEN": "hunter2hunter2hunter2",
        "CGTWATCH_BOUNCE_TOKEN": "hunter2hunter2hunter2",
        "CGTWATCH_BOUNCE_MAILBOX": "imaps://me:hunter2@mail.example.org/INBOX",
        "CGTWATCH_OPERATOR": "slack:https://hooks.example.org/hunter2",
        "DATA_GOV_KEY": "hunter2",
    }
    settings = load_settings(secrets, tmp_path)
    assert "hunter2" not in repr(settings)


def test_a_secret_of_a_source_comes_from_the_environment_or_the_dotenv_file_by_its_name(tmp_path):
    (tmp_path / ".env").write_text("DATA_GOV_KEY=from the file\nBOTH=from the file\nEMPTY=\n")
    settings = load_settings({"BOTH": "from the environment"}, tmp_path)
    assert [settings.secret(name) for name in ("DATA_GOV_KEY", "BOTH", "EMPTY", "NOWHERE")] == [
        "from the file",
        "from the environment",
        None,
        None,
    ]
    assert settings.names == {"DATA_GOV_KEY", "BOTH"}


def test_every_secret_is_a_setting():
    assert set(READERS) >= SECRETS


@pytest.mark.parametrize("text", [b"\xff\xfe", b'CGTWATCH_LISTEN="open', b"\xc4\xe3=1"])
def test_a_broken_dotenv_file_is_a_mistake_and_no_crash(text, tmp_path):
    (tmp_path / ".env").write_bytes(text)
    assert problems({}, tmp_path)[0].startswith(str(tmp_path / ".env"))


def test_an_engine_of_many_processes_needs_a_database_that_they_share_and_one_key(tmp_path):
    told = problems({"CGTWATCH_ENGINE": "procrastinate"}, tmp_path)
    assert ["CGTWATCH_DATABASE_URL=postgresql+psycopg://" in one for one in told] == [True, False]
    assert "needs CGTWATCH_SECRET_KEY" in told[1]
    shared = {"CGTWATCH_DATABASE_URL": "postgresql+psycopg://me@db/x", "CGTWATCH_SECRET_KEY": "k" * 40}
    found = load_settings({"CGTWATCH_ENGINE": "procrastinate", **shared}, tmp_path)
    assert (found.engine, found.database_url) == ("procrastinate", "postgresql+psycopg://me@db/x")
