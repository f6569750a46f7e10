"""The quality of understanding, dates, round-ups, links and reading, against the material beside the checkout.

`make evaluate` prints one table a labelled file and a line a group of recordings. Files named `check…` are scored as a whole only.
"""

import os
import sys
import tempfile
from pathlib import Path

import recorded

from cgtwatch.evaluate import run

LABELS = ("dev.jsonl", "check.jsonl", "dates-dev.jsonl", "roundups-dev.jsonl", "links-dev.jsonl")


def main() -> int:
    """Print every score; 2 where the material is missing."""
    shared = Path(os.environ.get("CGTWATCH_SHARED", recorded.ROOT.parent / "shared")).resolve()
    if not (shared / "labels").is_dir():
        print(f"no labelled files at {shared}; set CGTWATCH_SHARED")
        return 2
    for name in LABELS:
        print(f"== {name}")
        print("\n".join(run(shared / "labels" / name).lines))
    print("== recordings, polled by the real command")
    with tempfile.TemporaryDirectory() as place:
        for group, score in recorded.evaluate(shared, Path(place)).items():
            print(f"{group:<24} {score.right} of {score.files} files right")
            for problem in score.wrong:
                print(f"    {problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
