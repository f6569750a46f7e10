"""Where a subscription goes: `--to` read into a channel and its target, and a target shown without its secrets."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from cgtwatch.errors import ConfigError
from cgtwatch.text.fragment import environment_name, split_settings

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # RFC 5322 dot-atom
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_BOT = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{10,100}")  # a Telegram bot's token
_CHAT = re.compile(r"-?\d{1,20}|@?[A-Za-z][A-Za-z0-9_]{3,31}")
_APPRISE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://\S+")
_NUMBER = re.compile(r"\d{1,15}")
_MEND = (
    "write mailto:NAME@HOST, https://… (webhook), slack: teams: discord: mattermost: feishu: lark: dingtalk: or wecom: before the "
    "address of a chat's hook, telegram:TOKEN@CHAT, apprise:URL, feed: (RSS and JSON Feed) or local: (the local mailbox)"
)


def parse_target(text: str) -> tuple[str, str]:
    """Channel and target that `text` names. Raises ValueError with the mend; the message never holds a hook's address.

    Whether an address may be reached at all (private networks) is decided where the connection is made.
    """
    text = text.strip()
    scheme, colon, rest = text.partition(":")
    read = _SCHEMES.get(scheme.lower()) if colon else None
    if read is None:
        raise ValueError(f"target {_short(text)!r} is not understood; {_MEND}")
    return read(text, rest)


def alarm_target(text: str | None) -> tuple[str, str]:
    """Channel and target of the operator's alarms, without any the local mailbox. Raises `ConfigError` as `parse_target` a ValueError."""
    try:
        return parse_target(text or "local:")
    except ValueError as error:
        raise ConfigError([f"CGTWATCH_OPERATOR: {error}"]) from error


def operator_only(channel: str, target: str) -> bool:
    """Whether only the operator (a command, an applied file) may name that target, never a reader on a page or by the API.

    Apprise connects past the guard against private addresses, the local mailbox is the operator's, and a name of the environment
    would let anybody have the operator's secrets sent, or sign with them.
    """
    kind = _KINDS.get(channel)
    bare, settings = split_settings(target)
    named = any(value.startswith("env:") for value in (bare, *settings.values()))
    return kind is None or kind.operator_only or named


def shown_target(channel: str, target: str) -> str:
    """The target as people may see it: without tokens, secrets and the paths of hooks, which are passwords."""
    kind = _KINDS.get(channel)
    return (kind.show if kind else _host)(target)


def _mail(_text: str, rest: str) -> tuple[str, str]:
    return "email", _address(unquote(rest))


def _webhook(text: str, _rest: str) -> tuple[str, str]:
    return "webhook", _url(text, "webhook")


def _mailbox(_text: str, rest: str) -> tuple[str, str]:
    if rest:
        raise ValueError(f"target local: takes nothing after the colon; {_MEND}")
    return "maildir", "local:"


def _feed(_text: str, rest: str) -> tuple[str, str]:
    if rest:
        raise ValueError(f"target feed: takes nothing after the colon, its address is made up; {_MEND}")
    return "feed", "feed:"


def _hook(channel: str, parameter: str = "", settings: frozenset[str] = frozenset()) -> Callable[[str, str], tuple[str, str]]:
    """Reads a chat's hook: its address must have `parameter` in its query; behind its `#` only `settings` may stand."""

    def read(_text: str, rest: str) -> tuple[str, str]:
        url = _url(rest, channel)
        bare, given = split_settings(url)
        if parameter and not parse_qs(urlsplit(bare).query).get(parameter):
            raise ValueError(f"target: the address of a {channel} robot ends in ?{parameter}=…; copy it whole")
        _settings(given, settings, url)
        return channel, url

    return read


def _telegram(_text: str, rest: str) -> tuple[str, str]:
    bare, given = split_settings(rest)
    token, _, chat = bare.partition("@")
    if not (_BOT.fullmatch(token) or environment_name(token)) or not _CHAT.fullmatch(chat):
        raise ValueError(
            "target: write telegram:TOKEN@CHAT or telegram:env:NAME@CHAT, TOKEN as @BotFather gave it, CHAT a number (-100…) or a channel's name"
        )
    _settings(given, frozenset({"api", "topic"}), rest)
    if "api" in given:
        _url(given["api"], "telegram")
    if "topic" in given and not _NUMBER.fullmatch(given["topic"]):
        raise ValueError("target: #topic= takes the number of a topic")
    named = chat if chat.lstrip("-").isdigit() or chat.startswith("@") else f"@{chat}"
    return "telegram", f"{token}@{named}{rest[len(bare) :]}"


def _apprise(_text: str, rest: str) -> tuple[str, str]:
    if not _APPRISE.fullmatch(rest):
        raise ValueError("target: write apprise: and an address of Apprise's, such as apprise:ntfy://TOPIC")
    return "apprise", rest


def _settings(given: Mapping[str, str], known: frozenset[str], text: str) -> None:
    """Raises ValueError for what is not `known` behind the `#`, and for a value that says nothing."""
    for name, value in given.items():
        if name not in known:
            mend = f"known: {', '.join(sorted(known))}" if known else "nothing may stand there"
            raise ValueError(f"target: behind the # stands {_short(name)!r}; {mend}")
        if not value or (value.startswith("env:") and environment_name(value) is None):
            raise ValueError(f"target: write #{name}=VALUE, or #{name}=env:NAME for what the environment holds under NAME")
    if "#" in text and not given:
        raise ValueError("target: nothing stands behind the #; leave it out")


def _address(text: str) -> str:
    """One plain address, its host in ASCII (RFC 5890)."""
    local, _, host = text.rpartition("@")
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    labels = ascii_host.split(".")
    if len(local) > 64 or len(ascii_host) > 253 or not _LOCAL_PART.fullmatch(local) or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"target: {_short(text)!r} is no mail address; write one address as mailto:name@example.org")
    return f"{local}@{ascii_host.lower()}"


def _url(text: str, channel: str) -> str:
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if _UNSAFE.search(text) or parts.scheme not in {"http", "https"} or not host:
        raise ValueError(f"target is no http(s) address with a host; {_MEND}")
    if "@" in parts.netloc:
        raise ValueError("target: a user name or password inside the address is not allowed; leave it out")
    meant = _vendor(host, parts.path)
    if meant and _CHANNELS_OF.get(meant, meant) != channel:
        raise ValueError(f"target: {host} is a chat's, and takes no other posts than its own; write {meant}:https://{host}/…")
    return text


# Chats whose hooks have an address of their own: (host, or the end of one with a leading dot; beginning of the path; scheme).
_VENDORS = (
    ("hooks.slack.com", "/", "slack"),
    ("hooks.slack-gov.com", "/", "slack"),
    (".webhook.office.com", "/", "teams"),
    ("discord.com", "/api/", "discord"),
    ("discordapp.com", "/api/", "discord"),
    (".discord.com", "/api/", "discord"),
    ("open.feishu.cn", "/open-apis/bot/", "feishu"),
    ("open.larksuite.com", "/open-apis/bot/", "lark"),
    ("oapi.dingtalk.com", "/robot/", "dingtalk"),
    ("qyapi.weixin.qq.com", "/cgi-bin/webhook/", "wecom"),
)
_CHANNELS_OF = {"lark": "feishu"}


def _vendor(host: str, path: str) -> str | None:
    """The scheme of the chat whose hooks stand there."""
    for known, begin, scheme in _VENDORS:
        there = host.endswith(known) if known.startswith(".") else host == known
        if there and path.startswith(begin):
            return scheme
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 and "/" not in text else text[:12] + "…"


def _host(target: str) -> str:
    """Scheme and host of an address; of anything else nothing."""
    scheme, there, rest = target.partition("://")
    return f"{scheme}://{re.split(r'[/?#]', rest)[0].rpartition('@')[2]}/…" if there else "…"


def _scheme(target: str) -> str:
    return f"{target.partition('://')[0]}://…"


def _chat(target: str) -> str:
    return f"telegram …@{split_settings(target)[0].partition('@')[2]}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is so of all targets of a channel."""

    show: Callable[[str], str] = _host
    operator_only: bool = False


_KINDS: Mapping[str, _Kind] = {
    "email": _Kind(str),
    "maildir": _Kind(str, operator_only=True),
    "webhook": _Kind(),
    "slack": _Kind(),
    "teams": _Kind(),
    "discord": _Kind(),
    "mattermost": _Kind(),
    "feishu": _Kind(),
    "dingtalk": _Kind(),
    "wecom": _Kind(),
    "telegram": _Kind(_chat),
    "apprise": _Kind(_scheme, operator_only=True),
    "feed": _Kind(str),
}
_SIGNED = frozenset({"secret"})
_SCHEMES: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "mailto": _mail,
    "http": _webhook,
    "https": _webhook,
    "slack": _hook("slack"),
    "teams": _hook("teams"),
    "discord": _hook("discord"),
    "mattermost": _hook("mattermost"),
    "feishu": _hook("feishu", settings=_SIGNED),
    "lark": _hook("feishu", settings=_SIGNED),
    "dingtalk": _hook("dingtalk", "access_token", _SIGNED),
    "wecom": _hook("wecom", "key"),
    "telegram": _telegram,
    "apprise": _apprise,
    "local": _mailbox,
    "feed": _feed,
}
