"""The answers of all sites by source, and the reading of one."""

from cgtwatch.model.draft import Parsed
from cgtwatch.model.source import Source
from cgtwatch.parse import PARSERS, Page
from cgtwatch.registry import load as part
from shipped import answers_china, answers_world, china_lists, province_lists, world
from shipped.site import NOW, Shape

SHAPES: dict[str, Shape] = {
    **china_lists.LISTS,
    **province_lists.LISTS,
    **answers_china.ANSWERS,
    **answers_world.ANSWERS,
    **world.LISTS,
    **world.FEEDS,
}


def asked(source: Source) -> str:
    """The address that the source's answer comes from, as far as it matters for links: placeholders only stand in paths and queries."""
    return source.url.replace("{unit}?{q}", "api-gateway/unit").replace("{sid}", "182")


def read(source: Source, shape: Shape) -> Parsed:
    """What the real parser makes of an answer."""
    media, _, charset = shape.media.partition("; charset=")
    parser = part(PARSERS, source.kind.value, what="kind")
    parsed: Parsed = parser(source, Page(shape.body, asked(source), media, charset or None, NOW))
    return parsed
