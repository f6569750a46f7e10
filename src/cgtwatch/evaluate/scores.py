"""Counting right and wrong: precision, recall, F1, accuracy, and how sure one can be of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any, TypeVar

SEED = 20240607  # any number, but always the same: two runs over one file give one answer
RESAMPLES = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Count:
    """What one line adds: hits, false alarms and misses."""

    hit: int = 0
    false: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One closed question of one line: what is right and what was answered."""

    gold: str
    answer: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong answer, for a person to look at."""

    id: str
    field: str
    expected: str
    got: str
    about: str


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of one file: `data` is the JSON object, `lines` the same for people, `predictions` one object a line."""

    kind: str
    data: Mapping[str, Any]
    lines: tuple[str, ...]
    predictions: tuple[Mapping[str, Any], ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def ratio(part: float, whole: float, empty: float = 1.0) -> float:
    """`part / whole`; where there is nothing to be wrong about, `empty`."""
    return part / whole if whole else empty


def of_sets(gold: Iterable[str], answer: Iterable[str]) -> Count:
    """The count of one line that has a set for an answer."""
    right, given = set(gold), set(answer)
    return Count(len(right & given), len(given - right), len(right - given))


def f1_of(counts: Iterable[Count]) -> float:
    """F1 over all lines together; 1.0 where there was nothing to find and nothing was found."""
    hit = wrong = 0
    for count in counts:
        hit += count.hit
        wrong += count.false + count.missed
    return ratio(2 * hit, 2 * hit + wrong)


def accuracy_of(choices: Sequence[Choice]) -> float:
    """The share of lines that were answered right."""
    return ratio(sum(choice.gold == choice.answer for choice in choices), len(choices))


def macro_f1(choices: Sequence[Choice]) -> float:
    """The mean F1 of the values that occur in the gold labels."""
    values = sorted({choice.gold for choice in choices})
    scores = [
        f1_of(
            Count(
                hit=int(choice.gold == value == choice.answer),
                false=int(choice.answer == value != choice.gold),
                missed=int(choice.gold == value != choice.answer),
            )
            for choice in choices
        )
        for value in values
    ]
    return ratio(sum(scores), len(scores))


def interval(rows: Sequence[T], score: Callable[[Sequence[T]], float]) -> list[float]:
    """The 95 % interval of `score` over lines drawn again with replacement (percentile bootstrap, fixed seed)."""
    if not rows:
        return [0.0, 1.0]
    draw = Random(SEED)  # noqa: S311 - statistics, not secrecy
    scores = sorted(score(draw.choices(rows, k=len(rows))) for _ in range(RESAMPLES))
    return [round(scores[int(0.025 * RESAMPLES)], 4), round(scores[int(0.975 * RESAMPLES) - 1], 4)]


def found(counts: Sequence[Count]) -> dict[str, Any]:
    """Precision, recall and F1 of a field as the report shows them."""
    hit = sum(count.hit for count in counts)
    false = sum(count.false for count in counts)
    missed = sum(count.missed for count in counts)
    return {
        "precision": round(ratio(hit, hit + false), 4),
        "recall": round(ratio(hit, hit + missed), 4),
        "f1": round(f1_of(counts), 4),
        "ci95": interval(counts, f1_of),
        "n": len(counts),
    }


def chosen(choices: Sequence[Choice]) -> dict[str, Any]:
    """Accuracy and macro F1 of a closed field as the report shows them."""
    return {
        "accuracy": round(accuracy_of(choices), 4),
        "macro_f1": round(macro_f1(choices), 4),
        "ci95": interval(choices, accuracy_of),
        "n": len(choices),
    }


def table(fields: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The fields as aligned lines of text."""
    rows = []
    for name, score in fields.items():
        low, high = score["ci95"]
        main = (
            f"accuracy {score['accuracy']:.3f}  macro F1 {score['macro_f1']:.3f}" if "accuracy" in score else _found_text(score)
        )
        rows.append(f"  {name:<22} {main}  95 % [{low:.3f}, {high:.3f}]  n={score['n']}")
    return rows


def _found_text(score: Mapping[str, Any]) -> str:
    return f"precision {score['precision']:.3f}  recall {score['recall']:.3f}  F1 {score['f1']:.3f}"


def flatten(groups: Iterable[Iterable[T]]) -> list[T]:
    """All members of all groups in order."""
    return list(chain.from_iterable(groups))
