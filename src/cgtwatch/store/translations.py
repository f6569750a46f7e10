"""Translations by machine, by the hash of what was translated."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import delete, insert, select

from cgtwatch.model.translation import Translation
from cgtwatch.store.recording import CHUNK
from cgtwatch.store.room import Room
from cgtwatch.store.tables import TRANSLATION


class Translations(Room):
    """The part of the store that knows translations."""

    def translations(self, texts: Collection[str], language: str) -> dict[str, Translation]:
        """What is kept of `texts` (hashes) in `language`, refused ones too, by hash."""
        asked = list(dict.fromkeys(texts))
        found: dict[str, Translation] = {}
        with self._database.read() as db:
            for start in range(0, len(asked), CHUNK):
                of = TRANSLATION.c.text.in_(asked[start : start + CHUNK])
                rows = db.execute(select(TRANSLATION).where(of, TRANSLATION.c.language == language)).mappings()
                found |= {row["text"]: Translation(**row) for row in rows}
        return found

    def keep_translation(self, made: Translation) -> None:
        """Keep what came of asking, in the place of what came before."""
        same = (TRANSLATION.c.text == made.text) & (TRANSLATION.c.language == made.language)
        with self._database.write() as db:
            db.execute(delete(TRANSLATION).where(same))
            db.execute(insert(TRANSLATION), asdict(made))

    def forget_refused(self) -> int:
        """Forget what was refused, so that it is asked again; how many."""
        with self._database.write() as db:
            return db.execute(delete(TRANSLATION).where(TRANSLATION.c.refused != "")).rowcount
