"""Changes to sources.yaml leave every other byte as it is."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cgtwatch.config.editing import added, changed, removed, values_of
from cgtwatch.config.packaged import packaged_sources
from cgtwatch.errors import ConfigError
from sources_file import load

SHIPPED = packaged_sources().read_text("utf-8")
FILE = """\
# what we watch
defaults: {every: 6h}   # often enough

sources:
  # ---- China ----
  - id: cde           # the centre
    kind: feed
    url: "https://cde.example.org/feed"  # its feed
    jurisdiction: CN
    enabled: false    # until spring

  # ---- United States ----
  - {id: fda, kind: feed, url: 'https://fda.example.org/rss', # flow
     jurisdiction: US, every: 2h}
  # the last words
"""
FEED = {"id": "new-one", "name": "New: one #1", "kind": "feed", "url": "https://new.example.org/feed"}


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_a_value_is_changed_where_it_stands() -> None:
    assert changed(FILE, "cde", {"enabled": True}) == FILE.replace("enabled: false ", "enabled: true ")
    assert changed(FILE, "fda", {"every": "1h"}) == FILE.replace("every: 2h", "every: 1h")


def test_a_value_that_was_not_there_stands_behind_the_id() -> None:
    assert changed(FILE, "fda", {"enabled": False}) == FILE.replace("{id: fda,", "{id: fda, enabled: false,")
    block = changed(FILE, "cde", {"every": "3h"})
    assert block == FILE.replace("# the centre\n", "# the centre\n    every: 3h\n")


def test_a_source_is_taken_out_and_the_comments_around_it_stay() -> None:
    assert removed(FILE, "fda") == "".join(line for line in lines(FILE) if "fda" not in line and "every: 2h" not in line)
    assert "# ---- China ----\n\n  # ---- United" in removed(FILE, "cde")


def test_without_its_last_source_the_list_is_empty(tmp_path: Path) -> None:
    text = "sources:  # none left\n- id: a\n  kind: feed\n  url: https://a.example.org/\n"
    assert removed(text, "a") == "sources: []  # none left\n"
    assert [one.id for one in load(added(removed("sources:\n- {id: a, kind: feed}\n", "a"), [FEED]), tmp_path).sources] == [
        "new-one"
    ]


@pytest.mark.parametrize(
    ("place", "above"),
    [("CN", "until spring"), ("US", "every: 2h"), ("JP", "every: 2h"), (None, "every: 2h")],
)
def test_a_new_source_stands_below_the_heading_of_its_place_else_last(place: str | None, above: str) -> None:
    text = lines(added(FILE, [FEED | {"jurisdiction": place}]))
    at, more = text.index("  - id: new-one\n"), len(text) - len(lines(FILE))
    assert above in text[at - 1]
    assert text[:at] + text[at + more :] == lines(FILE)


@pytest.mark.parametrize(
    ("place", "via", "heading"),
    [
        ("CN", "http", "China, national  "), ("CN", "browser", "China, national, behind"), ("CN-GD", "http", "Guangdong"),
        ("CN-GX", "http", "Other provinces"), ("US", "http", "United States"), ("AU", "http", "Other countries"),
        ("ES", "http", "Other countries"), ("INT", "http", "International"),
    ],
)  # fmt: skip
def test_the_shipped_file_has_a_place_for_every_region(place: str, via: str, heading: str) -> None:
    text = added(SHIPPED, [FEED | {"jurisdiction": place, "via": via}])
    before = text[: text.index("- id: new-one")]
    assert before.rpartition("  # ---- ")[2].startswith(heading)


def test_line_ends_the_mark_in_front_and_the_missing_last_one_stay() -> None:
    windows = "\ufeff" + FILE.replace("\n", "\r\n").removesuffix("\r\n")
    for new in (changed(windows, "cde", {"every": "3h"}), added(windows, [FEED]), removed(windows, "cde")):
        assert new.startswith("\ufeff# what")
        assert "\n" not in new.replace("\r\n", "")
        assert new.endswith("the last words")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sources: [{id: fda, kind: feed}]\n", "brackets"), ("sources:\n- id: fda\n- id: fda\n", "more than one"),
        ("sources:\n- id: other\n", "no source 'fda'"), ("a: b\n", "no list"), ("sources:\n- {id: fda\n", "line 2"),
        ("x: &x {id: fda}\nsources:\n- *x\n", "no source 'fda'"),
        ("sources:\n- &x {id: fda, url: u}\n- {<<: *x, id: b}\n", "not say the same"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_surely_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        removed(text, "fda")


def test_a_value_that_others_use_by_its_anchor_is_refused() -> None:
    with pytest.raises(ConfigError, match="anchor"):
        changed("sources:\n- {id: a, every: &e 6h}\n- {id: b, every: *e}\n", "a", {"every": "1h"})
    assert changed("sources:\n- {id: a, every: &e 6h}\n- {id: b, every: *e}\n", "b", {"every": "1h"}).endswith("every: 1h}\n")


def test_an_entry_is_shown_as_it_is_written() -> None:
    assert values_of(FILE, "cde").splitlines()[:2] == ["id: cde           # the centre", "kind: feed"]
    assert values_of(FILE, "fda").startswith("{id: fda, kind: feed")
    assert values_of(FILE, "nobody") == ""


IDS = [line.split("id: ")[1].split(",")[0] for line in SHIPPED.splitlines() if line.startswith("  - {id: ")]


@given(st.sampled_from(IDS), st.booleans())
@settings(max_examples=8, deadline=None)
def test_switching_any_shipped_source_changes_that_word_alone(name: str, on: bool) -> None:
    new = changed(SHIPPED, name, {"enabled": on})
    differ = [(a, b) for a, b in zip(lines(SHIPPED), lines(new), strict=True) if a != b]
    assert len(differ) <= 1
    assert all(
        f"id: {name}," in a and a.replace("enabled: " + str(not on).lower(), "enabled: " + str(on).lower()) == b
        for a, b in differ
    )


@given(st.sampled_from(IDS))
@settings(max_examples=5, deadline=None)
def test_taking_any_shipped_source_out_leaves_all_other_lines(name: str) -> None:
    new = removed(SHIPPED, name)
    at = next(n for n, line in enumerate(lines(SHIPPED)) if f"- {{id: {name}," in line)
    gone = len(lines(SHIPPED)) - len(lines(new))
    assert gone >= 1
    assert lines(new) == lines(SHIPPED)[:at] + lines(SHIPPED)[at + gone :]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.dictionaries(st.sampled_from(["name", "url", "issuer", "must_match"]), TEXTS, min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_title_or_address_can_mean_anything_but_itself(values: dict[str, str]) -> None:
    for wish in (lambda: added(FILE, [{"id": "x", "kind": "feed", **values}]), lambda: changed(FILE, "fda", values)):
        try:
            new = wish()
        except ConfigError:
            continue  # refused is no injection
        assert values_of(new, "cde") == values_of(FILE, "cde")
        assert new.count("\n  # ") == FILE.count("\n  # ")


ROWS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.just("feed"), "url": st.just("https://a.example.org/")},
        optional={
            "enabled": st.booleans(),
            "every": st.sampled_from(["1h", "6h"]),
            "name": TEXTS,
            "terms": st.lists(TEXTS, max_size=2),
        },
    ),
    min_size=1,
    max_size=4,
)
COMMENTS = st.sampled_from(["", "\n", "  # a word\n", "  # ---- Somewhere ----\n"])


@given(ROWS, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_file_is_as_before_after_a_source_came_and_went(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    text = "sources:\n"
    for number, row in enumerate(rows):
        text += data.draw(COMMENTS)
        try:
            one = added("sources: []\n", [{"id": f"s{number}", **row}])
        except ConfigError:
            assume(False)
        text += one.removeprefix("sources:\n")
    text += data.draw(COMMENTS)
    assert removed(added(text, [FEED]), "new-one") == text
    turned = changed(changed(text, "s0", {"every": "9h"}), "s0", {"every": rows[0].get("every", "9h")})
    assert turned == (text if "every" in rows[0] else changed(text, "s0", {"every": "9h"}))
