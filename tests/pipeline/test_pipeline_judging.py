"""The health of sources is judged by workers whose files may differ for a while."""

from dataclasses import replace

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.pipeline.notices import judge_sources
from cgtwatch.store import open_store
from store.store_kit import HOUR, NOW, source, state, visit


def test_workers_whose_files_differ_end_no_alarm_of_each_other() -> None:
    store = open_store("sqlite://")
    both = [source(), source("fda")]
    store.sync_sources(both, NOW)
    gone = state("fda", last_visit=NOW, last_ok=NOW - 50 * HOUR, next_poll=NOW + HOUR, failures=9, error=ErrorClass.GONE)
    store.record_visit(visit(outcome=Outcome.FAILED, source_state=gone))
    judge_sources(both, store, NOW, {})
    opened = [one.key for one in store.open_alarms()]
    assert opened == ["source:fda"]
    judge_sources([source()], store, NOW, {})  # by one who knows nothing of it
    assert [one.key for one in store.open_alarms()] == opened
    judge_sources([source(), replace(source("fda"), enabled=False)], store, NOW, {})
    assert not store.open_alarms()
    judge_sources(both, store, NOW, {})
    store.sync_sources([source()], NOW)
    judge_sources([source()], store, NOW, {})  # it is watched no more
    assert not store.open_alarms()
    store.close()
