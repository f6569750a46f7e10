"""What bodies unpack to, and what stops them."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.body import unpack
from cgtwatch.net.trouble import Trouble


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "gzip called deflate": ("deflate", gzip.compress),
    "twice": ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    "two members": ("gzip", lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])),
    "padding after the end": ("gzip", lambda data: gzip.compress(data) + b"padding" * 50),
    "named identity": ("identity", bytes),
}


@pytest.mark.parametrize("name", PACKERS)
@given(data=st.binary(max_size=3000), size=st.integers(1, 700))
def test_a_packed_body_comes_out_as_it_went_in_however_it_is_cut_into_pieces(name, data, size):
    encoding, pack = PACKERS[name]
    assert b"".join(unpack(pieces(pack(data), size), encoding)) == data


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.fault("H16")
def test_a_stream_that_does_not_end_is_trouble(encoding):
    whole = gzip.compress(b"policy " * 500)
    with pytest.raises(Trouble, match="cut"):
        list(unpack([whole[: len(whole) // 2]], encoding))


@pytest.mark.fault("H15")
def test_a_body_that_is_not_what_it_is_called_is_trouble():
    with pytest.raises(Trouble, match="is not"):
        list(unpack([b"<?xml version='1.0'?><rss/>"], "gzip"))


@pytest.mark.parametrize("encoding", ["br", "x-secret", "gzip, br", ", ".join(["gzip"] * 200)])
def test_an_encoding_that_was_not_asked_for_is_trouble_before_a_byte_is_read(encoding):
    with pytest.raises(Trouble) as caught:
        unpack(iter([]), encoding)
    assert caught.value.error is ErrorClass.PROTOCOL


@pytest.mark.promise("P9")
@pytest.mark.fault("H17")
def test_a_bomb_comes_out_in_small_pieces():
    bomb = gzip.compress(bytes(64 << 20), 9)
    assert max(len(piece) for piece in unpack(pieces(bomb, 4096), "gzip")) <= 65536
