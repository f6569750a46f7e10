"""Bytes kept under their own hash."""

from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgtwatch.acquire.archive import Archive


@given(body=st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_what_is_put_comes_back_under_its_hash(tmp_path, body):
    archive = Archive(tmp_path / "raw")
    key = archive.put(body)
    assert (key, archive.get(key), archive.has(key)) == (sha256(body).hexdigest(), body, True)


def test_putting_twice_keeps_one_file(tmp_path):
    archive = Archive(tmp_path)
    assert archive.put(b"x") == archive.put(b"x")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_keys_are_all_that_was_put(tmp_path):
    archive = Archive(tmp_path)
    put = sorted(archive.put(bytes([n])) for n in range(5))
    assert list(archive.keys()) == put


def test_an_unknown_key_is_told(tmp_path):
    archive = Archive(tmp_path)
    with pytest.raises(KeyError):
        archive.get("0" * 64)
    assert not archive.has("0" * 64)


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "x", "A" * 64, "/" * 64])
def test_a_key_never_becomes_a_path_of_its_own(tmp_path, key):
    archive = Archive(tmp_path)
    assert not archive.has(key)
    with pytest.raises(KeyError):
        archive.get(key)


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_damage_is_told_and_not_handed_out(tmp_path, damage):
    archive = Archive(tmp_path)
    key, other = archive.put(b"one" * 99), archive.put(b"two" * 99)
    path = next(tmp_path.rglob(f"{key}*"))
    path.write_bytes(next(tmp_path.rglob(f"{other}*")).read_bytes() if damage is None else damage)
    with pytest.raises(ValueError, match="damaged"):
        archive.get(key)


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    archive = Archive(tmp_path)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cgtwatch.acquire.archive.os.fsync", full)
    with pytest.raises(OSError, match="space"):
        archive.put(b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
