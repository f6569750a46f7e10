"""New entries whose ids are taken: a source under an id that another had once may show what that one showed."""

from dataclasses import replace

from cgtwatch.diff.identity import item_id
from cgtwatch.model.item import Change, ItemKeys, Plan
from cgtwatch.store import Store


def told_apart(plan: Plan, source_id: str, store: Store) -> Plan:
    """The plan with ids of their own for new entries whose ids stand for items of other sources; the same at every try."""
    new = [finding.item_id for finding in plan.findings if finding.change is Change.NEW]
    taken = store.stored(new) if new else frozenset[str]()
    if not taken:
        return plan
    used, own = set(new), dict[str, str]()
    for old in sorted(taken):
        number = 2
        while (made := item_id(source_id, ItemKeys(guid=f"{old}\x1e{number}"))) in used or store.stored([made]):
            number += 1
        used.add(made)
        own[old] = made
    return replace(plan, findings=tuple(replace(one, item_id=own.get(one.item_id, one.item_id)) for one in plan.findings))
