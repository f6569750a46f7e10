"""What addresses are asked with in common: pages, truths, languages."""

from typing import Annotated, Literal

from fastapi import Query

from cgtwatch.web.api.here import MOST_ROWS

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of a page.")]
Flag = Annotated[bool, Query(description="`1` or `0`.")]
Lang = Annotated[Literal["zh", "en"], Query(description="Language of what is said beside the documents.")]
Seq = Annotated[int, Query(ge=0, lt=1 << 53, description="Only what was announced after this number.")]
