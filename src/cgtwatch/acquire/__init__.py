"""The door in: a `Source` and what is remembered of it come in, a `Visit` goes out: bytes, "nothing changed", or a failure.

It must not look into what it brings beyond telling a wall from a page, decide what is new, or write anything but the archive.
"""

ACQUIRERS = {
    "http": "cgtwatch.acquire.http:HttpAcquirer",
    "folder": "cgtwatch.acquire.folder:FolderAcquirer",
    "browser": "cgtwatch.acquire.browser:BrowserAcquirer",
}
