"""The colours of the pages: told apart by every eye, in light and in dark (WCAG 2.2 AA: 1.4.3, 1.4.11)."""

import re
from importlib.resources import files

import pytest

from cgtwatch.web.static_files import asset

GROUNDS = ("paper", "card", "shade")
TEXT = [(ink, ground) for ground in GROUNDS for ink in ("ink", "quiet", "accent", "good", "warn", "bad")]
TEXT += [("calm", "calm-bg"), ("urgent", "urgent-bg"), ("badge", "badge-bg"), ("on-accent", "accent"), ("card", "bad")]
TEXT += [("ink", ground) for ground in ("mark", "mark-more", "ins", "del", "badge-bg")]
SHAPES = [(shape, ground) for ground in ("paper", "card") for shape in ("edge", "accent", *(f"c{n}" for n in range(7)))]


def scheme(name: str) -> dict[str, str]:
    """The variables of `light` or `dark`."""
    page = files("cgtwatch.web").joinpath("static/css/0-page.css").read_text("utf-8")
    light, dark = re.findall(r":root \{([^}]*--ink[^}]*--c0[^}]*)\}", page)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", dark if name == "dark" else light))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_stands_out_from_its_ground(name: str) -> None:
    colours = scheme(name)
    faint = {(ink, ground): round(contrast(colours[ink], colours[ground]), 2) for ink, ground in TEXT}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_edges_of_controls_and_the_bars_of_pictures_stand_out_from_their_ground(name: str) -> None:
    colours = scheme(name)
    faint = {(shape, ground): round(contrast(colours[shape], colours[ground]), 2) for shape, ground in SHAPES}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}


def test_both_schemes_name_the_same_colours() -> None:
    assert scheme("light").keys() == scheme("dark").keys()


def test_colours_stand_in_one_file_alone() -> None:
    page = files("cgtwatch.web").joinpath("static/css/0-page.css").read_text("utf-8")
    rest = asset("css").content.decode().replace(page, "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[ ;,)])|\brgba?\(|\bhsla?\(", rest) == []
