"""What pages and searches cost with 200,000 stored events: server time of every page, the newest hits of a search, memory.

Nothing here passes or fails. Times are of CPU, and on the clock where that is said: the clock is noise where others use the machine.
Searches are taken in turn with the bare question to the index (`SELECT rowid … MATCH … LIMIT 20`), pages with the newest 20 rows as the
driver hands them out; a ratio is that of the medians. Pages are asked for in this process through the whole site (log-in guard,
headers, templates), once to warm up, then each address once.

    web.py [--events 200000] [--keep FOLDER]
"""

import argparse
import gc
import json
import random
import resource
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from urllib.parse import urlencode

from many_events import ABROAD, BODIES, NOW, PROVINCES, RARE, RARE_EN, SOURCES, THINGS, filled

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.text.bigrams import expression
from cgtwatch.web.site import make_site

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOME = "http://127.0.0.1:8710"
SEARCHES = (
    ("two characters, very frequent", "细胞"), ("long, Chinese", "间充质干细胞"), ("two things", "溶瘤病毒 临床试验"), ("rare", RARE),
    ("one character", "鼯"), ("a word, very frequent", "therapy"), ("words", "gene therapy potency"), ("phrase", '"stem cell"'),
    ("rare words", RARE_EN), ("with a hyphen", "CAR-T"), ("either", "外泌体 OR exosome"), ("not", "细胞 -临床"), ("number", "〔2024〕15号"),
    ("nothing", "不存在之词"),
)  # fmt: skip
ROUNDS = 15
BARE = "SELECT rowid FROM event_words WHERE event_words MATCH ? ORDER BY rowid DESC LIMIT 20"
ROWS = """
SELECT event.* FROM event_entry JOIN event ON event.id = event_entry.event WHERE event_entry.live ORDER BY event_entry.id DESC LIMIT 20
"""


def pages(count: int) -> Iterator[tuple[str, list[str]]]:
    """What is measured: a name and the addresses under it. A new page is a line."""
    drawn = random.Random(5)
    some = [drawn.randrange(count) for _ in range(30)]
    yield "today", ["/"] * 40
    yield "events, filtered", [f"/events?{one}" for one in filters(drawn, 60)]
    yield "events, searched", [f"/events?{urlencode({'query': words})}" for _, words in SEARCHES]
    yield "events, sorted", [f"/events?{one}&sort={sort}" for sort in Sort if sort != "seq" for one in filters(drawn, 6)]
    yield "events, a later page", [f"/events?after=e{n}&sort={drawn.choice(('changed', 'date'))}" for n in some]
    yield "event", [f"/events/e{n}" for n in some]
    yield "calendar", ["/calendar", *(f"/calendar?{one}" for one in filters(drawn, 40))]
    yield "sources", ["/sources"] * 20
    yield "subscriptions", ["/subscriptions"] * 20
    yield "deliveries", ["/deliveries"] * 20
    yield "report, its form", ["/report"] * 20
    yield "sign-up", ["/subscribe"] * 20
    yield "API: events", [f"/api/events?{one}" for one in filters(drawn, 30)]
    yield "API: event", [f"/api/events/e{n}" for n in some]
    yield "API: sources", ["/api/sources"] * 20
    yield "feed of a filter", [f"/feed.atom?{one}" for one in filters(drawn, 20)]


def filters(drawn: random.Random, count: int) -> Iterator[str]:
    """Addresses of many different filters, from wide to narrow."""
    kinds: Sequence[tuple[str, Callable[[], str]]] = (
        ("jurisdiction", lambda: drawn.choice(("CN", *(f"CN-{one}" for one in PROVINCES), *ABROAD))),
        ("issuer", lambda: drawn.choice(("nmpa", "cde", *BODIES[:12]))),
        ("doc_type", lambda: drawn.choice(list(DocType))),
        ("stage", lambda: drawn.choice(list(Stage))),
        ("modality", lambda: drawn.choice(list(Modality))),
        ("importance", lambda: drawn.choice(list(Importance)[:3])),
        ("level", lambda: drawn.choice(list(Level))),
        ("source", lambda: drawn.choice(SOURCES)),
        ("since", lambda: f"{drawn.randrange(2018, 2027)}-{drawn.randrange(1, 13):02}-05"),
        ("open", lambda: "1"),
        ("query", lambda: drawn.choice((*THINGS, "cell", "gene therapy"))),
    )
    for n in range(count):
        yield urlencode([(name, value()) for name, value in drawn.sample(kinds, n % 4)])


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of CPU, of all threads of this process."""
    began = process_time()
    work()
    return (process_time() - began) * 1e3


def searches(store: Store, raw: sqlite3.Connection) -> None:
    """The newest 20 hits by the store, beside the bare question to the index."""
    print(f"\n{'the newest 20 hits of a search':<34}{'ms':>8}{'p95':>8}{'bare':>8}{'ratio':>7}{'with counts':>13}{'hits':>9}")
    for name, words in SEARCHES:
        query, asked = EventQuery(query=words, limit=20), expression(words)
        ours, bare, whole = [], [], []
        first = timed(lambda query=query: store.browse(replace(query, relevant=True)))  # type: ignore[misc]
        for _ in range(ROUNDS):
            ours.append(timed(lambda query=query: store.events(query)))  # type: ignore[misc]
            bare.append(timed(lambda asked=asked: raw.execute(BARE, [asked]).fetchall()))  # type: ignore[misc]
            whole.append(timed(lambda query=query: store.browse(query)))  # type: ignore[misc]
        hits = store.browse(query).total
        print(
            f"{name:<34}{median(ours):>8.2f}{p95(ours):>8.2f}{median(bare):>8.2f}{median(ours) / median(bare):>7.1f}"
            f"{median(whole):>8.1f}{f'({first:.0f})':>5}{hits or 0:>9}"
        )


def p95(taken: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]


def served(app: App, raw: sqlite3.Connection, count: int) -> None:
    """Every page, warm."""
    site = TestClient(make_site(app), base_url=HOME, client=("127.0.0.1", 40000), raise_server_exceptions=False)
    row = median(timed(lambda: raw.execute(ROWS).fetchall()) for _ in range(50))
    print(
        f"\nthe newest 20 rows by the driver: {row:.2f} ms\n{'page':<34}{'median':>8}{'p95':>8}{'most':>8}{'ratio':>8}{'KiB':>7}  answers"
    )
    for name, addresses in pages(count):
        site.get(addresses[0])
        taken, clocks, answers, sizes = [], [], set(), []
        for address in addresses:
            got: list[int] = []
            began = perf_counter()
            taken.append(timed(lambda address=address, got=got, sizes=sizes: _get(site, address, got, sizes)))  # type: ignore[misc]
            clocks.append((perf_counter() - began) * 1e3)
            answers.update(got)
        print(
            f"{name:<34}{median(taken):>8.1f}{p95(taken):>8.1f}{max(taken):>8.1f}{median(taken) / row:>8.0f}{median(clocks):>8.0f}{p95(clocks):>8.0f}"
            f"{max(sizes) / 1024:>7.0f}"
            f"  {sorted(answers)}"
        )


def _get(site: TestClient, address: str, got: list[int], sizes: list[int]) -> None:
    answer = site.get(address, headers={"accept-language": "zh"})
    got.append(answer.status_code)
    sizes.append(len(answer.content))


def sources(folder: Path) -> Path:
    """A file that describes the sources of the events."""
    path = folder / "sources.yaml"
    lines = (f"  - {{id: {name}, name: {json.dumps(name)}, kind: feed, url: 'https://{name}.example/'}}\n" for name in SOURCES)
    path.write_text("sources:\n" + "".join(lines), encoding="utf-8")
    return path


def memory() -> float:
    """The most that this process took, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="a folder whose store is used again")
    parser.add_argument("--only", choices=("searches", "pages"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = asked.keep or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"events-{asked.events}.db"
        began = perf_counter()
        filled(path, asked.events).close()
        size = sum(each.stat().st_size for each in folder.glob(f"{path.name}*")) / 2**20
        print(f"{asked.events} events stored in {perf_counter() - began:.0f} s, {size:.0f} MiB")
        names = {
            "CGTWATCH_DATA_DIR": str(folder),
            "CGTWATCH_DATABASE_URL": f"sqlite:///{path}",
            "CGTWATCH_SOURCES": str(sources(folder)),
        }
        raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        with App(load_settings(names, folder), lambda: NOW) as app:
            before, began = memory(), perf_counter()
            taken = app.store.warm()
            gc.collect()
            gc.freeze()  # as the service does
            print(
                f"facets gathered in {perf_counter() - began:.1f} s, {taken / 2**20:.0f} MiB; memory {before:.0f} -> {memory():.0f} MiB"
            )
            if asked.only != "pages":
                searches(app.store, raw)
            if asked.only != "searches":
                served(app, raw, asked.events)
        print(f"\nmemory of the process at most {memory():.0f} MiB")


if __name__ == "__main__":
    main()
