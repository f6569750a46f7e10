"""The table of what machines have said of titles and summaries, so that nothing is asked twice."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from cgtwatch.store.columns import Base, UtcText


class TranslationRow(Base, table=True):
    """What came of asking for one text in one language; `refused` says why it is not shown, empty where it is."""

    __tablename__: ClassVar[str] = "translation"

    text: str = Field(primary_key=True)  # hash of title and summary
    language: str = Field(primary_key=True)
    title: str
    summary: str
    refused: str
    model: str
    at: datetime = Field(sa_type=UtcText)
