"""A feed that grows, for tests that hurt the service while it works."""

import hashlib
from collections.abc import Iterable

SUBJECTS = (
    "manufacturing", "potency", "viral safety", "labelling", "donors", "cold chain", "follow-up", "comparability", "release",
    "mutagenesis", "import", "fees",
)  # fmt: skip
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>http://x/</link><description>d</description>{}</channel></rss>'
SOURCE = "{{id: {id}, name: {id}, kind: feed, url: '{url}', issuer: fda, jurisdiction: US, language: en, every: {{exactly: 60s}}, gap: 0s, robots: ignore}}"


def entry(number: int) -> str:
    """The RSS item of one act; no two are reports of the same."""
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    subjects = " ".join(SUBJECTS[int(letter, 16) % len(SUBJECTS)] for letter in mark[:12])
    return (
        f"<item><guid>{number}</guid><title>Guideline on CAR-T {subjects} {mark[:6]} FDA-2026-D-{1000 + number}</title>"
        f"<link>http://127.0.0.1/{number}</link><description>Draft guidance for chimeric antigen receptor T cells: {subjects}.</description></item>"
    )


def feed(numbers: Iterable[int]) -> str:
    """A feed of these acts, in this order."""
    return FEED.format("".join(entry(number) for number in numbers))


def sources(**urls: str) -> str:
    """A sources.yaml with a feed for each id."""
    return "sources:\n" + "".join(f"  - {SOURCE.format(id=name.replace('_', '-'), url=url)}\n" for name, url in urls.items())
