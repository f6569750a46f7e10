"""Which request a source's address, placeholders and paging amount to."""

from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from cgtwatch.model.draft import Parsed
from cgtwatch.model.source import Source


def next_address(source: Source, base: str, parsed: Parsed, page: int) -> str | None:
    """The address of page `page` (2 is the first further one); None where there is none."""
    if parsed.next_url or source.paging is None:
        return parsed.next_url
    number = source.paging.start + page - 2
    if source.paging.by == "path" and source.paging.path:
        return urljoin(base, source.paging.path.replace("{n}", str(number)))
    if source.paging.by == "query" and source.paging.param:
        parts = urlsplit(base)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != source.paging.param]
        return urlunsplit(parts._replace(query=urlencode([*query, (source.paging.param, str(number))])))
    return None
