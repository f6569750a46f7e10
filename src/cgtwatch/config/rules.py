"""What each kind of source says of its pages: `list`, `detail`, `page`, `sitemap`, `folder`."""

import re

from cgtwatch.config import checks
from cgtwatch.config.ledger import Shape, Spot, WrongError, read_keys
from cgtwatch.config.paging import MOST_PAGES
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node
from cgtwatch.model.source import DetailMode, DetailRule, FolderRule, ListRule, PageRule, SitemapRule, Watch

SCRIPT_GROUPS = ("title", "link", "date", "text", "year", "month", "day")
_NOT_IN_SCRIPT = "does not go with list.script, whose groups are the parts; take it away"


def _link_of_script(node: Node, spot: Spot) -> str:
    """Where the addresses of a script are ids or names only: what stands around them."""
    found = checks.text(node, spot)
    if found.count("{link}") != 1 or re.search(r"[{}\s]", found.replace("{link}", "")):
        raise WrongError(f"{shown(found)} must hold {{link}} once beside list.script; write https://host/path/{{link}}.html")
    return found


LIST = Shape(
    {
        **dict.fromkeys(("item", "title", "link", "date", "text", "next", "drop"), checks.expression),
        "script": checks.named_pattern(SCRIPT_GROUPS, ("title", "link")),
        "date_format": checks.date_format,
        "max_pages": checks.count(1, MOST_PAGES),
    },
    required=("item",),
)
_IN_SCRIPT = Shape(
    {**{name: LIST.keys[name] for name in ("script", "next", "date_format", "max_pages")}, "link": _link_of_script},
    elsewhere=dict.fromkeys(("item", "title", "date", "text", "drop"), _NOT_IN_SCRIPT),
)


def read_list(node: Node, spot: Spot) -> ListRule:
    """The rule for rows found by selector, or inside a script by pattern."""
    in_script = isinstance(node, Map) and "script" in node.pairs
    return ListRule(**{"item": "", **read_keys(node, _IN_SCRIPT if in_script else LIST, spot)})


DETAIL = Shape(
    {
        **dict.fromkeys(("body", "title", "date", "attachments", "drop"), checks.expression),
        "date_format": checks.date_format,
        "script": checks.named_pattern(("title", "date", "body"), ("body", "title", "date")),
    }
)


def read_detail(node: Node, spot: Spot) -> DetailRule:
    """`none`, `auto`, or where a detail page keeps its parts."""
    if isinstance(node, Map):
        if not node.pairs:
            raise WrongError("is an empty mapping; write auto, none, or a mapping with body")
        return DetailRule(mode=DetailMode.RULE, **read_keys(node, DETAIL, spot))
    found = checks.text(node, spot)
    if found not in {"auto", "none"}:
        raise WrongError(
            f"{shown(found)} is not known{did_you_mean(found, ('auto', 'none'))}; write auto, none, or {{body: CSS}}"
        )
    return DetailRule(mode=DetailMode(found))


def _watch(node: Node, spot: Spot) -> Watch:
    return Watch(checks.one_of(Watch)(node, spot))


PAGE = Shape({"part": checks.expression, "ignore": checks.each(checks.expression), "watch": _watch})


def read_page(node: Node, spot: Spot) -> PageRule:
    """Which part of a page counts."""
    return PageRule(**read_keys(node, PAGE, spot))


SITEMAP = Shape({"match": checks.pattern, "index": checks.pattern})


def read_sitemap(node: Node, spot: Spot) -> SitemapRule:
    """Which addresses of a sitemap count."""
    return SitemapRule(**read_keys(node, SITEMAP, spot))


def _directory(node: Node, spot: Spot) -> str:
    found = checks.beside(node, spot)
    if found.exists() and not found.is_dir():
        raise WrongError(f"{shown(str(found))} is a file; name a directory, relative to this file")
    if not found.exists():
        spot.doubtful(node.line, f"{shown(str(found))} does not exist yet; make the directory")
    return str(found)


def _glob(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found.startswith("/") or ".." in found.split("/"):
        raise WrongError(f"{shown(found)} leaves the folder; write a pattern such as *.txt")
    return found


FOLDER = Shape({"path": _directory, "match": _glob}, required=("path",))


def read_folder(node: Node, spot: Spot) -> FolderRule:
    """The directory that is watched."""
    return FolderRule(**{"path": "", **read_keys(node, FOLDER, spot)})
