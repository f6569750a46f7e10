"""Every page of the site as every reader meets it: axe, its markup, its width; zh and en, light and dark, phone and wide screen."""

from typing import Any

import pytest
from addresses import Found, explored, readable
from browsing import visitor
from newsroom import Newsroom
from soundness import faults

# What only a form, a message or a file leads to; each has a test of its own.
ELSEWHERE = {
    "/told",
    "/setup/{token}",
    "/sources/new/{key}",
    "/sources/import/{key}",
    "/sources/{id}/tried/{key}",
    "/events/{id}/copy",
    "/items/{id}",
}
TO_ONE_READER = ("/confirm/", "/manage/")  # in the language of the reader to whom the letter went, who reads Chinese
# Every language in both schemes and at both widths; axe, which takes most of the time, at the first of each: Chinese on a light
# phone in every run, English on a dark wide screen with all else that takes long.
LOOKS = {"zh": (("light", 360), ("dark", 1440)), "en": (("dark", 1440), ("light", 360))}


@pytest.fixture(scope="module")
def found(standing: Newsroom) -> Found:
    return explored(standing)


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.chaos)])
def test_no_page_has_a_fault_in_any_look(chromium: Any, quiet_home: str, found: Found, lang: str) -> None:
    wrongs, titles = {}, {}
    with visitor(chromium, quiet_home, lang=lang) as page:
        for path, address in found.pages.items():
            page.goto(address)
            titles[path] = page.title()
            spoken = "zh" if path.startswith(TO_ONE_READER) else lang
            for scheme, width in LOOKS[lang]:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 800})
                if wrong := faults(page, spoken, axe=(scheme, width) == LOOKS[lang][0]):
                    wrongs[f"{path} {scheme} {width}"] = wrong
    assert wrongs == {}
    assert len(set(titles.values())) == len(titles), f"pages of one title: {sorted(titles.items(), key=lambda one: one[1])}"


def test_links_lead_to_every_address_that_people_read(standing: Newsroom, found: Found) -> None:
    assert set(readable(standing.asgi.routes)) - found.met - ELSEWHERE == set()


def test_no_link_of_any_page_leads_nowhere(found: Found) -> None:
    assert found.dead == {}
