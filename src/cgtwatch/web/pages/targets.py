"""Where a subscription may go, as an operator says it on a form: a way, and the address that goes with it."""

from collections.abc import Mapping

from cgtwatch.compose.words import Words

# The way as it is chosen → what stands before the address, as `--to` reads it.
SCHEMES: Mapping[str, str] = {
    "email": "mailto:", "maildir": "local:", "webhook": "", "slack": "slack:", "teams": "teams:", "discord": "discord:",
    "mattermost": "mattermost:", "feishu": "feishu:", "dingtalk": "dingtalk:", "wecom": "wecom:", "telegram": "telegram:",
    "apprise": "apprise:", "feed": "feed:",
}  # fmt: skip
BARE = frozenset({"maildir", "feed"})  # they have no address of their own
EXAMPLES: Mapping[str, str] = {
    "email": "mei@example.org", "webhook": "https://example.org/hook", "slack": "https://hooks.slack.com/services/…",
    "teams": "https://….webhook.office.com/…", "discord": "https://discord.com/api/webhooks/…", "mattermost": "https://chat.example.org/hooks/…",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/…", "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=…#secret=SEC…",
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…", "telegram": "TOKEN@-100123456", "apprise": "ntfy://TOPIC",
}  # fmt: skip


def target_of(channel: str, address: str) -> str | None:
    """What `--to` would say; None where nothing was said. An address that has its scheme already is left as it is."""
    if channel in BARE:
        return SCHEMES[channel]
    if not address:
        return None
    scheme = SCHEMES.get(channel, "")
    return address if scheme and address.lower().startswith(scheme) else f"{scheme}{address}"


def ways(said: Words) -> list[tuple[str, str]]:
    """The ways to choose from, and what each is called."""
    return [(name, said.name("channels", name)) for name in SCHEMES]
