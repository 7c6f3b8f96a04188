"""Of several attempts at a trial, the newest alone may write."""

import pytest

from bench.execution.on_ray.attempt import ATTEMPT_FILE, Attempt, OvertakenError


def test_an_attempt_that_was_overtaken_learns_of_it(tmp_path):
    """A node that was cut off stops, and does not take the name of the newer attempt away."""
    with Attempt(tmp_path) as first:
        first.check()
        with Attempt(tmp_path) as second:
            second.check()
            with pytest.raises(OvertakenError):
                first.check()
        assert not (tmp_path / ATTEMPT_FILE).exists()
        with pytest.raises(OvertakenError):
            first.check()


def test_the_end_of_an_older_attempt_disturbs_no_newer_one(tmp_path):
    """Whichever ends first."""
    first, second = Attempt(tmp_path), Attempt(tmp_path)
    with first:
        second.__enter__()
    second.check()
