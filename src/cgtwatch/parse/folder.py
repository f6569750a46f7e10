"""A folder's manifest to drafts: one for each file, read as a document afterwards."""

import json
from pathlib import Path
from urllib.parse import quote

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.source import Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.text.clean import one_line


def parse(source: Source, page: Page) -> Parsed:
    """A draft for each file of the manifest `[{"name", "size", "mtime", "sha256"}, …]`, known again by its name.

    The title is the file's name until the document is read; the text names size and hash, so that a file with new content
    is seen as changed. Raises `ParseError` where the manifest cannot be read.
    """
    try:
        files = json.loads(page.body)
        names = [(str(file["name"]), int(file["size"]), str(file["sha256"])) for file in files]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ParseError(
            f"{source.id}: expected the manifest of a folder, got something else: {one_line(repr(error), 120)}"
        ) from error
    root = Path(source.folder.path).absolute().as_uri() if source.folder else page.url.rstrip("/")
    drafts = tuple(
        Draft(
            title=one_line(Path(name).name, 500),
            url=f"{root}/{quote(name)}",
            guid=name,
            text=f"{size} bytes, sha256 {digest}",
            position=position,
        )
        for position, (name, size, digest) in enumerate(names[:MOST_ENTRIES])
    )
    capped = len(names) > MOST_ENTRIES
    warnings = (f"only the first {MOST_ENTRIES} of {len(names)} files were read",) if capped else ()
    return Parsed(drafts, None, source.name.en, warnings, "utf-8", capped)
