"""How well the understanding and the linking do: a labelled file comes in, a report with scores goes out; it changes nothing.

It tells the four kinds of labelled files apart by their keys. It stands above what it measures.
"""

from cgtwatch.evaluate.run import run
from cgtwatch.evaluate.scores import Report

__all__ = ["Report", "run"]
