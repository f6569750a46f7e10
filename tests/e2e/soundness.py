"""What is wrong with a page as a browser shows it: axe, its markup, its width, words that no reader should see."""

from functools import cache
from typing import Any

from browsing import overflow

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    "iframes": False,  # what stands in one is a source's
    "preload": False,  # for rules on sound and on the turning of a phone, of which nothing is here
}
RUN = """options => axe.run(options).then(found => found.violations.map(one => (
  {id: one.id, impact: one.impact, help: one.help, where: one.nodes.slice(0, 4).map(node => `${node.target[0]} ${node.html.slice(0, 120)}`)})))"""
MARKUP = """() => {
  const faults = [], ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids)) if (ids.filter(one => one === id).length > 1) faults.push(`id ${id} stands twice`);
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!one.closest('[aria-hidden=true]') && !one.labels.length && !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby'))
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


@cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT

    return str(AXE_SCRIPT)


def faults(page: Any, lang: str, *, axe: bool = True) -> list[str]:
    """What is wrong with the page that is shown; `axe` takes most of the time, and needs scripts."""
    told = "zh-CN" if lang == "zh" else "en"
    found = [] if page.evaluate("document.documentElement.lang") == told else [f"lang is not {told}"]
    if wider := overflow(page):
        found.append(f"{wider} px wider than the window")
    found += page.evaluate(MARKUP)
    if not axe:
        return found
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    for one in page.evaluate(RUN, AXE):
        if one["impact"] in {"serious", "critical"}:
            found.append(f"axe {one['id']}: {one['help']}: {'; '.join(one['where'])}")
    return found
