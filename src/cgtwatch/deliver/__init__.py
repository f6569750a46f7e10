"""The door out: a composed `Message` is frozen into bytes once, and one attempt to hand those over comes back as a `SendOutcome`.

A channel never tries again by itself (`retry` says when to), never raises for the receiver's trouble, and knows neither the store
nor what the message says.
"""

from collections.abc import Mapping

from cgtwatch.model.subscription import Promise

CHANNELS: Mapping[str, str] = {
    "email": "cgtwatch.deliver.mail.email:Email",
    "maildir": "cgtwatch.deliver.mail.maildir:LocalMailbox",
    "webhook": "cgtwatch.deliver.webhook:Webhook",
    "slack": "cgtwatch.deliver.rooms.slack:Slack",
    "teams": "cgtwatch.deliver.rooms.teams:Teams",
    "discord": "cgtwatch.deliver.rooms.discord:Discord",
    "mattermost": "cgtwatch.deliver.rooms.mattermost:Mattermost",
    "telegram": "cgtwatch.deliver.rooms.telegram:Telegram",
    "feishu": "cgtwatch.deliver.rooms.feishu:Feishu",
    "dingtalk": "cgtwatch.deliver.rooms.dingtalk:DingTalk",
    "wecom": "cgtwatch.deliver.rooms.wecom:WeCom",
    "apprise": "cgtwatch.deliver.rooms.apprise:Others",
    "feed": "cgtwatch.deliver.feed:Feed",
}

# Chat rooms have no ids by which a receiver could tell a repeat.
DEFAULT_PROMISE: Mapping[str, Promise] = {
    "email": Promise.AT_LEAST_ONCE,
    "maildir": Promise.AT_LEAST_ONCE,
    "webhook": Promise.AT_LEAST_ONCE,
    "slack": Promise.NEVER_TWICE,
    "teams": Promise.NEVER_TWICE,
    "discord": Promise.NEVER_TWICE,
    "mattermost": Promise.NEVER_TWICE,
    "telegram": Promise.NEVER_TWICE,
    "feishu": Promise.NEVER_TWICE,
    "dingtalk": Promise.NEVER_TWICE,
    "wecom": Promise.NEVER_TWICE,
    "apprise": Promise.NEVER_TWICE,
    "feed": Promise.AT_LEAST_ONCE,
}
