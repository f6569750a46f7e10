"""What every noun shares: mistakes, and how little is assumed of what is to come."""

from datetime import date, datetime
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Day: TypeAlias = date  # a field may be called `date`
Instant: TypeAlias = datetime


class Shape(BaseModel):
    """What may gain fields later: a program should pass over those it does not know."""

    model_config = ConfigDict(frozen=True)


class Problem(Shape):
    """What went wrong."""

    error: str = Field(description="One line that a person can act on.", examples=["no event 'x' is stored"])
    problems: list[str] | None = Field(None, description="A wrong request: a line for each mistake, all at once.")


class Mended(Shape):
    """What went wrong with something that was handed over, and how to mend it."""

    error: str
    mend: str


class Health(Shape):
    """Alive, and able to read the store."""

    ok: bool
    seq: int = Field(description="The number of the latest announcement.")
    version: str
