"""The hundred other services, by the library Apprise: plain text, split to what the service takes.

Apprise makes its own connections: what our HTTP session guards (private addresses, redirects, deadline, certificates) is not
guarded here, so only the operator may name such a target (`select.operator_only`). Each post is handed over in a child process
that is killed when it is late.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec

from cgtwatch import registry
from cgtwatch.deliver.channel import ChannelParts, masked
from cgtwatch.deliver.rooms.answers import json_object
from cgtwatch.deliver.rooms.dealing import Page, payloads, posts
from cgtwatch.deliver.rooms.fitting import each_of, fitted, link_target, look_alike
from cgtwatch.deliver.rooms.notice import Item, notice_of
from cgtwatch.deliver.tokens import digest_page
from cgtwatch.deliver.wording import say
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription

_REST = timedelta(seconds=1.1)  # the services are as different as they are many
_DEADLINE = 30.0  # seconds, the child's start among them
_ROOMY = 3400  # characters from which on every part of an item has its full length
_TIGHT = 700  # below it there is room for little but the title
_TITLE, _FACT, _LINK, _HEADING, _FOOT = 400, 160, 600, 100, 300
_STATUS = re.compile(r"error=(\d{3})")
_LATER = {408, 425, 429}
_CHILD: Mapping[str, str] = {"limits": "cgtwatch.deliver.rooms.apprise_child:limits"}
_LONGEST_TITLE = 250


class Others:
    """Text for any service that Apprise knows."""

    def __init__(self, parts: ChannelParts) -> None:
        if find_spec("apprise") is None:
            raise ConfigError(["apprise: targets need the package apprise; install cgtwatch with the extra `apprise`"])
        self._public_url, self._secret_key = parts.public_url, parts.secret_key
        self._ca_file = parts.ca_file

    @property
    def _environment(self) -> dict[str, str]:
        """Nothing of ours reaches the child: no secrets, no proxies, only where the code and the trusted certificates stand."""
        trusted = {"REQUESTS_CA_BUNDLE": self._ca_file, "SSL_CERT_FILE": self._ca_file} if self._ca_file else {}
        return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1", **trusted}

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The posts (`title` and `body`) as JSON. Raises `ConfigError` where Apprise does not understand the target."""
        limits = registry.load(_CHILD, "limits", what="child")(subscription.target)
        if limits is None:
            raise ConfigError(
                [f"subscription {subscription.name}: Apprise does not understand its target; see Apprise's list of services"]
            )
        title = limits.title or _LONGEST_TITLE
        # A service without a title has it before the body; one that takes HTML is told `&` in five characters.
        most = max(limits.body - (0 if limits.title else title + 10), limits.body // 2) * 9 // 10
        notice = notice_of(message, digest_page(self._public_url, self._secret_key, key), subscription.options.most)
        made = posts(notice, partial(_entry, most), partial(_post, title, most), lambda post: len(post["body"]) <= most)
        return payloads(made)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """One post, in a child."""
        return replace(self._handed(target, payload), rest=_REST)

    def _handed(self, target: str, payload: Payload) -> SendOutcome:
        asked = json.dumps({"url": target, **json.loads(payload.body)})
        command = [sys.executable, "-s", "-P", "-m", "cgtwatch.deliver.rooms.apprise_child"]
        try:
            ended = subprocess.run(  # noqa: S603 - our own module
                command, input=asked.encode(), capture_output=True, timeout=_DEADLINE, check=False, env=self._environment
            )
        except subprocess.TimeoutExpired:
            return SendOutcome(SendResult.UNKNOWN, f"no answer within {_DEADLINE:.0f} s, perhaps taken")
        except OSError as error:
            return SendOutcome(SendResult.RETRY, f"no child process could be started: {error.strerror}")
        said = json_object(ended.stdout)
        if "taken" not in said:
            return SendOutcome(SendResult.UNKNOWN, f"the child ended with {ended.returncode} and said nothing")
        word = _discreet(str(said.get("log", "")), target)
        if said["taken"]:
            return SendOutcome(SendResult.SENT, word or "taken")
        return SendOutcome(SendResult.RETRY, word) if said.get("unreached") else _refused(word)


def _refused(word: str) -> SendOutcome:
    """What Apprise's word means: it tells the status of an HTTP refusal, and of a broken connection only that it broke."""
    found = _STATUS.search(word)
    if found is None:
        return SendOutcome(SendResult.UNKNOWN if "onnection" in word else SendResult.RETRY, word or "not taken")
    status = int(found[1])
    if status == 410:
        return SendOutcome(SendResult.GONE, word)
    final = 400 <= status <= 499 and status not in _LATER
    return SendOutcome(SendResult.PERMANENT if final else SendResult.RETRY, word)


def _discreet(log: str, target: str) -> str:
    """Apprise's log without any part of the target: it names hosts, topics and sometimes tokens."""
    for part in sorted({part for part in re.split(r"[/:@?&=#]+", target) if len(part) > 3}, key=len, reverse=True):
        log = log.replace(part, "…")
    return masked(log)


def _shown(text: str, most: int) -> str:
    return fitted(text, most, look_alike)


def _share(full: int, most: int) -> int:
    return full * min(most, _ROOMY) // _ROOMY


def _entry(most: int, item: Item) -> str:
    """The link stands alone on its line, where clients make one of it."""
    if most < _TIGHT:
        rest = [_shown(item.deadline, most // 6), link_target(item.link, most // 3)]
        return "\n".join(filter(None, [_shown(item.title, most // 3), *rest]))
    facts = [_shown(line, each_of(item.lines, _share(_FACT, most))) for line in item.lines]
    rest = [_shown(item.deadline, _share(_FACT, most)), link_target(item.link, _share(_LINK, most))]
    return "\n".join(filter(None, [_shown(item.title, _share(_TITLE, most)), *facts, *rest]))


def _post(title: int, most: int, page: Page[str]) -> dict[str, str]:
    head = _shown(page.notice.subject, max(title - len(page.part), 1)) + page.part
    return {"title": head, "body": "\n\n".join(_paragraphs(most, page))}


def _paragraphs(most: int, page: Page[str]) -> Iterator[str]:
    tight = most < _TIGHT
    if page.lead:
        yield _shown(page.lead, most // 3 if tight else _share(_FOOT, most))
    for heading, drawn in page.sections():
        if heading and not tight:
            yield f"— {_shown(heading, _share(_HEADING, most))} —"
        yield from (one.body for one in drawn)
    if page.left_out:
        yield page.left_out
    whole = "" if tight else link_target(page.whole, _share(_LINK, most))
    if whole:
        yield f"{say(page.notice.language, 'whole')}: {whole}"
    if page.why and not tight:
        yield _shown(page.why, _share(_FOOT, most))
