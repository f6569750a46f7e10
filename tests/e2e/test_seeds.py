"""The user's own five documents, dropped into a folder, become items and two digests."""

import email
import mailbox
from email import policy

import pytest
from place import Place

from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

# By eye, from the documents: the start of the title, the day, the language, an issuer that must be named, the jurisdiction.
SEEDS = {
    "000": ("National health commission: attach great importance", "2019-09-12", "en", "nhc", "CN"),
    "001": ("Policy review: China's national ministries", "2023-01-07", "en", "nmpa", "CN"),
    "002": ("浙江卫健委：细胞治疗", "2021-11-25", "zh", "zj_hc", "CN-ZJ"),
    "003": ("Focus on 2024 National Two Sessions", "2024-03-12", "en", "cppcc", "CN"),
    "004": ("The State Drug Administration has led the investigation", "2024-04-26", "en", "nmpa", "CN"),
}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    assert SHARED is not None
    place = Place(tmp_path_factory.mktemp("seeds"))
    place.sources(
        "sources:\n  - id: seeds\n    name: {zh: 种子, en: Seeds}\n    kind: folder\n    first_look: announce\n"
        f"    folder: {{path: '{SHARED / 'seeds'}', match: '*.txt'}}\n"
    )
    place.run("subscriptions", "add", "zh", "--to", "local:", "--lang", "zh")
    place.run("subscriptions", "add", "en", "--to", "local:", "--lang", "en")
    place.run("poll", "--all")
    return place


def test_seeds_become_items_with_title_date_language_issuer_and_jurisdiction(seeded: Place) -> None:
    items = {item["url"].rsplit("/", 1)[1][:3]: item for item in seeded.rows("items")}
    for name, (title, day, language, issuer, jurisdiction) in SEEDS.items():
        item = items[name]
        assert item["title"].startswith(title)
        assert (item["published"], item["language"], item["jurisdiction"], item["relevant"]) == (
            day,
            language,
            jurisdiction,
            True,
        )
        assert issuer in item["issuers"]
    assert len(items) == len(SEEDS)


def test_seeds_make_one_digest_in_each_language_and_nothing_twice(seeded: Place) -> None:
    rows = {
        row["subscription"]: row
        for row in (*seeded.rows("digest", "--subscription", "zh"), *seeded.rows("digest", "--subscription", "en"))
    }
    assert {name: row["events"] for name, row in rows.items()} == {"zh": 5, "en": 5}
    assert [row["state"] for row in seeded.rows("send")] == ["sent", "sent"]
    letters = [email.message_from_bytes(bytes(one), policy=policy.default) for one in mailbox.Maildir(seeded.data / "mailbox")]
    texts = [letter.get_body(("plain",)).get_content() for letter in letters]
    for title, *_ in SEEDS.values():
        assert all(title[:20] in " ".join(text.split()) for text in texts)
    seeded.run("poll", "--all")
    assert seeded.rows("digest", "--subscription", "zh")[0]["outcome"] == "nothing"
    assert seeded.rows("send") == []
