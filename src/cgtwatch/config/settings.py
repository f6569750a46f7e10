"""The settings of one process: environment and `.env` in, a frozen `Settings` out, every mistake told at once."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Any

from cgtwatch.config import mail_values, values
from cgtwatch.config.dotenv import DotEnv, read_dotenv
from cgtwatch.config.packaged import own_sources, packaged_sources
from cgtwatch.config.suggest import did_you_mean
from cgtwatch.errors import ConfigError

PREFIX = "CGTWATCH_"
TESTS_ONLY = "CGTWATCH_SHARED"  # names the folder of recordings; the product itself never reads it
CA_NAMES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")  # the first one set wins, as users of both expect


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides. What may hold a secret is left out of the repr."""

    data_dir: Path
    database_url: str = field(repr=False)
    sources: Path
    rules: Path | None = None
    subscriptions: Path | None = None  # applied at the start and at a reload
    rules_beside: Path | None = None  # where a user's rules are looked for that no setting names
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "cgtwatch <cgtwatch@localhost>"
    reply_to: str | None = None
    dkim_domain: str | None = None  # None: mails are not signed by us
    dkim_selector: str | None = None
    dkim_key: Path | None = None
    bounce_address: str | None = None  # None: reports go to the sender
    bounce_token: str | None = field(default=None, repr=False)
    bounce_mailbox: str | None = field(default=None, repr=False)
    public_url: str | None = None  # without a slash at the end
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()
    secret_key: bytes | None = field(default=None, repr=False)
    operator: str | None = field(default=None, repr=False)  # a chat address is a secret
    operator_lang: str = "zh"
    listen: tuple[str, int] = ("127.0.0.1", 8710)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # whose word about who asks is believed
    signup: bool = False  # whether the page takes sign-ups; needs `public_url`
    contact: str | None = None
    inbox_token: str | None = field(default=None, repr=False)
    browser: Path | None = None
    rsshub_url: str | None = None  # without a slash at the end
    retention_raw_days: int | None = 30  # None: kept for ever
    retention_fetch_days: int | None = 90
    retention_revision_days: int | None = 730
    retention_delivery_days: int | None = 365
    concurrency: int = 16
    log_format: str = "text"  # text or json
    engine: str = "threads"
    ca_file: str | None = None
    templates: Path | None = None  # a folder of templates and words that replace the shipped ones
    translate_url: str | None = None  # without a slash at the end; None: nobody translates
    translate_model: str | None = None
    translate_key: str | None = field(default=None, repr=False)
    translate_languages: tuple[str, ...] = ("zh", "en")
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)  # what `secret` answers from

    def secret(self, name: str) -> str | None:
        """The value of a variable that a source names with `env:NAME`: of the environment, else of `.env`; None where unset."""
        return self.environ.get(name) or None

    @property
    def local_url(self) -> str:
        """Where the page is read on this machine, without a slash at the end."""
        host, port = self.listen
        with suppress(ValueError):  # a name
            host = "127.0.0.1" if ip_address(host).is_unspecified else host
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def home(self) -> str:
        """Where the page is read, without a slash at the end: its public address where it has one."""
        return self.public_url or self.local_url

    @property
    def dkim(self) -> tuple[str, str, Path] | None:
        """Domain, selector and key file where mails are signed by us."""
        if self.dkim_domain is None or self.dkim_selector is None or self.dkim_key is None:
            return None
        return self.dkim_domain, self.dkim_selector, self.dkim_key

    @property
    def names(self) -> frozenset[str]:
        """The names of the variables that are set, for messages about those that are not."""
        return frozenset(name for name, value in self.environ.items() if value)


SECRETS = frozenset(
    {"database_url", "smtp_url", "secret_key", "operator", "inbox_token", "translate_key", "bounce_token", "bounce_mailbox"}
)

# Name after the prefix (in the case of the field) → what makes its value of the text, or raises ValueError with the mend.
READERS: Mapping[str, values.Reader] = {
    "data_dir": values.directory,
    "database_url": values.database_url,
    "sources": values.path,
    "rules": values.path,
    "subscriptions": values.path,
    "smtp_url": mail_values.smtp_url,
    "mail_from": values.mail_from,
    "reply_to": mail_values.reply_to,
    "dkim_domain": mail_values.dkim_domain,
    "dkim_selector": mail_values.dkim_selector,
    "dkim_key": mail_values.dkim_key,
    "bounce_address": mail_values.bounce_address,
    "bounce_token": values.inbox_token,
    "bounce_mailbox": mail_values.bounce_mailbox,
    "public_url": values.public_url,
    "allow_private": values.networks,
    "secret_key": values.secret_key,
    "operator": values.operator,
    "operator_lang": values.language,
    "listen": values.listen,
    "trusted_proxies": values.networks,
    "signup": values.switch,
    "contact": values.contact,
    "inbox_token": values.inbox_token,
    "browser": values.executable,
    "rsshub_url": values.bridge_url,
    "retention_raw_days": values.days,
    "retention_fetch_days": values.days,
    "retention_revision_days": values.days,
    "retention_delivery_days": values.days,
    "concurrency": values.concurrency,
    "log_format": values.log_format,
    "engine": values.engine,
    "templates": values.folder,
    "translate_url": values.translate_url,
    "translate_model": values.translate_model,
    "translate_key": values.translate_key,
    "translate_languages": values.translate_languages,
}


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings of `environ` and, where it is silent, of `cwd/.env`. Relative paths are meant from `cwd`.

    Raises `ConfigError` with a line for every mistake; a secret's value is never part of it.
    """
    dotenv = read_dotenv(cwd / ".env")
    problems = list(dotenv.problems)
    given = _given(environ, dotenv)
    found: dict[str, Any] = {}
    for name, (text, where) in given.items():
        key = name.removeprefix(PREFIX).lower()
        if not text.strip() or name == TESTS_ONLY or name in CA_NAMES:
            continue
        if key not in READERS or name != PREFIX + key.upper():
            known = (PREFIX + k.upper() for k in READERS)
            problems.append(f"{where}{name}: no such setting{did_you_mean(name, known)}; correct the name or unset it")
            continue
        try:
            found[key] = READERS[key](text.strip(), values.Place(cwd, environ.get("HOME")))
        except ValueError as error:
            what = "" if key in SECRETS else f"={text.strip()!r}"
            problems.append(f"{where}{name}{what}: {error}")
    problems += _ca_file(given, cwd, found)
    if "translate_url" in found and "translate_model" not in found and f"{PREFIX}TRANSLATE_MODEL" not in " ".join(problems):
        problems.append(f"{PREFIX}TRANSLATE_URL: needs {PREFIX}TRANSLATE_MODEL; name the model that is to translate")
    if f"{PREFIX}DKIM_" not in " ".join(problems):
        problems += _half_signed(given)
    if found.get("signup") and "public_url" not in found and f"{PREFIX}PUBLIC_URL" not in " ".join(problems):
        problems.append(f"{PREFIX}SIGNUP=on: needs {PREFIX}PUBLIC_URL; set the address under which readers reach the page")
    problems += _many_workers(found, " ".join(problems))
    if problems:
        raise ConfigError(problems)
    found.setdefault("data_dir", cwd / "data")
    found.setdefault("database_url", f"sqlite:///{found['data_dir'] / 'cgtwatch.db'}")
    here = found["sources"].parent if "sources" in found else cwd
    found["rules_beside"] = here / "rules.yaml"
    found.setdefault("sources", _sources(cwd, found["data_dir"]))
    return Settings(**found, environ={one.name: one.value for one in dotenv.assignments} | dict(environ))


def _sources(cwd: Path, data_dir: Path) -> Path:
    """The user's own file, else the copy made when a shipped source was first changed, else what ships."""
    usual = (cwd / "sources.yaml", own_sources(data_dir))
    shipped = packaged_sources()
    return next((path for path in usual if path.exists() and path.resolve() != shipped.resolve()), shipped)


def _given(environ: Mapping[str, str], dotenv: DotEnv) -> dict[str, tuple[str, str]]:
    """Name → value and where it stands; the environment wins over the file."""
    given = {one.name: (one.value, f".env:{one.line}: ") for one in dotenv.assignments}
    given |= {name: (value, "") for name, value in environ.items()}
    return {name: value for name, value in given.items() if name.startswith(PREFIX) or name in CA_NAMES}


def _half_signed(given: Mapping[str, tuple[str, str]]) -> list[str]:
    """DKIM needs a domain, a selector and a key; says what is missing where one of them is set."""
    names = [f"{PREFIX}DKIM_{part}" for part in ("DOMAIN", "SELECTOR", "KEY")]
    missing = [name for name in names if not given.get(name, ("", ""))[0].strip()]
    if not missing or len(missing) == len(names):
        return []
    present = next(name for name in names if name not in missing)
    return [f"{present}: needs {' and '.join(missing)} too; set all three, or none where the mail server signs"]


def _many_workers(found: Mapping[str, Any], told: str) -> list[str]:
    """Several processes need a database that they can share, and one key for all, since they share no folder."""
    if found.get("engine") != "procrastinate":
        return []
    problems = []
    if not str(found.get("database_url", "")).startswith("postgresql") and f"{PREFIX}DATABASE_URL" not in told:
        mend = f"set {PREFIX}DATABASE_URL=postgresql+psycopg://USER:PASSWORD@HOST/NAME (`cgtwatch db copy` moves what is there), or unset it"
        problems.append(f"{PREFIX}ENGINE=procrastinate: needs PostgreSQL; {mend}")
    if "secret_key" not in found and f"{PREFIX}SECRET_KEY" not in told:
        mend = (
            "the same for every process: 32 random bytes or more; one that ran alone has kept its own as secret.key in DATA_DIR"
        )
        problems.append(f"{PREFIX}ENGINE=procrastinate: needs {PREFIX}SECRET_KEY, {mend}")
    return problems


def _ca_file(given: Mapping[str, tuple[str, str]], cwd: Path, found: dict[str, Any]) -> list[str]:
    """Takes the first CA bundle named into `found`; says which one is no readable file."""
    for name in CA_NAMES:
        text, where = given.get(name, ("", ""))
        if text.strip():
            path = cwd / text.strip()
            if not path.is_file():
                return [f"{where}{name}={text!r}: is no file; name a bundle of certificates in PEM form, or unset it"]
            found["ca_file"] = str(path)
            break
    return []
