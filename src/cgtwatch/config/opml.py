"""Lists of feeds as other readers keep them: OPML 2.0 (http://opml.org/spec2.opml), out and in.

What OPML has no word for stands in attributes of a name space of our own, so that nothing is lost on the way back to us.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from io import BytesIO
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, iterparse  # type: ignore[import-untyped]

from cgtwatch.errors import ConfigError

SPACE = "urn:cgtwatch:source"
LARGEST, DEEPEST, MOST = 4 * 1024 * 1024, 32, 2000  # bytes, levels, feeds
_LONGEST = 500  # characters of a title
_OWN = f"{{{SPACE}}}"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of such a list. `groups`: the outlines around it; `own`: what only cgtwatch has written there."""

    url: str
    title: str
    page: str = ""
    language: str = ""
    groups: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)


def opml_of(groups: Mapping[str, Iterable[Feed]], title: str, now: datetime) -> str:
    """The groups with their feeds as an OPML 2.0 document."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0" xmlns:cgtwatch="{SPACE}">', "<head>"]
    lines += [
        f"<title>{_attribute(title)[1:-1]}</title>",
        f"<dateCreated>{format_datetime(now)}</dateCreated>",
        "</head>",
        "<body>",
    ]
    for group, feeds in groups.items():
        lines.append(f"<outline text={_attribute(group)}>")
        lines += [_outline(feed) for feed in feeds]
        lines.append("</outline>")
    return "\n".join([*lines, "</body>", "</opml>", ""])


def _outline(feed: Feed) -> str:
    given = {"text": feed.title, "title": feed.title, "xmlUrl": feed.url, "htmlUrl": feed.page, "language": feed.language}
    given |= {f"cgtwatch:{name}": value for name, value in feed.own.items()}
    written = " ".join(f"{name}={_attribute(value)}" for name, value in given.items() if value)
    return f'  <outline type="rss" {written}/>'


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("", text), {'"': "&quot;"})


def feeds_of(content: bytes) -> list[Feed]:
    """The feeds of an OPML document, each address once, in its order.

    Raises `ConfigError` where it is none, or asks for more depth, size or feeds than a list of feeds does; entities are refused.
    """
    if len(content) > LARGEST:
        raise _wrong(f"is larger than {LARGEST >> 20} MB; split it")
    found: dict[str, Feed] = {}
    try:
        for feed in _walk(content):
            found.setdefault(feed.url, feed)
            if len(found) > MOST:
                raise _wrong(f"holds more than {MOST} feeds; split it")
    except ParseError as error:
        raise _wrong(f"is no XML ({error}); export it again from your reader") from None
    except DefusedXmlException:
        raise _wrong("declares entities, which no list of feeds needs; take the DOCTYPE out") from None
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise _wrong(f"cannot be read ({error}); save it as UTF-8") from None
    return list(found.values())


def _walk(content: bytes) -> Iterable[Feed]:
    depth, root = 0, ""
    groups: list[str] = []
    for event, element in iterparse(BytesIO(content), events=("start", "end")):
        tag = element.tag.rpartition("}")[2].lower()
        if event == "start":
            depth += 1
            root = root or tag
            if root != "opml":
                raise _wrong(f"begins with <{root[:40]}>; an OPML document begins with <opml>")
            if depth > DEEPEST:
                raise _wrong(f"is nested more than {DEEPEST} levels deep")
            if tag == "outline":
                feed = _feed(element.attrib, tuple(groups))
                groups.append(_title(element.attrib))
                if feed is not None:
                    yield feed
        else:
            depth -= 1
            if tag == "outline":
                groups.pop()
            element.clear()


def _feed(given: Mapping[str, str], groups: tuple[str, ...]) -> Feed | None:
    """The feed of an outline; None for one that only groups others. Names are taken in any case, as readers write them."""
    lower = {name.lower(): " ".join(value.split()) for name, value in given.items() if not name.startswith("{")}
    url = lower.get("xmlurl", "")
    if not url:
        return None
    own = {name.removeprefix(_OWN): " ".join(value.split())[:_LONGEST] for name, value in given.items() if name.startswith(_OWN)}
    named = tuple(group for group in groups if group)
    return Feed(url, _title(given) or url, lower.get("htmlurl", ""), lower.get("language", "")[:20], named, own)


def _title(given: Mapping[str, str]) -> str:
    lower = {name.lower(): value for name, value in given.items()}
    return " ".join((lower.get("title") or lower.get("text") or "").split())[:_LONGEST]


def _wrong(why: str) -> ConfigError:
    return ConfigError([f"the OPML document {why}"])
