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
}

# Chat rooms have no ids by which a receiver could tell a repeat.
DEFAULT_PROMISE: Mapping[str, Promise] = {
    "email": Promise.AT_LEAST_ONCE,
    "maildir": Promise.AT_LEAST_ONCE,
    "webhook": Promise.AT_LEAST_ONCE,
    "slack": Promise.NEVER_TWICE,
}
