"""A form with a file in it, read within bounds (multipart/form-data, RFC 7578)."""

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from cgtwatch.web.forms import MOST_FILE, Form, Refused, body_of, kind_of, posted_form

_FIELDS = 20
_EXTRA = 65_536  # bytes of a body beside its file


async def posted_upload(request: Request) -> Form:
    """The fields of a form, of its files what is in them as text, one value for each character a byte (Latin-1).

    Raises `Refused`: 400, 413 or 415. A form without a file may come in the usual way too.
    """
    if kind_of(request) != "multipart/form-data":
        return await posted_form(request)
    body = await body_of(request, MOST_FILE + _EXTRA, "split the file")

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, whole(), max_files=1, max_fields=_FIELDS, max_part_size=MOST_FILE)
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise Refused(400, "the form is not understood") from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in parsed.multi_items():
        text = (await value.read()).decode("latin-1") if isinstance(value, UploadFile) else value
        fields[name] = (*fields.get(name, ()), text)
    await parsed.close()
    return Form(fields)
