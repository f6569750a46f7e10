"""The few words that a channel adds itself; the table is `data/words.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = json.loads(
        files("cgtwatch.deliver").joinpath("data", "words.json").read_text("utf-8")
    )
    return tables


def say(language: str, phrase: str, **values: object) -> str:
    """The phrase in Chinese for `zh`, else in English."""
    return _tables()["zh" if language == "zh" else "en"][phrase].format_map(values)
