"""Who wants what, and when: a subscription and an event (or the clock) come in, a choice with reasons (or a due time) goes out.

Pure: no store, no clock of its own, no words for readers (`compose` says reasons in the reader's language).
"""

from cgtwatch.select.cadence import next_due, parse_cadence, show_cadence
from cgtwatch.select.choice import Choice, describe, wanted
from cgtwatch.select.target import parse_target

__all__ = ["Choice", "describe", "next_due", "parse_cadence", "parse_target", "show_cadence", "wanted"]
