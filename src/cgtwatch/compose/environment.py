"""How templates are read: the filters they may use, and escaping of HTML by construction."""

from collections.abc import Callable

from jinja2 import BaseLoader, Environment, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cgtwatch.compose.columns import COLUMNS, wrap
from cgtwatch.compose.words import Words
from cgtwatch.text.graphemes import width


def environment(
    form: str, loader: BaseLoader, *, sandboxed: bool = False, finalize: Callable[[object], object] | None = None
) -> Environment:
    """The environment for templates of `form`: `html` is escaped, anything else has nothing to escape.

    By construction: `select_autoescape` judges by the file's last suffix and misses `.html.j2`. `sandboxed` is for templates that
    are not ours: no attribute that begins with an underscore, nothing that changes what it is given.
    """
    kind = ImmutableSandboxedEnvironment if sandboxed else Environment
    made = kind(
        loader=loader,
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    made.filters.update(wrap=wrap, spread=_spread, quoted=_quoted, dots=_dots)
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
