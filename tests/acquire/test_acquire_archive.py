"""Bytes kept under their own hash."""

import os
import threading
import time
from contextlib import suppress
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
@pytest.mark.fault("S14")
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


# --- what nobody needs goes


def sweep(archive, needed=lambda key: False, before=None):
    found = [archive.sweep(part, needed, time.time() + 10 if before is None else before) for part in archive.parts()]
    return sum(one.bodies for one in found), sum(one.size for one in found)


def test_a_sweep_throws_away_what_nobody_needs(tmp_path):
    archive = Archive(tmp_path)
    kept, gone = archive.put(b"needed"), archive.put(b"x" * 20_000)
    bodies, size = sweep(archive, lambda key: key == kept)
    assert (list(archive.keys()), archive.has(gone), bodies) == ([kept], False, 1)
    assert size > 0


def test_a_sweep_leaves_what_was_put_lately(tmp_path):
    archive = Archive(tmp_path)
    key, early = archive.put(b"x"), time.time() - 100
    os.utime(next(tmp_path.rglob("*.z")), (early, early))
    assert archive.put(b"x") == key  # again: somebody is about to refer to it
    assert sweep(archive, before=time.time() - 50) == (0, 0)
    assert archive.has(key)


def test_what_a_killed_sweep_had_aside_comes_back_or_goes(tmp_path):
    archive = Archive(tmp_path)
    keys = [archive.put(body) for body in (b"needed", b"not needed")]
    for path in list(tmp_path.rglob("*.z")):
        path.rename(path.with_name(f".old-{path.name}"))
    assert list(archive.keys()) == []
    early = time.time() - 100
    for path in tmp_path.rglob(".old-*"):
        os.utime(path, (early, early))
    assert sweep(archive, lambda key: key == keys[0])[0] == 1
    assert list(archive.keys()) == [keys[0]]
    assert archive.get(keys[0]) == b"needed"


def test_what_a_killed_writer_left_half_done_goes(tmp_path):
    archive = Archive(tmp_path)
    key = archive.put(b"x")
    half = next(tmp_path.rglob("*.z")).with_name(".new-abc")
    half.write_bytes(b"half")
    assert sweep(archive, lambda _: True, before=time.time() - 50) == (0, 0)
    assert half.exists()  # perhaps somebody is writing it right now
    sweep(archive, lambda _: True)
    assert (half.exists(), archive.has(key)) == (False, True)


def test_what_is_put_while_a_sweep_goes_on_is_never_lost(tmp_path):
    archive = Archive(tmp_path)
    bodies = [bytes([n]) * 10 for n in range(20)]
    over, early = threading.Event(), time.time() - 100

    def put():
        for _ in range(30):
            for body in bodies:
                archive.put(body)
        over.set()

    writer = threading.Thread(target=put)
    writer.start()
    while not over.is_set():
        for path in tmp_path.rglob("*.z"):
            with suppress(FileNotFoundError):
                os.utime(path, (early, early))
        sweep(archive, before=time.time() - 50)
    writer.join()
    keys = [archive.put(body) for body in bodies]
    sweep(archive, before=time.time() - 50)
    assert [archive.get(key) for key in keys] == bodies
