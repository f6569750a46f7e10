"""The shipped file as the program reads it."""

from cgtwatch.acquire import ACQUIRERS
from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.sources import SourceFile, Vocabulary, load_sources
from cgtwatch.parse import PARSERS
from cgtwatch.parse.records import check as check_jmespath
from cgtwatch.parse.select import check as check_selector
from shipped_rules import shipped_rules

ISSUERS = shipped_rules().issuers
KNOWN = Vocabulary(
    kinds=frozenset(PARSERS),
    vias=frozenset(ACQUIRERS),
    issuers=frozenset(ISSUERS),
    check_selector=check_selector,
    check_jmespath=check_jmespath,
)


def load() -> SourceFile:
    return load_sources(packaged_sources(), KNOWN)


FILE = load()
BY_ID = {source.id: source for source in FILE.sources}
ON = tuple(source for source in FILE.sources if source.enabled)
OFF = tuple(source for source in FILE.sources if not source.enabled)
