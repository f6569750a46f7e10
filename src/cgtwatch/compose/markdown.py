"""Text as Markdown (CommonMark): what a source wrote is escaped, so that it never becomes markup."""

import re

# Everything that begins markup in the middle of a line, and HTML; a dot or dash at the beginning of a line does so too.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&]|(?<!\S)[#+=-](?=\s)|^\d+(?=[.)]\s))")


class Raw(str):
    """Markdown already: not to be escaped again."""

    __slots__ = ()


def escaped(value: object) -> str:
    """`value` as it reads, on one line; what is `Raw` stays as it is."""
    if isinstance(value, Raw):
        return value
    text = " ".join(str(value).split()) if str(value).strip() else str(value)
    return _SPECIAL.sub(lambda found: f"\\{found[1]}" if not found[1].isdigit() else f"{found[1]}\\", text)


def link(title: str, address: str) -> Raw:
    """A link, or the title alone where there is no address. Addresses come from `safe_link` or are anchors."""
    return Raw(f"[{escaped(title)}](<{address}>)" if address else escaped(title))


def anchor(name: str) -> Raw:
    """A place that links lead to; HTML, for Markdown knows none of its own."""
    return Raw(f'<a id="{re.sub(r"[^A-Za-z0-9_-]", "", name)}"></a>')
