"""What the words of a query ask of the index: SQLite finds phrases in its own, PostgreSQL the tokens in one and the phrase in the row.

See docs/decisions/0010 and 0011.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from cgtwatch.store.portable import place_of
from cgtwatch.text.bigrams import BORDER, Asked, Phrase, asked, expression

_ROOM = 900_000  # bytes of different tokens of one entry
_LONGEST_CHARACTER = 4  # bytes
LEXEME = 600  # characters of a token by which it is looked up: in every script less than the 2 KB that an index takes
_FTS5 = table("event_words", column("rowid", BigInteger), column("event_words", String))
_KEPT = table("event_words", column("id", BigInteger), column("words", String))
_TOKENS: ColumnElement[Any] = literal_column("tokens_of(event_words.words)")  # as the index has it


# --- asking


def joined(
    db: Connection, statement: Select[Any], number: ColumnElement[int], query: str
) -> tuple[Select[Any], ColumnElement[int]]:
    """`statement` narrowed to the entries (whose number is `number`) that hold the words of a query, and their number itself: the
    one that an index hands out in its order. Both as they were where there are no words.
    """
    meant = asked(query)
    if meant is None:
        return statement, number
    if _on_server(db):
        return statement.join(_KEPT, _KEPT.c.id == number).where(_held(meant)), _KEPT.c.id
    matched = _FTS5.c.event_words.op("MATCH")(expression(query))
    return statement.join(_FTS5, _FTS5.c.rowid == number).where(matched), _FTS5.c.rowid


def entries_holding(db: Connection, query: str) -> Select[tuple[int]] | None:
    """The numbers of the entries that hold the words of a query; None where there are none."""
    meant = asked(query)
    if meant is None:
        return None
    if _on_server(db):
        return select(_KEPT.c.id).where(_held(meant))
    return select(_FTS5.c.rowid).where(_FTS5.c.event_words.op("MATCH")(expression(query)))


def later_holding(db: Connection, query: str, after: int) -> list[int]:
    """The same of entries after that one, in no order; none where there are no words."""
    wanted = entries_holding(db, query)
    if wanted is None:
        return []
    # In one value, not row by row: a hundred thousand rows take the driver four times as long.
    number, gathered = (_KEPT.c.id, func.array_agg) if _on_server(db) else (_FTS5.c.rowid, func.json_group_array)
    found = db.execute(wanted.where(number > after).with_only_columns(gathered(number))).scalar()
    return json.loads(found) if isinstance(found, str) else list(found or ())


# --- keeping


def keep_words(db: Connection, words: Mapping[int, str]) -> None:
    """Take the words of new entries (see `bigrams.indexed`) into the index."""
    if words:
        kept = [{"number": number, "words": _bounded(said) if _on_server(db) else said} for number, said in words.items()]
        db.execute(_KEEP_THERE if _on_server(db) else _KEEP_HERE, kept)


def forget_all_words(db: Connection) -> None:
    """Empty the index."""
    db.execute(
        text("DELETE FROM event_words" if _on_server(db) else "INSERT INTO event_words (event_words) VALUES ('delete-all')")
    )


def count_words(db: Connection) -> int:
    """How many entries the index itself holds."""
    if _on_server(db):
        return int(db.execute(select(func.count()).select_from(_KEPT)).scalar_one())
    return int(
        db.execute(select(func.count()).select_from(_FTS5).where(_FTS5.c.event_words.op("MATCH")(f'"{BORDER}"'))).scalar_one()
    )


_KEEP_HERE = text("INSERT INTO event_words (rowid, words) VALUES (:number, :words)")
_KEEP_THERE = text("INSERT INTO event_words (id, words) VALUES (:number, :words)")


# --- on a server


def _on_server(db: Connection) -> bool:
    return db.dialect.name == "postgresql"


def _held(meant: Asked) -> ColumnElement[bool]:
    """The tokens of what is wanted by the index; phrases of several, and what is not wanted, in the words of the row."""
    if meant.nothing:
        return false()
    wanted = " & ".join(f"({' | '.join(map(_looked_up, group))})" for group in meant.wanted)
    indexed = [_TOKENS.op("@@")(cast(literal(wanted), TSQUERY))] if wanted else []
    exact = [or_(*map(_stands, group)) for group in meant.wanted if any(len(one.tokens) > 1 for one in group)]
    for absent, present in meant.unwanted:
        exact.append(not_(and_(*map(_stands, absent), *(not_(_stands(one)) for one in present))))
    return and_(*indexed, *exact)


def _looked_up(phrase: Phrase) -> str:
    """What the index is asked of a phrase. Tokens are letters and digits: there is nothing to escape."""
    last = len(phrase.tokens) - 1
    asked_of = (f"'{token[:LEXEME]}'{':*' if phrase.open and at == last else ''}" for at, token in enumerate(phrase.tokens))
    return f"({' & '.join(dict.fromkeys(asked_of))})"


def _stands(phrase: Phrase) -> ColumnElement[bool]:
    """Whether its tokens stand in the row one after the other."""
    said = " ".join(token[:LEXEME] for token in phrase.tokens)
    return place_of(_KEPT.c.words, literal(f" {said}" if phrase.open else f" {said} ")) > 0


def _bounded(words: str) -> str:
    """As much of the words as the index takes: of a token some hundred characters, of all different ones less than a megabyte.

    A blank on either side, so that a phrase is looked for with its borders.
    """
    tokens = [token[:LEXEME] for token in words.split(" ")]
    if len(words) < _ROOM // _LONGEST_CHARACTER:
        return f" {' '.join(tokens)} "
    seen, room = set[str](), _ROOM
    for at, token in enumerate(tokens):
        if token not in seen:
            seen.add(token)
            room -= len(token.encode())
            if room < 0:
                return f" {' '.join(tokens[:at])} "
    return f" {' '.join(tokens)} "
