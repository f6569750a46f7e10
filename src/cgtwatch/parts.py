"""Where each part that the app puts together comes from, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from cgtwatch import registry

# A command pays only for the parts it uses: each is imported when it is first asked for.
PARTS: Mapping[str, str] = {
    "store": "cgtwatch.store:open_store",
    "load_sources": "cgtwatch.config.sources:load_sources",
    "load_rules": "cgtwatch.config.own_rules:load_rules",
    "rules_file": "cgtwatch.config.own_rules:RulesFile",
    "word_check": "cgtwatch.config.ledger:WordCheck",
    "word_problem": "cgtwatch.understand.own:word_problem",
    "too_common": "cgtwatch.understand.own:too_common",
    "shipped_words": "cgtwatch.understand.own:shipped_words",
    "vocabulary": "cgtwatch.config.sources:Vocabulary",
    "check_selector": "cgtwatch.parse.select:check",
    "check_jmespath": "cgtwatch.parse.records:check",
    "inbox_source": "cgtwatch.config.inbox:inbox_source",
    "kept_key": "cgtwatch.config.kept:kept_key",
    "acquire_parts": "cgtwatch.acquire.parts:AcquireParts",
    "acquirers": "cgtwatch.acquire:ACQUIRERS",
    "parsers": "cgtwatch.parse:PARSERS",
    "channels": "cgtwatch.deliver:CHANNELS",
    "channel_parts": "cgtwatch.deliver.channel:ChannelParts",
    "rules": "cgtwatch.understand.own:load_with",
    "read": "cgtwatch.understand.read:read",
    "issuer_ids": "cgtwatch.understand.rules:issuer_ids",
    "issuer_names": "cgtwatch.understand.rules:issuer_names",
    "net": "cgtwatch.net.session:Net",
    "net_policy": "cgtwatch.net.session:NetPolicy",
    "pacing": "cgtwatch.acquire.pacing:Pacing",
    "pacing_shared": "cgtwatch.acquire.pacing:Shared",
    "archive": "cgtwatch.acquire.archive:Archive",
    "parser": "cgtwatch.parse.service:ParseService",
    "poll": "cgtwatch.pipeline.poll:PollParts",
    "digest": "cgtwatch.pipeline.digest:DigestParts",
    "send": "cgtwatch.pipeline.send:SendParts",
    "lease": "cgtwatch.pipeline.send:LEASE",
    "learn": "cgtwatch.pipeline.push:learn",
    "push": "cgtwatch.pipeline.push:PushParts",
    "notices": "cgtwatch.pipeline.notices:NoticeParts",
    "endpoint": "cgtwatch.pipeline.translating:Endpoint",
    "translate": "cgtwatch.pipeline.translating:TranslateParts",
    "lookup": "cgtwatch.pipeline.translating:lookup",
    "names": "cgtwatch.understand.named:Names",
    "templates": "cgtwatch.compose.templates_of:templates_of",
    "contexts": "cgtwatch.pipeline.contexts:Contexts",
    "view_page": "cgtwatch.deliver.tokens:view_page",
    "context": "cgtwatch.compose.messages:DigestContext",
    "alarm_target": "cgtwatch.select:alarm_target",
    "plan": "cgtwatch.diff.adapt:plan",
    "plan_history": "cgtwatch.diff.adapt:HISTORY",
    "habits": "cgtwatch.diff.habit:habits",
    "habits_memory": "cgtwatch.diff.habit:MEMORY",
    "nations": "cgtwatch.diff.nations:nations",
}


def part(name: str) -> Any:  # noqa: ANN401 - whoever asks says what it is
    """The part of that name, imported when it is first asked for."""
    return registry.load(PARTS, name, what="part")


def later(name: str) -> Callable[..., Any]:
    """The part of that name, imported when it is first called."""

    def call(*args: Any) -> Any:  # noqa: ANN401 - see `part`
        return part(name)(*args)

    return call
