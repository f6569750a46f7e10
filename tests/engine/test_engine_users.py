"""Users and their tokens: printed once, kept as hashes, ended at once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from inside import Inside

from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.ops.tokens import hashed


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    """An app without sources."""
    made = Inside(tmp_path)
    try:
        yield made
    finally:
        made.engine.stop()
        made.app.close()


def secret(bench: Inside, **args: object) -> str:
    [row] = bench.ask("users.token", name="ci", **args)
    return str(row["token"])


def valid(bench: Inside, token: str) -> bool:
    found = bench.app.store.holder(hashed(token) or "")
    return found is not None and found[1].valid(bench.now)


@pytest.fixture
def ci(bench: Inside) -> Inside:
    """A bench with one user."""
    bench.ask("users.add", name="ci", role="operator")
    return bench


def test_a_token_opens_until_it_expires(ci: Inside) -> None:
    token = secret(ci, expires_days=90)
    assert valid(ci, token)
    ci.pass_time(days=90)
    assert not valid(ci, token)


def test_a_token_is_nowhere_in_the_data(ci: Inside) -> None:
    token = secret(ci)
    ci.app.store.flush()
    kept = b"".join(path.read_bytes() for path in ci.app.settings.data_dir.rglob("*") if path.is_file())
    assert token.removeprefix("cgt_").encode() not in kept
    assert token not in str(ci.app.store.users())


def test_a_revoked_token_opens_nothing_and_the_others_still_do(ci: Inside) -> None:
    first, second = secret(ci), secret(ci)
    assert [row["id"] for row in ci.ask("users.revoke", name="ci", ids=[1])] == [1]
    assert (valid(ci, first), valid(ci, second)) == (False, True)


def test_a_removed_user_leaves_no_open_token_to_a_namesake(ci: Inside) -> None:
    token = secret(ci)
    ci.ask("users.remove", name="ci")
    ci.ask("users.add", name="ci")
    assert not valid(ci, token)
    [namesake] = ci.app.store.users()
    assert (namesake.role, namesake.tokens) == ("reader", ())


def test_a_user_cannot_be_made_twice(ci: Inside) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        ci.ask("users.add", name="ci")


def test_a_wrong_request_is_told_with_all_its_mistakes(ci: Inside) -> None:
    with pytest.raises(ConfigError) as wrong:
        ci.ask("users.token", name="ci", scope=["read", "all"], expires_days=0, label="a\nb")
    assert [problem.partition(" ")[0].rstrip(":") for problem in wrong.value.problems] == ["--scope", "--label", "--expires"]
    with pytest.raises(NotFound, match="no user 'nobody'"):
        ci.ask("users.token", name="nobody")
    with pytest.raises(NotFound, match="no token 9"):
        ci.ask("users.revoke", name="ci", ids=[9])


def test_a_token_carries_what_scanners_know_it_by(ci: Inside) -> None:
    assert secret(ci).startswith("cgt_")
    assert timedelta() == ci.now - ci.app.store.users()[0].tokens[0].created_at
