"""The site by keyboard alone: every control is reached in the order in which it is read, and it shows that it is."""

from typing import Any

import pytest
from addresses import Found, explored
from browsing import visitor
from newsroom import Newsroom

MOST = 70  # presses a page; what stands further down is more of the same
CONTROLS = """most => {
  const shut = one => one && one.closest('details:not([open])');
  const open = one => !shut(one) || one.matches('details > summary') && !shut(one.parentElement.parentElement);
  const shown = one => one.checkVisibility({visibilityProperty: true}) && open(one) && one.tabIndex >= 0 && !one.disabled;
  const kinds = 'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]';
  const named = new Set();
  const controls = [...document.querySelectorAll(kinds)].filter(shown)
    .filter(one => one.type !== 'radio' || !named.has(one.name) && named.add(one.name));
  const focused = one => {
    const look = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0 || look.boxShadow !== 'none';
    const first = controls.findIndex(other => other === one || one.type === 'radio' && other.name === one.name);
    return {at: first, ring: ring || one.tagName === 'IFRAME', seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0};
  };
  window.walk = [];
  document.addEventListener('focusin', () => window.walk.push(focused(document.activeElement)));
  return controls.slice(0, most).map(one => one.outerHTML.slice(0, 90));
}"""


@pytest.fixture(scope="module")
def found(standing: Newsroom) -> Found:
    return explored(standing)


@pytest.mark.chaos
def test_every_control_of_every_page_is_reached_in_reading_order_and_shows_it(
    chromium: Any, quiet_home: str, found: Found
) -> None:
    faults: dict[str, list[str]] = {}
    with visitor(chromium, quiet_home) as page:
        for path, address in found.pages.items():
            page.goto(address)
            controls = page.evaluate(CONTROLS, MOST)
            if wrong := walked(page, controls):
                faults[path] = wrong
    assert faults == {}


def walked(page: Any, controls: list[str]) -> list[str]:
    """What is wrong while one presses Tab from the first control to the last."""
    wrong, last, met = [], -1, set()
    for _ in range(len(controls) + 6):  # some take several
        page.keyboard.press("Tab")
    for at in page.evaluate("window.walk"):
        if not 0 <= at["at"] < len(controls):
            continue
        if at["at"] < last:
            break
        if at["at"] == last:  # inside a field of several parts, or a frame
            continue
        last = at["at"]
        met.add(last)
        if not at["ring"]:
            wrong.append(f"no ring: {controls[last]}")
        if not at["seen"]:
            wrong.append(f"out of sight: {controls[last]}")
    passed = [one for n, one in enumerate(controls[: max(met, default=0)]) if n not in met]
    return wrong + [f"not reached: {one}" for one in passed if not one.startswith("<iframe")]  # its links are, where it has any


def test_the_first_key_offers_to_pass_the_bar_by(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Skip to the content")
        assert link.evaluate("one => one === document.activeElement")
        box = link.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
