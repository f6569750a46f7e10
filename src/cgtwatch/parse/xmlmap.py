"""An XML answer to nested mappings, so that one way of naming things (JMESPath) reads JSON and XML alike."""

import re
from typing import Any

from lxml import etree

from cgtwatch.text.clean import one_line

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENDLESS_TAG = re.compile("<[^\\s<>!?/][^<>]{100000}")  # the parser's time grows with the square of the attributes
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


class NotXmlError(ValueError):
    """The text cannot be read as XML; the message says why and where."""


def to_mapping(text: str) -> dict[str, Any]:
    """What the root element holds: child elements by their local names, attributes as `@name`, text as `#text`.

    A child that occurs more than once is a list; one without attributes and children is its text. Entities that a document
    declares are not resolved, and nothing is fetched. Raises `NotXmlError`.
    """
    if _ENDLESS_TAG.search(text):
        raise NotXmlError("a tag of more than 100,000 characters")
    markup = _DECLARATION.sub("", _ILLEGAL.sub("", text.lstrip("\ufeff")), count=1).encode("utf-8")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(markup, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXmlError(one_line(str(error), 160)) from error
    if root is None:
        raise NotXmlError("no element at all")
    held = _value(root)
    return held if isinstance(held, dict) else {"#text": held}


def _value(element: etree._Element) -> dict[str, Any] | str:
    """Recursion is safe: the parser refuses more than 256 levels."""
    own: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    pieces = [element.text or ""]
    repeated: set[str] = set()
    for child in element:
        pieces.append(child.tail or "")
        if not isinstance(child.tag, str):
            continue
        name, value = _local(child.tag), _value(child)
        if name not in own:
            own[name] = value
        elif name in repeated:
            own[name].append(value)
        else:
            repeated.add(name)
            own[name] = [own[name], value]
    text = "".join(pieces).strip()
    if not own:
        return text
    return {**own, "#text": text} if text else own


def _local(name: str | bytes) -> str:
    spelled = name.decode() if isinstance(name, bytes) else name
    return spelled.rpartition("}")[2]
