"""Making, changing and trying subscriptions, as commands ask for it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cgtwatch.compose.messages import welcome
from cgtwatch.config.suggest import did_you_mean
from cgtwatch.deliver import DEFAULT_PROMISE
from cgtwatch.deliver.webhook import secret_for
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Filter, Promise, Status, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.pipeline.digest import queued
from cgtwatch.select import next_due, parse_cadence, parse_target, show_cadence

Word = TypeVar("Word", bound=StrEnum)
LANGUAGES = ("zh", "en")
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def shown(subscription: Subscription) -> Row:
    """A subscription as `subscriptions list --json` prints it; a hook's address is a password, so only its host is told."""
    return {
        "name": subscription.name, "channel": subscription.channel, "to": _masked(subscription), "cadence": show_cadence(subscription.cadence),
        "tz": subscription.timezone, "lang": subscription.language, "status": subscription.status.value, "promise": subscription.promise.value,
        "filter": _filter_record(subscription.filter), "sent_upto": subscription.sent_upto,
        "created_at": subscription.created_at.isoformat() if subscription.created_at else None,
        "next_due": subscription.next_due.isoformat() if subscription.next_due else None, "note": subscription.note,
    }  # fmt: skip


def _masked(subscription: Subscription) -> str:
    if subscription.channel in {"slack", "webhook"}:
        scheme, _, rest = subscription.target.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}/…"
    return subscription.target


def _filter_record(wanted: Filter) -> Row:
    record = {
        "topic": [str(one) for one in wanted.topics], "jurisdiction": list(wanted.jurisdictions), "level": [str(one) for one in wanted.levels],
        "issuer": list(wanted.issuers), "doc_type": [str(one) for one in wanted.doc_types], "stage": [str(one) for one in wanted.stages],
        "importance": str(wanted.importance) if wanted.importance else None, "query": wanted.query,
    }  # fmt: skip
    return {name: value for name, value in record.items() if value}


def add(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `to`, filter parts as lists, `cadence`, `tz`, `lang`, `since` (ISO), `promise`."""
    app = engine.app
    asked = _asked(args, frozenset(app.rules.issuers), tuple(app.topic_names()))
    now = app.clock()
    mark = app.store.seq_before(datetime.fromisoformat(args["since"])) if args.get("since") else app.store.last_seq()
    due = next_due(asked.cadence, asked.timezone, now)
    made = app.store.add_subscription(replace(asked, sent_upto=mark, next_due=due), now)
    row = shown(made)
    if made.channel == "webhook":  # told once, to whoever subscribes; it can be derived again from the key
        row["secret"] = secret_for(app.secret_key, made.name)
    yield row


def _asked(args: Args, issuers: frozenset[str], topics: tuple[str, ...]) -> Subscription:
    problems: list[str] = []
    channel, target = _read(parse_target, args["to"], "--to", problems) or ("", "")
    cadence = _read(parse_cadence, args.get("cadence") or "daily@08:00", "--cadence", problems)
    zone = args.get("tz") or "Asia/Shanghai"
    _read(_zone, zone, "--tz", problems)
    lang = args.get("lang") or "zh"
    if lang not in LANGUAGES:
        problems.append(f"--lang {lang!r} is not spoken; write zh or en")
    if not args["name"] or not set(args["name"]) <= NAME_CHARACTERS or len(args["name"]) > 64:
        problems.append(f"NAME {args['name']!r}: use letters, digits, '-', '_' and '.', at most 64")
    chosen = replace(_filter(args, issuers, problems), topics=_topics(args.get("topic"), topics, problems))
    promise = _words(Promise, [args["promise"]], "--promise", problems) if args.get("promise") else ()
    if problems or cadence is None:
        raise ConfigError(problems)
    kept = promise[0] if promise else DEFAULT_PROMISE.get(channel, Promise.AT_LEAST_ONCE)
    return Subscription(args["name"], channel, target, cadence, chosen, zone, lang, promise=kept)


def _filter(args: Args, issuers: frozenset[str], problems: list[str]) -> Filter:
    strange = [one for one in args.get("issuer") or () if one not in issuers and not one.startswith("other:")]
    mend = "write an id of the register, such as nmpa or fda, or other:NAME"
    problems += [f"--issuer {one!r} is not in the register{did_you_mean(one, issuers)}; {mend}" for one in strange]
    importance = _words(Importance, [args["importance"]], "--importance", problems) if args.get("importance") else ()
    return Filter(
        jurisdictions=tuple(one.upper() for one in args.get("jurisdiction") or ()),
        levels=_words(Level, args.get("level"), "--level", problems),
        issuers=tuple(args.get("issuer") or ()),
        doc_types=_words(DocType, args.get("doc_type"), "--doc-type", problems),
        stages=_words(Stage, args.get("stage"), "--stage", problems),
        importance=importance[0] if importance else None,
        query=args.get("query") or "",
    )


def _topics(given: Iterable[str] | None, own: tuple[str, ...], problems: list[str]) -> tuple[str, ...]:
    """Kinds of therapy, and topics of the user's own rules."""
    known: dict[str, str] = {**{kind.value: kind for kind in Modality}, **{name: name for name in own}}
    strange = [one for one in given or () if one not in known]
    problems += [f"--topic {one!r} is not known{did_you_mean(one, known)}; known: {', '.join(known)}" for one in strange]
    return tuple(known[one] for one in given or () if one in known)


def _words(kind: type[Word], given: Iterable[str] | None, option: str, problems: list[str]) -> tuple[Word, ...]:
    known = {word.value: word for word in kind}
    problems += [f"{option} {one!r} is not known; known: {', '.join(known)}" for one in given or () if one not in known]
    return tuple(known[one] for one in given or () if one in known)


def _read(reader: Callable[[str], Any], text: str, option: str, problems: list[str]) -> Any:  # noqa: ANN401 - whatever the reader makes
    try:
        return reader(text)
    except ValueError as error:
        problems.append(f"{option}: {error}")
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one such as Asia/Shanghai or Europe/London") from error


def pause(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`."""
    yield _changed(engine, args["name"], {"status": Status.PAUSED})


def resume(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. The next digest comes at its next hour."""
    one = engine.app.store.subscription(args["name"])
    due = next_due(one.cadence, one.timezone, engine.app.clock())
    yield _changed(engine, one.name, {"status": Status.ACTIVE, "next_due": due})


def _changed(engine: Engine, name: str, changes: Row) -> Row:
    return shown(engine.app.store.update_subscription(name, note="", **changes))


def remove(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`."""
    engine.app.store.subscription(args["name"])
    engine.app.store.remove_subscription(args["name"], engine.app.clock())
    yield {"name": args["name"], "removed": True}


def test(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. Send a welcome to the subscription's target now, through the ledger, and say what came of it."""
    app = engine.app
    one, now = app.store.subscription(args["name"]), app.clock()
    parts = app.digest_parts
    message = welcome(one, parts.context(one, {}, now), now)
    key = "msg_" + hashlib.sha256(f"test {one.name} {now.isoformat()}".encode()).hexdigest()[:32]
    deliveries = queued(one, message, key, parts.channel(one.channel).freeze(message, one, key), now)
    app.store.queue_deliveries(deliveries)
    keys = {delivery.key for delivery in deliveries}
    made = [row for row in engine.sends.all() if row.delivery in keys]
    for row in made:
        yield {"delivery": row.delivery, "state": row.state.value, "answer": row.answer}
    if not made:
        yield {
            "delivery": key,
            "state": "queued",
            "answer": "waits behind earlier messages to this target; see `cgtwatch deliveries list`",
        }
