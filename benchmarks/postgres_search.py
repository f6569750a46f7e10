"""Ways to find words of two Chinese characters on PostgreSQL: what each finds, how soon, and what it takes of the disk.

The truth is what the index of SQLite finds. Some documents are long, as laws are: their positions are more than a `tsvector` keeps.
Times are of the second of three questions, on the clock; the server is Debian's, started here, its files in memory mostly.

    postgres_search.py [--events 20000] [--only WAY]
"""

import argparse
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from many_events import NOW, RARE, RARE_EN, item

from cgtwatch.store.schema import WORDS
from cgtwatch.text.bigrams import Asked, Phrase, asked, expression, indexed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from postgres import running

SEARCHES = (
    "细胞", "间充质干细胞", "溶瘤病毒 临床试验", RARE, "鼯", "therapy", "gene therapy potency", '"stem cell"', RARE_EN,
    "CAR-T", "细胞 -临床", "〔2024〕15号", "不存在之词",
)  # fmt: skip
LONG = 200  # one document of so many is long
Ask = Callable[[Asked, str], tuple[str, list[Any]]]
_LONGEST_LEXEME = 600  # characters; a `tsvector` takes 2 KB


def documents(count: int) -> Iterator[tuple[int, str, str]]:
    """Number, the tokens as the store keeps them, and the plain text."""
    drawn = random.Random(7)
    for n in range(count):
        made = item(n, NOW, drawn)
        event, revision = made.events[0], made.revision
        text = revision.text if revision else ""
        if n % LONG == 3:
            text = "".join(text + str(n * 31 + part) for part in range(60)) + RARE
        yield n + 1, indexed(event.title, event.summary, event.labels.document_number or "", text=text), f"{event.title} {text}"


def quoted(token: str, *, prefix: bool = False) -> str:
    return f"'{token[:_LONGEST_LEXEME]}'{':*' if prefix else ''}"


def of_phrases(meant: Asked, one: Callable[[Phrase], str]) -> str:
    """The whole question with `one` for each phrase, in the words that SQL and `tsquery` share but for their signs."""
    parts = ["(" + " | ".join(map(one, group)) + ")" for group in meant.wanted]
    for absent, present in meant.unwanted:
        but = " | ".join(map(one, present))
        both = "(" + " & ".join(map(one, absent)) + ")"
        parts.append(f"!({both} & !({but}))" if but else f"!{both}")
    return " & ".join(parts)


def positions(meant: Asked, _plain: str) -> tuple[str, list[Any]]:
    def phrase(one: Phrase) -> str:
        last = len(one.tokens) - 1
        return "(" + " <-> ".join(quoted(token, prefix=one.open and at == last) for at, token in enumerate(one.tokens)) + ")"

    return "SELECT id FROM positions WHERE vector @@ %s::tsquery", [of_phrases(meant, phrase)]


def rechecked(table: str, condition: str, spaced: str = "' ' || words || ' '") -> Ask:
    """The tokens by the index, the phrases of several tokens in the row."""

    def ask(meant: Asked, _plain: str) -> tuple[str, list[Any]]:
        phrases = [one for group in meant.wanted for one in group]
        long = [one for one in phrases if len(one.tokens) > 1]
        tokens = of_phrases(
            Asked(meant.wanted, meant.unwanted if not long else ()),
            lambda one: (
                "("
                + " & ".join(quoted(token, prefix=one.open and token is one.tokens[-1]) for token in dict.fromkeys(one.tokens))
                + ")"
            ),
        )
        also = "".join(f" AND strpos({spaced}, %s) > 0" for _ in long)
        return f"SELECT id FROM {table} WHERE {condition}{also}", [tokens, *(f" {' '.join(one.tokens)} " for one in long)]

    return ask


def arrays(meant: Asked, _plain: str) -> tuple[str, list[Any]]:
    conditions, values = [], []
    for group in meant.wanted:
        for one in group:
            if one.open:  # an array knows no beginnings
                conditions.append("EXISTS (SELECT FROM unnest(string_to_array(words, ' ')) token WHERE starts_with(token, %s))")
                values.append(one.tokens[-1])
            else:
                conditions.append("string_to_array(words, ' ') @> %s")
                values.append(list(dict.fromkeys(one.tokens)))
            if len(one.tokens) > 1:
                conditions.append("strpos(' ' || words || ' ', %s) > 0")
                values.append(f" {' '.join(one.tokens)} ")
    for absent, _ in meant.unwanted:
        conditions += ["NOT string_to_array(words, ' ') @> %s" for _ in absent]
        values += [list(one.tokens) for one in absent]
    return f"SELECT id FROM arrays WHERE {' AND '.join(conditions)}", values


def trigrams(_meant: Asked, plain: str) -> tuple[str, list[Any]]:
    words = [word.strip('"') for word in ([plain] if plain.startswith('"') else plain.split())]
    conditions = ["plain NOT ILIKE %s" if word.startswith("-") else "plain ILIKE %s" for word in words]
    return f"SELECT id FROM trigrams WHERE {' AND '.join(conditions)}", [f"%{word.removeprefix('-')}%" for word in words]


WAYS: dict[str, tuple[str, tuple[str, ...], Ask]] = {
    "tsvector with positions": (
        "CREATE TABLE positions AS SELECT id, to_tsvector('simple', '') vector, words FROM document",
        ("CREATE INDEX positions_index ON positions USING gin (vector)",),
        positions,
    ),
    "text[] and recheck": (
        "CREATE TABLE arrays AS SELECT id, words FROM document",
        ("CREATE INDEX arrays_index ON arrays USING gin (string_to_array(words, ' '))",),
        arrays,
    ),
    "tokens and recheck": (
        "CREATE TABLE tokens (id bigint, words text COLLATE \"C\")",
        (
            WORDS[1].replace("event_words", "tokens"),
            "INSERT INTO tokens SELECT id, ' ' || words || ' ' FROM document",
            WORDS[2],
            "CREATE INDEX tokens_index ON tokens USING gin (tokens_of(words))",
        ),
        rechecked("tokens", "tokens_of(words) @@ %s::tsquery", "words"),
    ),
    "tokens kept, and recheck": (
        "CREATE TABLE kept AS SELECT id, words, array_to_tsvector(string_to_array(words, ' ')) vector FROM document",
        ("CREATE INDEX kept_index ON kept USING gin (vector)",),
        rechecked("kept", "vector @@ %s::tsquery"),
    ),
    "trigrams": (
        "CREATE TABLE trigrams AS SELECT id, plain FROM document",
        ("CREATE EXTENSION pg_trgm", "CREATE INDEX trigrams_index ON trigrams USING gin (plain gin_trgm_ops)"),
        trigrams,
    ),
}  # fmt: skip


def truth(rows: list[tuple[int, str, str]]) -> dict[str, set[int]]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE event_words USING fts5(words, content='', columnsize=0, tokenize='ascii')")
    db.executemany("INSERT INTO event_words (rowid, words) VALUES (?, ?)", [row[:2] for row in rows])
    found = {}
    for query in SEARCHES:
        hits = db.execute("SELECT rowid FROM event_words WHERE event_words MATCH ?", [expression(query)])
        found[query] = {row[0] for row in hits}
    return found


def fill_positions(db: "psycopg.Connection[Any]") -> None:
    """Positions as the tokens stand; the server's own parser would take Chinese apart in its way."""
    db.execute("""
        CREATE FUNCTION placed(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT string_agg(quote_literal(token) || ':' || least(at, 16383), ' ')::tsvector
        FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS each(token, at) $$""")
    db.execute("UPDATE positions SET vector = placed(words)")


def measure(count: int, only: str) -> None:
    rows = list(documents(count))
    known = truth(rows)
    with running() as server:
        url = server.create().replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as db:
            db.execute('CREATE TABLE document (id bigint PRIMARY KEY, words text COLLATE "C", plain text)')
            with db.cursor() as cursor, cursor.copy("COPY document FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            for name, (made, indexes, ask) in WAYS.items():
                if only in ("", name):
                    _one(db, name, made, indexes, ask, known)


def _one(
    db: "psycopg.Connection[Any]", name: str, made: str, indexes: tuple[str, ...], ask: Ask, known: dict[str, set[int]]
) -> None:
    begun = perf_counter()
    db.execute(made.encode())
    table = made.split()[2]
    if table == "positions":
        fill_positions(db)
    for one in indexes:
        db.execute(one.encode())
    db.execute(f"VACUUM FULL ANALYZE {table}".encode())
    took = perf_counter() - begun
    size = db.execute("SELECT pg_total_relation_size(%s::regclass), pg_relation_size(%s::regclass)", [table, f"{table}_index"])
    whole, index = size.fetchone() or (0, 0)
    print(f"\n{name}: made in {took:.0f} s, {whole / 2**20:.0f} MB, of it the index {index / 2**20:.0f} MB")
    for query in SEARCHES:
        meant = asked(query)
        assert meant is not None
        statement, values = ask(meant, query)
        times = []
        for _ in range(3):
            begun = perf_counter()
            found = {row[0] for row in db.execute(statement.encode(), values)}
            times.append(perf_counter() - begun)
        missing, more = len(known[query] - found), len(found - known[query])
        note = f"  MISSES {missing}" if missing else ""
        note += f"  MORE {more}" if more else ""
        print(f"  {query:24} {len(found):6} hits  {1000 * times[1]:8.1f} ms{note}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--only", default="", choices=("", *WAYS))
    given = parser.parse_args()
    measure(given.events, given.only)
