"""What a process of Ray keeps between trials."""

import pytest

from bench.execution.on_ray import task


@pytest.fixture
def released(monkeypatch):
    """Nothing is kept before and after."""
    task.release()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    yield
    task.release()


def test_a_worker_is_kept_for_the_next_trial(released):
    """Torch is imported once."""
    assert task.kept("data") is task.kept("data")


def test_a_worker_that_sees_other_gpus_is_not_kept(released, monkeypatch):
    """Ray gives a process another GPU with each task; a worker keeps those it was started with."""
    first = task.kept("data")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert task.kept("data") is not first


def test_a_worker_for_other_data_is_not_kept(released):
    """It would look in the folder of the earlier run."""
    assert task.kept("data") is not task.kept("others")
