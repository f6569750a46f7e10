"""What to try, in the reader's language."""

import ast
from pathlib import Path

import pytest

import cgtwatch
from cgtwatch.acquire.answers import STATUSES
from cgtwatch.net.trouble import HINTS
from cgtwatch.web.words import page_words
from web.watched import Watched


def _written() -> set[str]:
    """Every string that stands in the program."""
    trees = (ast.parse(one.read_text("utf-8")) for one in Path(cgtwatch.__file__).parent.rglob("*.py"))
    return {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("hint", sorted({*HINTS.values(), *(hint for _, hint in STATUSES.values())}))
def test_a_chinese_operator_reads_what_to_try_in_chinese(hint: str) -> None:
    assert page_words("zh").name("hints", hint) != hint


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_translated_hint_is_still_given_in_these_words(language: str) -> None:
    assert page_words(language).tables["hints"].keys() - _written() == set()


def test_a_source_in_trouble_leads_to_its_page_and_says_what_to_try(mixed: Watched) -> None:
    page = mixed.get("/?lang=zh")
    assert 'href="/sources/sick"' in page[: page.index('id="news"')]
    assert "请在浏览器中打开该网址" in page
