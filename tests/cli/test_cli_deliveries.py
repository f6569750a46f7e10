"""`deliveries`: what may be said of an outcome, and nothing else."""

import pytest

from cgtwatch.cli.deliveries import resolve
from cgtwatch.errors import ConfigError


@pytest.mark.parametrize("word", ["gone", "queued"])
def test_a_word_that_is_no_outcome_is_answered_with_those_there_are(word):
    with pytest.raises(ConfigError, match=r"known: sent, cancelled, dead$"):
        resolve("msg_1", word)
