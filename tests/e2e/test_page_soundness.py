"""Every page of the site as every reader meets it: axe, its markup, its width; zh and en, light and dark, phone and wide screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from addresses import Found, explored, readable
from browsing import overflow, visitor
from newsroom import Newsroom

ELSEWHERE = {"/told"}  # an address that only messages of chat rooms hold; see test_web_told
TO_ONE_READER = ("/confirm/", "/manage/")  # in the language of the reader to whom the letter went, who reads Chinese
# Each pair of language, scheme and width occurs; three choices of two need four looks for that.
LOOKS = [("zh", "light", 360), ("en", "dark", 360), ("zh", "dark", 1440), ("en", "light", 1440)]
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
MARKUP = """() => {
  const faults = [], ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids)) if (ids.filter(one => one === id).length > 1) faults.push(`id ${id} stands twice`);
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!one.labels.length && !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby'))
      faults.push(`no label: ${one.outerHTML.slice(0, 80)}`);
  for (const kind of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'])
    for (const one of document.querySelectorAll(`[${kind}]`))
      for (const id of one.getAttribute(kind).split(/\\s+/))
        if (!document.getElementById(id)) faults.push(`${kind} names ${id}, which is not there`);
  const heads = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => +one.tagName[1]);
  if (heads.filter(one => one === 1).length !== 1) faults.push(`${heads.filter(one => one === 1).length} h1`);
  heads.forEach((one, n) => { if (n && one > heads[n - 1] + 1) faults.push(`h${one} after h${heads[n - 1]}`) });
  const word = /(^|[:·,(：，（]\\s*)(None|True|False|null|NaN)\\s*($|[,)·，）])|undefined|\\[object|datetime\\.|<[A-Z]\\w+\\./m;
  if (word.test(document.body.innerText)) faults.push(`words of a program: ${word.exec(document.body.innerText)[0]}`);
  return faults;
}"""


@pytest.fixture(scope="module")
def found(standing: Newsroom) -> Found:
    return explored(standing)


@pytest.fixture(scope="module")
def axe() -> Iterator[Any]:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def faults_of(page: Any, axe: Any, lang: str) -> list[str]:
    """What is wrong with the page that is shown."""
    told = "zh-CN" if lang == "zh" else "en"
    found = [] if page.evaluate("document.documentElement.lang") == told else [f"lang is not {told}"]
    if wider := overflow(page):
        found.append(f"{wider} px wider than the window")
    found += page.evaluate(MARKUP)
    for one in axe.run(page, options=AXE).response["violations"]:
        if one["impact"] in {"serious", "critical"}:
            where = "; ".join(f"{node['target'][0]} {node['html'][:120]}" for node in one["nodes"][:4])
            found.append(f"axe {one['id']}: {one['help']}: {where}")
    return found


@pytest.mark.parametrize(("lang", "scheme", "width"), LOOKS)
def test_no_page_has_a_fault_in_any_look(
    chromium: Any, quiet_home: str, found: Found, axe: Any, lang: str, scheme: str, width: int
) -> None:
    faults, titles = {}, {}
    with visitor(chromium, quiet_home, width=width, lang=lang, color_scheme=scheme) as page:
        for path, address in found.pages.items():
            page.goto(address)
            if wrong := faults_of(page, axe, "zh" if path.startswith(TO_ONE_READER) else lang):
                faults[path] = wrong
            titles[path] = page.title()
    assert faults == {}
    assert len(set(titles.values())) == len(titles), f"pages of one title: {sorted(titles.items(), key=lambda one: one[1])}"


def test_links_lead_to_every_page(standing: Newsroom, found: Found) -> None:
    known = {path for path in readable(standing.asgi.routes) if not path.endswith((".json", ".ics", ".csv", ".xlsx", "/html"))}
    assert known - found.pages.keys() - ELSEWHERE == set()


def test_no_link_of_any_page_leads_nowhere(found: Found) -> None:
    assert found.dead == {}
