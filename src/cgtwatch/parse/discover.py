"""A page that nobody has described yet to what could be watched on it: announced feeds, and rows that repeat with links and dates."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.discovery import Announced, ListProposal, PageOffer
from cgtwatch.model.source import Kind, ListRule, Paging, Source
from cgtwatch.parse import Page
from cgtwatch.parse.listing import parse as parse_list
from cgtwatch.parse.markup import Markup, read_markup
from cgtwatch.parse.select import compile_expression
from cgtwatch.text.clean import one_line
from cgtwatch.text.dates import parse_date
from cgtwatch.text.html import to_text
from cgtwatch.text.language import guess
from cgtwatch.text.urls import join

_FEWEST = 4  # rows that make a list
_MOST_LISTS = 3
_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json", re.IGNORECASE)
_FEED_LINK = re.compile(r"(?:^|[/._-])(?:rss|atom|feed)s?(?:[/._?-]|$)|\.(?:rss|rdf|atom)$", re.IGNORECASE)
_FURNITURE = frozenset({"nav", "header", "footer", "aside", "form", "select"})
_FURNITURE_NAMES = re.compile(
    r"(?:^|[-_ ])(?:nav\w*|menu\w*|foot\w*|header|head|top|crumbs?|breadcrumbs?|sidebar|friend\w*|share|lang\w*|page(?:r|s|d)?|pagination)(?:$|[-_ ])",
    re.IGNORECASE,
)
_NEXT = re.compile(r"^\W*(?:下一?页|下页|next(?:\s+page)?|older(?:\s+(?:posts|entries))?|›|»|>|次へ|다음)\W*$", re.IGNORECASE)
_TRS_PAGES = re.compile(r"createPageHTML\s*\(\s*(\d+)", re.IGNORECASE)
# What a class name must be to stand in a selector: not a state, not made by a build, no number of a row.
_USABLE = re.compile(r"[A-Za-z][A-Za-z_-]{1,40}\d{0,2}$")
_STATES = frozenset(
    {"active", "current", "first", "last", "odd", "even", "on", "hover", "clearfix", "fl", "fr", "cur", "selected"}
)
Rows = list[HtmlElement]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule, the entries it gives, and how much it looks like a list of documents."""

    proposal: ListProposal
    score: float


def offer(source: Source, page: Page) -> PageOffer:
    """What the page offers. Raises `ParseError` where the bytes are no page. `source` gives id, time zone, language and encoding."""
    markup = read_markup(source, page)
    feeds = {feed.url: feed for feed in reversed([*_feeds(markup)])}  # the first that names an address counts
    candidates = [found for rows in _groups(markup.root) if (found := _candidate(source, page, markup, rows)) is not None]
    best = sorted(_distinct(candidates), key=lambda one: -one.score)[:_MOST_LISTS]
    text = " ".join(one.title for found in best[:1] for one in found.proposal.drafts) or to_text(markup.root)[:5000]
    return PageOffer(
        markup.title,
        guess(text) or source.language,
        tuple(reversed(feeds.values())),
        tuple(one.proposal for one in best),
        markup.warnings,
    )


def _feeds(markup: Markup) -> Iterator[Announced]:
    """Feeds named in the head first, then links that look like feeds."""
    for tag in markup.root.iter("link"):
        if _FEED_TYPES.search(tag.get("type") or "") and (url := join(markup.base, tag.get("href") or "")):
            yield Announced(url, one_line(tag.get("title") or "", 200))
    for tag in markup.root.iter("a"):
        url = join(markup.base, tag.get("href") or "")
        if url and _FEED_LINK.search(url.partition("?")[0]):
            yield Announced(url, one_line(to_text(tag), 200))


# ---- rows that repeat


def _groups(root: HtmlElement) -> Iterator[Rows]:
    """Elements of one name under one parent that each hold a link to a document; lists cut into blocks are joined again."""
    blocks: dict[str, Rows] = defaultdict(list)
    for parent in root.iter():
        if not isinstance(parent.tag, str) or _is_furniture(parent):
            continue
        children = [child for child in parent if isinstance(child.tag, str) and _titled_link(child) is not None]
        for name, count in Counter(str(child.tag) for child in children).items():
            if count >= 2:
                blocks[_place(parent, name)] += [child for child in children if child.tag == name]
    yield from (rows for rows in blocks.values() if len(rows) >= _FEWEST and median(map(_documents, rows)) < 2)


def _place(parent: HtmlElement, name: str) -> str:
    """Where rows stand, the same for blocks of one list, whether they stand beside each other or in boxes alike."""
    line = [parent, *parent.iterancestors()][:4]
    return " ".join([*(f"{one.tag}.{one.get('class') or ''}#{one.get('id') or ''}" for one in line), name])


def _is_furniture(element: HtmlElement) -> bool:
    """Whether this is what stands around the documents of a site."""
    chain = [element, *element.iterancestors()]
    for one in chain[:8]:
        named = f"{one.get('class') or ''} {one.get('id') or ''}"
        if one.tag in _FURNITURE or (one.tag not in ("body", "html") and _FURNITURE_NAMES.search(named)):
            return True
    return False


def _documents(row: HtmlElement) -> int:
    """How many links of a row could be its title: a row with several is a block of rows."""
    lengths = [len(_label(link)) for link in ([row] if row.tag == "a" else row.iter("a")) if link.get("href")]
    return sum(2 * length > max(lengths) for length in lengths)


def _titled_link(row: HtmlElement) -> HtmlElement | None:
    """The link of a row that carries its title: the one with most text."""
    links = [row] if row.tag == "a" else list(row.iter("a"))
    links = [link for link in links[:12] if link.get("href") and len(_label(link)) >= 4]
    return max(links, key=lambda link: len(_label(link)), default=None)


def _label(link: HtmlElement) -> str:
    said = one_line(to_text(link), 300)
    whole = one_line(link.get("title") or "", 300)
    return whole if len(whole) > len(said) else said


# ---- rows to a rule


def _candidate(source: Source, page: Page, markup: Markup, rows: Rows) -> _Candidate | None:
    item = _item_selector(markup.root, rows)
    if item is None:
        return None
    rule = ListRule(item, title=_title_expression(rows), link=_link_expression(rows), date=_date_expression(source, page, rows))
    proposed = replace(source, kind=Kind.LIST, list=rule, paging=None)
    try:
        parsed = parse_list(proposed, page)
    except ParseError:
        return None
    drafts = [one for one in parsed.drafts if one.url]
    if len(drafts) < _FEWEST or len({one.url for one in drafts}) < 0.8 * len(drafts):
        return None
    dated = sum(one.published_on is not None for one in drafts)
    paging, following = _paging(markup)
    rule = replace(rule, next=following)
    return _Candidate(ListProposal(rule, tuple(drafts), dated, paging), _score([one.title for one in drafts], dated))


def _score(titles: Sequence[str], dated: int) -> float:
    """Many rows, long titles that differ, dates: that is a list of documents and no menu."""
    width = median(sum(2 if ord(sign) > 0x2E7F else 1 for sign in title) for title in titles)
    differ = len(set(titles)) / len(titles)
    return min(len(titles), 30) * min(width, 60) * differ * (1 + 3 * dated / len(titles))


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    """One rule for each set of entries: the best."""
    kept: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: -one.score):
        urls = {draft.url for draft in one.proposal.drafts}
        if all(len(urls & {draft.url for draft in other.proposal.drafts}) < 0.5 * len(urls) for other in kept):
            kept.append(one)
    return kept


def _item_selector(root: HtmlElement, rows: Rows) -> str | None:
    """The shortest selector that finds these rows and hardly anything else that is one."""
    wanted = set(rows)
    for spelled in _spellings(rows):
        found = compile_expression(spelled).elements(root)
        hits = sum(one in wanted for one in found)
        strangers = sum(one not in wanted and _titled_link(one) is not None for one in found)
        if hits == len(wanted) and strangers <= 0.1 * len(wanted):
            return spelled
    return None


def _spellings(rows: Rows) -> Iterator[str]:
    """Selectors from short to long, each by names that every row's line of ancestors has."""
    row = rows[0]
    own = [f"{row.tag}.{name}" for name in _shared_names(rows)]
    parents = [parent for one in rows if (parent := one.getparent()) is not None]
    lines = [_step(parents)] if parents else []
    above: Rows = parents
    for _ in range(5):
        above = [up for one in above if (up := one.getparent()) is not None]
        if not above or above[0].tag in ("body", "html"):
            break
        lines.append(_step(above))
    yield from own
    for step in lines:
        if "." in step or "#" in step:
            for name in (str(row.tag), *own):
                yield f"{step} {name}"
                yield f"{step} > {name}"
    if lines:
        for depth in range(1, len(lines) + 1):
            yield " > ".join([*reversed(lines[:depth]), str(row.tag)])


def _step(elements: Rows) -> str:
    """How these elements are called alike: by id, by class, or by name alone."""
    first = elements[0]
    ids = {one.get("id") for one in elements}
    if len(ids) == 1 and (name := first.get("id")) and _USABLE.match(name):
        return f"#{name}"
    names = _shared_names(elements)
    return f"{first.tag}.{names[0]}" if names else str(first.tag)


def _shared_names(elements: Rows) -> list[str]:
    shared = set.intersection(*({*(one.get("class") or "").split()} for one in elements))
    order = (elements[0].get("class") or "").split()
    return [name for name in order if name in shared and _USABLE.match(name) and name.lower() not in _STATES]


def _title_expression(rows: Rows) -> str:
    return _part(rows, "@title | ") if 2 * sum(map(_says_more, rows)) > len(rows) else _part(rows)


def _says_more(row: HtmlElement) -> bool:
    """Whether the link's own `title` attribute is longer than what is printed."""
    link = _titled_link(row)
    return link is not None and len((link.get("title") or "").strip()) > len(one_line(to_text(link), 300))


def _link_expression(rows: Rows) -> str:
    return f"{_part(rows)}@href"


def _part(rows: Rows, between: str = "") -> str:
    """What leads from a row to its link: the row itself, the first link, or one by its class."""
    links = [(row, link) for row in rows if (link := _titled_link(row)) is not None]
    if all(row is link for row, link in links):
        name = "self"
    elif all(next(row.iter("a"), None) is link for row, link in links):
        name = "a"
    else:
        shared = _shared_names([link for _, link in links])
        holders = [link.getparent() for _, link in links]
        columns = {list(row).index(holder) for (row, _), holder in zip(links, holders, strict=True) if holder in list(row)}
        turns = {sum(one.tag == "a" for one in link.itersiblings(preceding=True)) for _, link in links}
        if shared:
            name = f"a.{shared[0]}"
        elif len(columns) == 1 and holders[0] is not None:
            name = f"{holders[0].tag}:nth-child({columns.pop() + 1}) a"
        elif len(turns) == 1:
            name = f"a:nth-of-type({turns.pop() + 1})"
        else:
            name = "a"
    return f"{name}{between}{name}" if between else name


def _date_expression(source: Source, page: Page, rows: Rows) -> str | None:
    """Where in a row its date stands; None where the row's text or the address tells it without being asked."""
    places: Counter[str] = Counter()
    for row in rows:
        for leaf in row.iter():
            if not isinstance(leaf.tag, str) or len(leaf) or leaf is row:
                continue
            text = to_text(leaf)
            if 6 <= len(text) <= 40 and parse_date(text, zone=source.timezone, now=page.now):
                classes = [name for name in (leaf.get("class") or "").split() if _USABLE.match(name)]
                places[f"{leaf.tag}.{classes[0]}" if classes else str(leaf.tag)] += 1
                break
    if not places:
        return None
    place, count = places.most_common(1)[0]
    return place if count >= 0.8 * len(rows) and not place.startswith("a") else None


def _paging(markup: Markup) -> tuple[Paging | None, str | None]:
    """Older pages: numbered by the script that one family of sites uses, or a link that says so."""
    numbered = next((found for script in markup.root.iter("script") if (found := _TRS_PAGES.search(script.text or ""))), None)
    if numbered and int(numbered[1][:6]) > 1:
        return Paging("path", path="index_{n}.html", start=1), None
    for link in markup.root.iter("a"):
        said = to_text(link)
        if _NEXT.match(said) and join(markup.base, (link.get("href") or "#").partition("#")[0]) not in (None, markup.base):
            names = [name for name in (link.get("class") or "").split() if _USABLE.match(name) and name.lower() not in _STATES]
            return None, f"a.{names[0]}@href" if names else f'a:contains("{said.strip()}")@href'
    return None, None
