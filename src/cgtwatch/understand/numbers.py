"""Document numbers as the understanding and the corridor use them; the reading itself is shared by the rooms in `text`."""

from cgtwatch.text.numbers import FoundNumber, canonical, find

__all__ = ["FoundNumber", "canonical", "find"]
