"""Commands, files, programs and lists speak of the wishes of a subscription in the same words."""

from inspect import signature

import pytest

from cgtwatch.cli.subscriptions import add, change
from cgtwatch.config.wishes import FILTER, OPTIONS, PLAIN, name_problem
from cgtwatch.engine.readers.subscribing import filter_record, shown
from cgtwatch.engine.readers.wishes import NEW, Known, wished
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Filter
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage

WISHES = {*PLAIN, *FILTER, *OPTIONS}


@pytest.mark.parametrize("command", [add, change])
def test_the_command_has_an_option_for_every_wish(command: object) -> None:
    assert signature(command).parameters.keys() >= WISHES  # type: ignore[arg-type]


def test_a_program_may_name_every_wish() -> None:
    assert wished(dict.fromkeys(WISHES), Known()) == NEW


def test_a_list_tells_every_wish_in_its_own_word() -> None:
    asked = Filter(
        ("car_t",), ("CN",), (Level.NATIONAL,), ("nmpa",), (DocType.GUIDELINE,), (Stage.DRAFT,), Importance.HIGH, "gene therapy"
    )
    assert {*shown(NEW), *filter_record(asked)} >= WISHES


@pytest.mark.parametrize("name", ["erased-1", "", "a b", "é", "a" * 65, "a/b", 7, None])
def test_a_new_subscription_is_never_called_so(name: object) -> None:
    assert name_problem(name)


@pytest.mark.parametrize("name", ["mei", "erased", "erased-1x", "a.b_c-9", "a" * 64])
def test_a_new_subscription_may_be_called_so(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("cadence", "yearly", "--cadence 'yearly' is not understood; write now"),
        ("cadence", "daily@25:00", "--cadence 'daily@25:00': 25:00 is no time of day"),
        ("to", "nowhere", "--to 'nowhere' is not understood; write mailto:"),
        ("to", "mailto:a@@b", "--to: 'a@@b' is no mail address"),
        ("to", "https:///x", "--to is no http(s) address"),
        ("tz", "Mars/Base", "--tz 'Mars/Base' is not known"),
        ("quiet", "nights", "--quiet 'nights': not understood"),
    ],
)
def test_a_mistake_names_its_option_once(option: str, given: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        wished({option: given}, Known())
    assert [problem[: len(said)] for problem in told.value.problems] == [said]
