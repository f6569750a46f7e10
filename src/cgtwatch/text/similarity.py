"""How alike two texts are, by the runs of characters they share."""

from zlib import crc32

from cgtwatch.text.canonical import canonical


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Every run of `size` characters of the canonical text without blanks and case; a shorter text is its own only run."""
    letters = "".join(char for char in canonical(text).casefold() if char.isalnum())
    if not letters:
        return frozenset()
    return frozenset(letters[start : start + size] for start in range(max(1, len(letters) - size + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all, from 0 to 1; two empty sets have nothing in common."""
    return len(one & other) / len(one | other) if one or other else 0.0


def smallest(runs: frozenset[str], count: int) -> tuple[int, ...]:
    """The `count` smallest fingerprints of a set of runs: two sets that are much alike have some of them in common."""
    return tuple(sorted(crc32(run.encode()) for run in runs)[:count])
