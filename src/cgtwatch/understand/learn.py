"""Learns how much each mark of `policy.features` says, from labelled files, and writes the small table that ships with the rules.

`python -m cgtwatch.understand.learn LABELS.jsonl...`: logistic regression held near the rules' own score, no randomness, so that
the same labels give the same table. Items count by their policy label; only such files as one may open are to be learned from.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from cgtwatch.model.classification import Document
from cgtwatch.understand.policy import features
from cgtwatch.understand.reading import survey
from cgtwatch.understand.rules import Rules, load

_PRIOR = {  # before anything is learned: the rules' score, and how titles are built
    "rules": 2.0,
    "title built for": 0.15,
    "opening built for": 0.2,
    "title tells": 0.2,
    "title built against": -0.2,
    "title only against": -0.2,
    "nothing names an act": -0.2,
    "title explains": -1.0,
    "opening looks back": -0.5,
}
_HELD = 0.016  # strength of that prior; 0.004 to 0.016 cross-validated by whole files within 0.002 of each other
_LENIENT = (
    0.4  # log-odds: files left out were told with relevant .977 and 1.6 % of the rest reported without it, .982 and 2.0 % with it
)
_ROUNDS = 200
_STEP = 1.0


def weights(examples: Sequence[tuple[Mapping[str, float], bool]]) -> dict[str, float]:
    """The weight of every feature in `examples` of (features, is policy), by plain gradient descent."""
    learned = dict(_PRIOR)
    for _ in range(_ROUNDS):
        slope: dict[str, float] = {}
        for found, truth in examples:
            score = sum(learned.get(name, 0.0) * value for name, value in found.items())
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - truth
            for name, value in found.items():
                slope[name] = slope.get(name, 0.0) + error * value
        for name, value in slope.items():
            here = learned.get(name, 0.0)
            held = 0.0 if name == "bias" else _HELD * (here - _PRIOR.get(name, 0.0))
            learned[name] = here - _STEP * (value / len(examples) + held)
    learned["bias"] = learned.get("bias", 0.0) + _LENIENT
    return learned


def examples(path: Path, rules: Rules) -> list[tuple[dict[str, float], bool]]:
    """The features of every labelled document in a JSON-lines file, with its policy label."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        published = date.fromisoformat(row["published"]) if row.get("published") else None
        language = row["lang"] if row["lang"] in ("zh", "en") else None
        document = Document(row["title"] or "", row["text"] or "", row["url"] or "", published, language)
        found.append((features(survey(document, rules)), bool(row["labels"]["policy"])))
    return found


def table(learned: Mapping[str, float]) -> str:
    """The weights as the rule table `weights.tsv`."""
    lines = ["# Learned by `python -m cgtwatch.understand.learn`; not written by hand.", "feature\tweight"]
    lines += [f"{name}\t{learned[name]:.3f}" for name in sorted(learned) if abs(learned[name]) >= 0.001]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Learns from the named files and writes the table that ships with the rules."""
    rules = load()
    told = [example for name in arguments for example in examples(Path(name), rules)]
    (Path(__file__).parent / "data" / "weights.tsv").write_text(table(weights(told)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
