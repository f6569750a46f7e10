"""Unsubscribing by the link in a message: a POST acts at once (RFC 8058), a GET asks first, so that no link scanner ends anything."""

import logging
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from cgtwatch.app import App
from cgtwatch.deliver.tokens import member, read
from cgtwatch.errors import CgtwatchError, NotFound

Perform = Callable[[str, Mapping[str, Any]], Iterator[dict[str, Any]]]

PURPOSE = "unsubscribe"
_LONGEST_TOKEN = 400
_log = logging.getLogger(__name__)


class Left(StrEnum):
    """How an unsubscription ended."""

    DONE = "done"
    BEFORE = "before"  # it had ended already: for whoever asks the wish is fulfilled
    LATER = "later"  # nothing can be stored now


def member_of(app: App, token: str) -> str | None:
    """Whom `token` was signed for; None where it is forged or damaged."""
    return read(app.secret_key, PURPOSE, token, app.clock()) if len(token) <= _LONGEST_TOKEN else None


def name_of(app: App, who: str) -> str | None:
    """The name of that very subscription; None where it has ended, also when a namesake was made since."""
    return next((one.name for one in app.store.subscriptions() if member(one) == who), None)


def leave(perform: Perform | None, name: str) -> Left:
    """End the subscription; what is queued for it is cancelled with it. Twice is as good as once."""
    if perform is None:
        return Left.LATER
    try:
        list(perform("subscriptions.remove", {"name": name}))
    except NotFound:
        return Left.BEFORE
    except CgtwatchError as error:
        _log.warning("unsubscription could not be stored: %s", error)
        return Left.LATER
    _log.info("unsubscribed by link subscription=%s", name)
    return Left.DONE
