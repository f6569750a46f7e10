"""Old copies of the database go; nothing else in their folder does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cgtwatch.ops.copies import dated, thin_out

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_the_newest_copies_stay_and_what_is_no_dated_copy_is_not_touched(tmp_path: Path) -> None:
    copies = [dated(tmp_path, NOW + timedelta(days=n)) for n in range(5)]
    others = [
        tmp_path / name
        for name in ("before-upgrade-20250101T000000Z.db", "cgtwatch-mine.db", "cgtwatch-20260302T010000Z.db.part")
    ]
    for path in (*copies, *others):
        path.write_bytes(b"x")
    (tmp_path / "cgtwatch-20200101T000000Z.old").mkdir()
    assert thin_out(tmp_path, 2) == copies[:3]
    assert sorted(path for path in tmp_path.iterdir() if path.is_file()) == sorted([*copies[3:], *others])
    assert thin_out(tmp_path, 2) == []
