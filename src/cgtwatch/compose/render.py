"""Templates to HTML and to text, with the shipped templates."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader
from jinja2.exceptions import TemplateError

from cgtwatch.compose import markdown
from cgtwatch.compose.environment import environment
from cgtwatch.compose.inline import inlined
from cgtwatch.compose.words import Words, words
from cgtwatch.errors import ComposeError

MESSAGES = ("digest", "nothing", "welcome", "confirm", "alarm")  # each has NAME.html.j2 and NAME.txt.j2
_WRONG = (TemplateError, LookupError, ValueError, TypeError)


class Renders(Protocol):
    """Templates and wording: the shipped ones, or a user's own in their place."""

    def words(self, language: str) -> Words:
        """The wording of a language."""
        ...

    def render(self, name: str, said: Words, values: Mapping[str, Any]) -> tuple[str, str]:
        """HTML with its styles on the elements, and text, of the message `name`. Raises ComposeError."""
        ...


class Shipped:
    """The templates of the package."""

    def words(self, language: str) -> Words:
        """The wording of a language."""
        return words(language)

    def render(self, name: str, said: Words, values: Mapping[str, Any], sheet: str | None = None) -> tuple[str, str]:
        """HTML with the styles of a sheet on its elements, and text, of one of `MESSAGES`. Raises ComposeError with the template's name."""
        try:
            html, text = (
                _environment(form).get_template(f"{name}.{form}.j2").render(words=said, **values) for form in ("html", "txt")
            )
        except _WRONG as wrong:
            raise ComposeError(f"{name}: the template failed: {wrong}; mend the template or the wording table") from wrong
        return inlined(html, sheet), text


SHIPPED = Shipped()


def render_report(form: str, words: Words, report: object) -> str:
    """The `report` (a `ReviewView`) as `html` or `md`. Raises ComposeError."""
    try:
        return _environment(form).get_template(f"report.{form}.j2").render(words=words, report=report) + "\n"
    except _WRONG as wrong:
        raise ComposeError(f"report: the template failed: {wrong}; mend the template or the wording table") from wrong


@cache
def _environment(form: str) -> Environment:
    loader = PackageLoader("cgtwatch.compose", "templates")
    made = environment(form, loader, finalize=markdown.escaped if form == "md" else None)
    made.filters.update(link=markdown.link, anchor=markdown.anchor)
    return made
