"""What is new, changed or gone at a source, whether its page can be believed, and when to look again.

In come a source, what is remembered of it, a visit and what a parser saw; out go plans, verdicts, times, comparisons and alarms,
all of them values. Nothing here reads a clock, a file, the network or the store, and nothing here tells anybody.
"""
