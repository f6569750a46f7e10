"""How alike two texts are, by the runs of characters they share."""

from collections.abc import Iterable
from hashlib import blake2b

from cgtwatch.text.canonical import canonical

_BITS = 64


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Every run of `size` characters of the canonical text without blanks and case; a shorter text is its own only run."""
    letters = "".join(char for char in canonical(text).casefold() if char.isalnum())
    if not letters:
        return frozenset()
    return frozenset(letters[start : start + size] for start in range(max(1, len(letters) - size + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all, from 0 to 1; two empty sets have nothing in common."""
    return len(one & other) / len(one | other) if one or other else 0.0


def simhash(features: Iterable[str]) -> int:
    """A 64-bit number that differs in few bits for nearly the same set of features."""
    votes = [0] * _BITS
    for feature in features:
        hashed = int.from_bytes(blake2b(feature.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        for bit in range(_BITS):
            votes[bit] += 1 if hashed >> bit & 1 else -1
    return sum(1 << bit for bit, vote in enumerate(votes) if vote > 0)
