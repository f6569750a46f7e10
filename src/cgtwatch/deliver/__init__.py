"""The door out: a composed `Message` is frozen into bytes once, and one attempt to hand those over comes back as a `SendOutcome`.

A channel never tries again by itself (`retry` says when to), never raises for the receiver's trouble, and knows neither the store
nor what the message says.
"""

from collections.abc import Mapping

from cgtwatch.model.subscription import Promise

CHANNELS: Mapping[str, str] = {
    "email": "cgtwatch.deliver.email:Email",
    "maildir": "cgtwatch.deliver.maildir:LocalMailbox",
    "webhook": "cgtwatch.deliver.webhook:Webhook",
    "slack": "cgtwatch.deliver.slack:Slack",
    "teams": "cgtwatch.deliver.teams:Teams",
    "discord": "cgtwatch.deliver.discord:Discord",
    "mattermost": "cgtwatch.deliver.mattermost:Mattermost",
    "telegram": "cgtwatch.deliver.telegram:Telegram",
    "feishu": "cgtwatch.deliver.feishu:Feishu",
    "dingtalk": "cgtwatch.deliver.dingtalk:DingTalk",
    "wecom": "cgtwatch.deliver.wecom:WeCom",
    "apprise": "cgtwatch.deliver.apprise:Others",
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
