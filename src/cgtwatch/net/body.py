"""The bytes of an answer, unpacked as they come in, so that the cap counts what they become."""

import zlib
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from typing import Any

from urllib3.exceptions import HTTPError

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.transfer import Transfer
from cgtwatch.net.trouble import Trouble, read

PIECE = 65536
MOST_LAYERS = 2  # nobody packs an honest page three times
DIAGNOSIS = 65536  # of the body of an error answer
GZIP = b"\x1f\x8b\x08"
PACKED_TYPES = ("gzip", "octet-stream", "zip", "x-tar")  # content types for which gzip bytes are the content itself


class Reading:
    """One body as far as it was read: kept outside of the reader so that a failure can tell of it."""

    __slots__ = ("parts", "size")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    @property
    def body(self) -> bytes:
        """Everything read so far."""
        return b"".join(self.parts)

    @property
    def beginning(self) -> bytes:
        """What is kept of it for diagnosis."""
        return b"".join(self.parts[: DIAGNOSIS // 64])[:DIAGNOSIS]


def fill(reading: Reading, raw: Any, transfer: Transfer, max_bytes: int) -> None:  # noqa: ANN401 - urllib3's response
    """Read the body of `raw` into `reading`, unpacked; raises `Trouble` (too-big, timeout, protocol, connect)."""
    announced = raw.headers.get("content-length", "")
    if len(announced) < 20 and announced.isdigit() and int(announced) > max_bytes and raw.length_remaining:
        raise _too_big(max_bytes, f"{announced} bytes announced")
    pieces = unpack(_wire(raw, transfer, max_bytes), raw.headers.get("content-encoding", ""))
    _collect(reading, pieces, transfer, max_bytes)
    kind = raw.headers.get("content-type", "").lower()
    if reading.parts and reading.parts[0].startswith(GZIP) and not any(word in kind for word in PACKED_TYPES):
        # Some servers pack without saying so.
        packed, reading.parts, reading.size = reading.body, [], 0
        _collect(reading, unpack([packed], "gzip"), transfer, max_bytes)


def _collect(reading: Reading, pieces: Iterable[bytes], transfer: Transfer, max_bytes: int) -> None:
    for piece in pieces:
        if transfer.over:
            raise Trouble(ErrorClass.TIMEOUT, "the body was not complete in time")
        reading.parts.append(piece)
        reading.size += len(piece)
        if reading.size > max_bytes:
            raise _too_big(max_bytes, "it goes on")


def _too_big(max_bytes: int, what: str) -> Trouble:
    return Trouble(ErrorClass.TOO_BIG, f"the body is larger than {max_bytes / 1048576:.3g} MiB: {what}")


def _wire(raw: Any, transfer: Transfer, max_bytes: int) -> Iterator[bytes]:  # noqa: ANN401
    """The body as it comes, de-chunked; a stream that unpacks to nothing for ever ends at the cap too."""
    seen = 0
    try:
        for piece in raw.stream(PIECE, decode_content=False):
            seen += len(piece)
            if seen > max_bytes + PIECE:
                raise _too_big(max_bytes, "and that is only its packed form")
            yield piece
    except (HTTPError, HTTPException, OSError, ValueError) as e:
        if transfer.over:
            raise Trouble(ErrorClass.TIMEOUT, "the body was not complete in time") from e
        raise read(e) from e
    if transfer.over:  # the watchdog's cut looks like the end of a body that had no length
        raise Trouble(ErrorClass.TIMEOUT, "the body was not complete in time")


def unpack(pieces: Iterable[bytes], encoding: str) -> Iterable[bytes]:
    """Undo a Content-Encoding (RFC 9110, 8.4), piece by piece in bounded memory; raises `Trouble` (protocol)."""
    layers = [word.strip().lower() for word in encoding.split(",")]
    layers = [word for word in layers if word not in ("", "identity")]
    unknown = [word for word in layers if word not in ("gzip", "x-gzip", "deflate")]
    if unknown or len(layers) > MOST_LAYERS:
        what = f"packed as {ascii(unknown[0])[:40]}, which was not asked for" if unknown else f"packed {len(layers)} times over"
        raise Trouble(ErrorClass.PROTOCOL, f"the body is {what}")
    for word in reversed(layers):
        pieces = _inflate(pieces, word)
    return pieces


def _inflate(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    stream = _Stream(name)
    for piece in pieces:
        yield from stream.feed(piece)
    if not stream.whole:
        raise Trouble(ErrorClass.PROTOCOL, f"the body was cut: its {name} stream does not end")


class _Stream:
    """One packed stream: member after member (RFC 1952, 2.2); anything else after its end is padding that clients ignore."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._unpacker: Any = None
        self._held = b""  # fewer bytes than tell how they are packed
        self._begun = False
        self._padding = False

    @property
    def whole(self) -> bool:
        """Whether the stream may end here."""
        return self._unpacker is None and (self._begun or not self._held)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What `piece` adds, in pieces of bounded size."""
        data, self._held = self._held + piece, b""
        while data and not self._padding:
            if self._unpacker is None:
                if len(data) < 2:
                    self._held = data
                    return
                self._padding = self._begun and not data.startswith(GZIP[:2])
                if self._padding:
                    return
                self._unpacker, self._begun = zlib.decompressobj(_window(data)), True
            try:
                out = self._unpacker.decompress(data, PIECE)
            except zlib.error as e:
                raise Trouble(ErrorClass.PROTOCOL, f"the body is said to be {self._name} and is not") from e
            if out:
                yield out
            data = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                data, self._unpacker = self._unpacker.unused_data, None


def _window(data: bytes) -> int:
    """What zlib must be told: gzip, zlib, or the raw deflate that old servers send; by its first bytes, not by its name."""
    if data.startswith(GZIP[:2]):
        return 16 + zlib.MAX_WBITS
    if data[0] & 0x0F == 8 and (data[0] * 256 + data[1]) % 31 == 0:
        return zlib.MAX_WBITS
    return -zlib.MAX_WBITS
