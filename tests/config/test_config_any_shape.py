"""Whatever shape the values of a source have, the file gives sources or a list of mistakes, and nothing else."""

from contextlib import suppress

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgtwatch.config.keys import OPTIONAL, PARTS
from cgtwatch.config.paging import PAGING
from cgtwatch.config.platforms import presets
from cgtwatch.config.records import API
from cgtwatch.config.rules import DETAIL, LIST
from cgtwatch.errors import ConfigError
from sources_file import load

WORDS = [
    "",
    "none",
    "keep",
    "auto",
    "{term}",
    "{n}",
    "env:KEY",
    "env:",
    "a@href ~ (a+)+",
    "https://a.example.org/{id}",
    "first,last",
]
NAMES = sorted(
    {*PAGING.keys, *API.keys, *DETAIL.keys, *LIST.keys, "url", "set", "cookies", "regex", "css", "attr", "rsshub", "render"}
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*WORDS, *PAGING.keys])
)
values = st.recursive(
    leaves | st.dictionaries(st.sampled_from(NAMES), leaves, max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=5),
    max_leaves=12,
)
sources = st.fixed_dictionaries(
    {"id": st.just("a"), "url": st.just("https://a.example.org/{term}") | st.just("https://a.example.org/")},
    optional={
        "kind": st.sampled_from(["feed", "list", "api", "page", "sitemap", "folder"]),
        "platform": st.sampled_from([*presets(), "none"]),
        **dict.fromkeys([*PARTS, "preload", "bridge", "cookies", "proxy", "terms", "hints", "headers", "detail"], values),
    },
)
defaults = st.dictionaries(st.sampled_from([*OPTIONAL, *PARTS]), values, max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sources, defaults)
def test_values_of_any_shape_give_sources_or_mistakes(tmp_path_factory, source, shared):
    folder = tmp_path_factory.getbasetemp()
    text = yaml.safe_dump({"defaults": shared, "sources": [source]}, allow_unicode=True)
    with suppress(ConfigError):
        assert load(text, folder).sources[0].id == "a"
