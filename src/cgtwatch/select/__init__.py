"""Who wants what, and when: a subscription and an event (or the clock) come in, a choice with reasons (or a due time) goes out.

Pure: no store, no clock of its own, no words for readers (`compose` says reasons in the reader's language).
"""

from cgtwatch.select.cadence import next_due, parse_cadence, show_cadence
from cgtwatch.select.choice import Choice, describe, wanted
from cgtwatch.select.quiet import is_quiet, parse_quiet, quiet_end, show_quiet
from cgtwatch.select.target import alarm_target, operator_only, parse_target, shown_target
from cgtwatch.text.words import query_problem

__all__ = [
    "Choice",
    "alarm_target",
    "describe",
    "is_quiet",
    "next_due",
    "operator_only",
    "parse_cadence",
    "parse_quiet",
    "parse_target",
    "query_problem",
    "quiet_end",
    "show_cadence",
    "show_quiet",
    "shown_target",
    "wanted",
]
