"""What a machine made of a title and its summary in another language."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Translation:
    """One text in one language. `text` is the hash of what was translated; where `refused` says why, it is never shown."""

    text: str
    language: str
    title: str
    summary: str
    refused: str
    model: str
    at: datetime
