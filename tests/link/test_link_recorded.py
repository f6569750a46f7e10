"""Links among the acts of a yearly review, and the keys of labelled pairs."""

import json
from dataclasses import replace
from datetime import date

import pytest

from cgtwatch.evaluate.run import _side
from cgtwatch.link import Candidate, relate, relation
from cgtwatch.link.keys import keys_of
from cgtwatch.model.classification import Document
from cgtwatch.model.event import PolicyEvent, Relation
from cgtwatch.pipeline.recognise import link_up, stored_item
from cgtwatch.store import open_store
from cgtwatch.understand.classify import classify
from cgtwatch.understand.read import read
from pipeline.test_pipeline_joints import NOW, SOURCE, entry
from shared import SHARED, needs_shared
from shipped_rules import shipped_rules

pytestmark = [pytest.mark.recorded, needs_shared]


@pytest.fixture(scope="module")
def review() -> dict[str, PolicyEvent]:
    """The national acts of the yearly review by their days, linked as the corridor links them."""
    assert SHARED is not None
    (path,) = (SHARED / "seeds").glob("001_*.txt")
    title, _, text = path.read_text(encoding="utf-8").lstrip().partition("\n")
    rules, document = shipped_rules(), Document(title, text, published=date(2023, 1, 7))
    assert classify(document, rules).labels.relevant
    draft = replace(entry().finding.draft, title=document.title, text=document.text, published_on=document.published)
    item = stored_item(SOURCE, entry(draft), NOW, lambda _: read(document, rules))
    (linked,) = link_up([item], open_store("sqlite://"))
    return {event.on.isoformat(): event for event in linked.events if event.on and not event.main}


def test_the_notices_of_february_and_april_are_one_thread(review: dict[str, PolicyEvent]) -> None:
    draft, final = review["2022-02-08"], review["2022-04-29"]
    (link,) = relate(Candidate(final, ""), [Candidate(draft, "")])
    assert (link.event, link.other, link.relation) == (final.id, draft.id, Relation.FINALISES)
    assert draft.thread == final.thread


def test_the_appendix_of_january_and_the_guidance_of_october_are_two_threads(review: dict[str, PolicyEvent]) -> None:
    draft, guidance = review["2022-01-04"], review["2022-10-31"]
    assert relate(Candidate(guidance, ""), [Candidate(draft, "")]) == ()
    assert draft.thread != guidance.thread


def test_every_labelled_pair_that_is_related_shares_a_key() -> None:
    assert SHARED is not None
    lines = (SHARED / "labels" / "links-dev.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [(_side(line["a"]), _side(line["b"])) for line in map(json.loads, lines)]
    related = [(keys_of(a), keys_of(b)) for a, b in pairs if relation(a, b).relation is not Relation.NONE]
    assert all(first.own & set(second.asked) or second.own & set(first.asked) for first, second in related)
