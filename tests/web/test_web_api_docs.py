"""The page about the API tells the truth: its examples are run as they stand."""

import json
import re
from functools import reduce
from pathlib import Path

from web.api_kit import programs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"```http\n(\w+) (\S+) → (\d+)\n(.*?)```", re.DOTALL)


def test_every_example_of_the_page_answers_as_it_says(tmp_path: Path) -> None:
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) > 40
    with programs(tmp_path) as made:
        event = made.app.store.event(made.watch.event("CAR-T"))
        names = {"EVENT": event.id, "ITEM": event.item_id, "SOURCE": event.source, "KEY": ""}
        for method, path, status, body in examples:
            there = reduce(lambda left, name: left.replace(name, names[name]), names, path)
            answer = made.root.request(method, there, json=json.loads(body) if body.strip() else None)
            assert answer.status_code == int(status), (method, path, answer.text)
            if path.endswith("/test") and method == "POST":
                names["KEY"] = answer.json().get("delivery") or names["KEY"]
