"""Where `--to` leads."""

import pytest

from cgtwatch.select import operator_only, parse_target, shown_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("mailto:li.wei+cgt@example.org", ("email", "li.wei+cgt@example.org")),
        ("mailto:reader@Bücher.example", ("email", "reader@xn--bcher-kva.example")),
        ("mailto:reader@localhost", ("email", "reader@localhost")),
        ("https://hooks.example/a?b=c", ("webhook", "https://hooks.example/a?b=c")),
        ("http://127.0.0.1:8080/hook", ("webhook", "http://127.0.0.1:8080/hook")),
        ("slack:https://hooks.slack.example/services/T/B/x", ("slack", "https://hooks.slack.example/services/T/B/x")),
        ("local:", ("maildir", "local:")),
    ],
)
def test_a_target_is_read(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reader@example.org",
        "mailto:",
        "mailto:a@b@c.example",
        "mailto:a@b,c@d.example",
        "mailto:a%0d%0abcc:x@y.example",
        "mailto:Li <a@b.example>",
        "ftp://x.example/",
        "https://",
        "https://u:p@x.example/",
        "https://x.example\\@y.example/",
        "https://x.example/\n",
        "https://x.example:port/",
        "slack:hooks",
        "slack:javascript:alert(1)",
        "local:/tmp",
        "javascript:alert(1)",
        "mailto:李@example.org",
        "mailto:a@[::1",
    ],
)
def test_what_is_no_target_is_refused_with_the_mend(text):
    if text.endswith("\n"):
        text = text[:-1] + "a\nb"
    with pytest.raises(ValueError, match=r"write|leave"):
        parse_target(text)


def test_a_refusal_does_not_repeat_the_secret_part_of_a_hook():
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is what is looked at
        parse_target("slak:https://hooks.slack.example/services/T0/B0/sEcReT")
    assert "sEcReT" not in str(refused.value)


TOKEN = "123456789:AAHsecret-token_0123456789"
ROOM_TARGETS = [
    ("teams:https://x.logic.example/workflows/sEcReT?sig=sEcReT", "teams", "https://x.logic.example/…"),
    ("discord:https://discord.com/api/webhooks/1/sEcReT", "discord", "https://discord.com/…"),
    ("mattermost:https://chat.example:8065/hooks/sEcReT", "mattermost", "https://chat.example:8065/…"),
    ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT#secret=sEcReT", "feishu", "https://open.feishu.cn/…"),
    ("lark:https://open.larksuite.com/open-apis/bot/v2/hook/sEcReT#secret=env:LARK", "feishu", "https://open.larksuite.com/…"),
    (
        "dingtalk:https://oapi.dingtalk.com/robot/send?access_token=sEcReT#secret=SECsEcReT",
        "dingtalk",
        "https://oapi.dingtalk.com/…",
    ),
    ("wecom:https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=sEcReT", "wecom", "https://qyapi.weixin.qq.com/…"),
    ("slack:https://hooks.slack.com/services/T0/B0/sEcReT", "slack", "https://hooks.slack.com/…"),
    ("https://user.example?sEcReT", "webhook", "https://user.example/…"),
    (f"telegram:{TOKEN.replace('secret', 'sEcReT')}@-1001234", "telegram", "telegram …@-1001234"),
    (
        f"telegram:{TOKEN.replace('secret', 'sEcReT')}@channel_name#api=http://127.0.0.1:8081",
        "telegram",
        "telegram …@@channel_name",
    ),
    ("apprise:ntfy://user:sEcReT@ntfy.example/topic", "apprise", "ntfy://…"),
]


@pytest.mark.parametrize(("text", "channel", "shown"), ROOM_TARGETS)
def test_a_rooms_target_is_read_and_shown_without_its_secrets(text, channel, shown):
    read, target = parse_target(text)
    assert (read, shown_target(read, target)) == (channel, shown)
    assert "sEcReT" not in shown
    assert parse_target(f"{text.partition(':')[0]}:{target}" if channel != "webhook" else target) == (read, target)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("https://hooks.slack.com/services/T/B/sEcReT", "slack:https://hooks.slack.com/"),
        ("https://oapi.dingtalk.com/robot/send?access_token=sEcReT", "dingtalk:https://oapi.dingtalk.com/"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT", "feishu:https://open.feishu.cn/"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/sEcReT", "lark:https://open.larksuite.com/"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=sEcReT", "wecom:https://qyapi.weixin.qq.com/"),
        ("https://discord.com/api/webhooks/1/sEcReT", "discord:https://discord.com/"),
        ("https://tenant.webhook.office.com/webhookb2/sEcReT", "teams:https://tenant.webhook.office.com/"),
        ("slack:https://discord.com/api/webhooks/1/sEcReT", "discord:https://discord.com/"),
        ("dingtalk:https://oapi.dingtalk.com/robot/send", "access_token"),
        ("wecom:https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "key="),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT#geheim=x", "known: secret"),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT#secret=", "VALUE"),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT#secret=env:a b", "write"),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/sEcReT#secret=env:1x", "env:NAME"),
        ("wecom:https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=sEcReT#secret=x", "nothing may stand there"),
        ("teams:https://x.example/sEcReT#", "leave it out"),
        ("telegram:sEcReT@-100", "BotFather"),
        (f"telegram:{TOKEN}", "BotFather"),
        (f"telegram:{TOKEN}@-100#api=ftp://x", "http"),
        (f"telegram:{TOKEN}@-100#topic=x", "topic"),
        ("apprise:sEcReT", "apprise:ntfy"),
        ("discord:sEcReT", "http"),
    ],
)
def test_a_likely_mistake_with_a_room_is_refused_with_the_mend_and_without_the_secret(text, mend):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is what is looked at
        parse_target(text)
    assert mend in str(refused.value)
    assert "sEcReT" not in str(refused.value)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("mailto:a@b.example", False),
        ("https://hooks.example/x", False),
        ("discord:https://discord.com/api/webhooks/1/x", False),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/x#secret=y", False),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/x#secret=env:SMTP_PASSWORD", True),
        ("feishu:https://open.feishu.cn/open-apis/bot/v2/hook/x#secret=%65nv:SMTP_PASSWORD", True),
        ("telegram:env:BOT@-100#api=https://evil.example", True),
        ("apprise:ntfy://topic", True),
        ("local:", True),
    ],
)
def test_what_reaches_past_the_guard_or_into_the_environment_is_the_operators_alone(text, only):
    assert operator_only(*parse_target(text)) is only


def test_a_channel_from_elsewhere_is_the_operators_and_shows_its_host_alone():
    assert operator_only("my.pkg:Mine", "https://x.example/s")
    assert shown_target("my.pkg:Mine", "https://u:p@x.example/s?k#f") == "https://x.example/…"
    assert shown_target("my.pkg:Mine", "sEcReT") == "…"
