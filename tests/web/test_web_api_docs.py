"""The page about the API tells the truth: its examples are run as they stand."""

import json
import re
from pathlib import Path

from web.readers import readers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"```http\n(\w+) (\S+) → (\d+)\n(.*?)```", re.DOTALL)


def test_every_example_of_the_page_answers_as_it_says(tmp_path: Path) -> None:
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) > 12
    with readers(tmp_path) as made:
        made.bench.ask("users.add", name="dashboard", role="operator")
        [row] = made.bench.ask("users.token", name="dashboard", scope=["subscriptions", "deliveries"], expires_days=90)
        headers = {"Authorization": f"Bearer {row['token']}"}
        key = ""
        for method, path, status, body in examples:
            answer = made.page.request(
                method, path.replace("KEY", key), headers=headers, json=json.loads(body) if body.strip() else None
            )
            assert answer.status_code == int(status), (method, path, answer.text)
            key = answer.json().get("delivery") or key
