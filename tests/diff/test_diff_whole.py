"""Files that hold every record there is."""

import time
from dataclasses import replace

import pytest

from cgtwatch.diff.traits import traits
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Change, Outcome
from cgtwatch.model.source import ApiRule, Kind, RequestRule
from diff.diff_site import NOW, Memory, a_source, a_visit, decided, judged, parsed, row, rows, told

WHOLE = replace(a_source(Kind.API, url="https://www.example.gov/all.json"), list=None, api=ApiRule(whole=True))


def record(n: int, status: str = "Draft", summary: str = "What applicants should tell of potency.") -> Draft:
    made = row(n % 300, f"Considerations for product class {n}: guidance for industry", guid=f"id-{n}")
    return replace(made, url=f"https://www.example.gov/guidance/{n}", text=f"status: {status}\nsummary: {summary}")


def records(*numbers: int) -> list[Draft]:
    return [record(n) for n in numbers]


@pytest.fixture
def memory() -> Memory:
    made = Memory(WHOLE)
    made.look(records(*range(60)))
    return made


def test_a_draft_that_turns_final_is_one_update_and_is_told(memory):
    page = records(*range(60))
    page[40] = record(40, "Final")
    plan = memory.look(page)
    assert told(plan) == {"updated": ["Considerations for product class 40: guidance for industry"]}
    (found,) = [each for each in plan.findings if each.change is Change.UPDATED]
    assert found.known is not None
    assert "status: Draft" in found.known.text


def test_what_is_no_longer_listed_is_gone_wherever_it_stood(memory):
    plan = memory.look(records(*range(1, 30), *range(31, 59)))
    assert [len(found) for found in told(plan).values()] == [3]
    assert "gone" in told(plan)


def test_a_new_record_at_the_very_end_is_news_however_old_its_day(memory):
    plan = memory.look([*records(*range(59, -1, -1)), replace(record(77), published_on=None)])
    assert told(plan) == {"new": ["Considerations for product class 77: guidance for industry"]}
    older = replace(record(78), published_on=record(0).published_on)
    plan = memory.look([*records(*range(59, -1, -1)), replace(record(77), published_on=None), older])
    assert set(told(plan)) == {"new"}


def test_another_order_of_the_records_is_no_news(memory):
    assert told(memory.look(records(*range(59, -1, -1)))) == {}


def test_an_edit_of_every_record_at_once_is_doubted_then_kept_quiet(memory):
    page = [record(n, summary="Reworded on the day of the new site.") for n in range(60)]
    outcomes = [memory.look(page).outcome for _ in range(3)]
    assert outcomes == [Outcome.HELD, Outcome.HELD, Outcome.OK]
    assert memory.plan is not None
    assert set(told(memory.plan)) == {"quiet updated"}


@pytest.mark.parametrize("left", [0, 10, 35])
def test_a_file_that_lost_many_records_is_doubted_and_nothing_is_gone(memory, left):
    plan = memory.look(records(*range(left)))
    assert plan.outcome is Outcome.HELD
    assert told(plan) == {}
    assert told(memory.look(records(*range(60)))) == {}


def test_a_loss_that_stays_is_believed(memory):
    plans = [memory.look(records(*range(20))) for _ in range(3)]
    assert plans[-1].outcome is Outcome.OK
    assert len(told(plans[-1])["gone"]) == 40


def test_an_api_without_that_word_is_as_a_list():
    assert not traits(replace(WHOLE, api=ApiRule())).complete
    assert traits(WHOLE).complete


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "https://x.example/?from={since:%Y-%m-%d}"},
        {"request": RequestRule(form=(("from", "{since}"),))},
        {"request": RequestRule("POST", json='{"from": "{since}"}')},
    ],
)
def test_an_api_that_is_asked_for_the_last_days_may_answer_with_nothing(asked):
    source = replace(WHOLE, api=ApiRule(), **asked)
    memory = Memory(source)
    assert memory.look([]).outcome is Outcome.OK
    assert memory.look(rows(5, 4, 3, 2, 1, 0)).outcome is Outcome.OK
    assert memory.look([]).outcome is Outcome.OK
    assert told(memory.look(rows(5))) == {}


def test_an_api_that_gives_nothing_otherwise_is_doubted():
    memory = Memory(replace(WHOLE, api=ApiRule()))
    assert memory.look([]).state.error is ErrorClass.LAYOUT


def test_a_map_is_neither_complete_nor_does_it_flood():
    memory = Memory(replace(a_source(Kind.SITEMAP), list=None))
    memory.look([record(n) for n in range(50)])
    assert told(memory.look([record(n) for n in range(10, 53)]))["new"]
    assert memory.look([record(n) for n in range(1000, 1400)]).outcome is Outcome.HELD


def test_a_file_of_thousands_of_records_is_compared_in_bounded_time():
    memory = Memory(WHOLE)
    memory.look(records(*range(2800)))
    page = [*records(*range(2750)), record(2799, "Final"), *records(4001, 4002)]
    began = time.process_time()
    assert judged(WHOLE, memory.state, a_visit(), parsed(page), memory.known).trusted
    plan = decided(WHOLE, memory.state, a_visit(), parsed(page), memory.known, NOW)
    assert time.process_time() - began < 2.5  # a third of that on an idle machine
    assert {name: len(found) for name, found in told(plan).items()} == {"new": 2, "updated": 1, "gone": 49}


def test_namesakes_by_the_thousand_cost_no_square():
    def letters(year: int) -> list[Draft]:
        return [Draft("Adulterated products", f"https://www.example.gov/{year}/letter-{year}-{n}", text="x") for n in range(4000)]

    memory = Memory(WHOLE)
    memory.look(letters(1))
    began = time.process_time()
    judged(WHOLE, memory.state, a_visit(), parsed(letters(2)), memory.known)
    assert time.process_time() - began < 4
