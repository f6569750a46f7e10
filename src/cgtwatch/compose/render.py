"""Templates to HTML and to text: the only place that knows Jinja2."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.exceptions import TemplateError

from cgtwatch.compose import markdown
from cgtwatch.compose.columns import COLUMNS, wrap
from cgtwatch.compose.words import Words
from cgtwatch.errors import ComposeError
from cgtwatch.text.graphemes import width


def render(name: str, words: Words, values: Mapping[str, Any]) -> tuple[str, str]:
    """HTML and text of the message `name` (`digest`, `welcome`, `alarm`). Raises ComposeError with the template's name."""
    try:
        pages = [_environment(form).get_template(f"{name}.{form}.j2").render(words=words, **values) for form in ("html", "txt")]
    except (TemplateError, LookupError, ValueError, TypeError) as wrong:
        raise ComposeError(f"{name}: the template failed: {wrong}; mend the template or the wording table") from wrong
    return pages[0], pages[1]


def render_report(form: str, words: Words, report: object) -> str:
    """The `report` (a `ReviewView`) as `html` or `md`. Raises ComposeError."""
    try:
        return _environment(form).get_template(f"report.{form}.j2").render(words=words, report=report) + "\n"
    except (TemplateError, LookupError, ValueError, TypeError) as wrong:
        raise ComposeError(f"report: the template failed: {wrong}; mend the template or the wording table") from wrong


@cache
def _environment(form: str) -> Environment:
    loader = PackageLoader("cgtwatch.compose", "templates")
    if form == "html":
        # By construction: `select_autoescape` judges by the file's last suffix and misses `.html.j2`.
        made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    else:
        made = Environment(  # plain text has nothing to escape
            loader=loader,
            autoescape=False,  # noqa: S701
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=markdown.escaped if form == "md" else None,
        )
    made.filters.update(wrap=wrap, spread=_spread, quoted=_quoted, dots=_dots, link=markdown.link, anchor=markdown.anchor)
    made.globals["columns"] = COLUMNS
    return made


def _spread(left: str, right: str) -> str:
    """`left` and `right` at the two ends of a line, or on two lines where they do not fit."""
    gap = COLUMNS - width(left) - width(right)
    return f"{left}{' ' * gap}{right}" if gap >= 2 else f"{left}\n{right}"


def _quoted(text: str, words: Words) -> str:
    return words.say("quote", text=text)


def _dots(text: str) -> str:
    """Separating dots stay at the end of a line instead of beginning the next."""
    return text.replace(" · ", "\u00a0· ")
