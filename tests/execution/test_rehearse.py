"""A few steps of a network, as a dry run takes them."""

from pathlib import Path

import pytest

from bench.data import download
from bench.errors import SuiteError
from bench.execution.rehearse import rehearse
from bench.measurements.training import checkpoint
from bench.plan import Trial
from bench.spec import Crop, Dataset, Execution, Recipe
from bench.store import CHECKPOINT_FILE


def trial(dataset=None, **changes):
    fields = {
        "label": "A", "architecture": "plain_cnn", "args": {"width": 4},
        "dataset": dataset or Dataset(name="digits", image_size=16),
        "recipe": Recipe(epochs=2, batch_size=16, seeds=(0,), augment=(Crop(name="crop"),)),
        "execution": Execution(device="cpu", threads=1),
    }  # fmt: skip
    return Trial(**(fields | changes))


def steps_of(one, folder=Path("nowhere"), *, seconds=0.05, fresh=False):
    return rehearse([(one, folder)], None, seconds=seconds, fresh=fresh)


def test_steps_are_those_of_the_recipe(tmp_path):
    """Its batch size, its optimiser with its state, and bytes that the counts explain; nothing is written."""
    found = steps_of(trial(), tmp_path / "trial", seconds=1e6)
    assert found.batch_size == 16
    assert 0 < found.step_seconds[0] <= found.step_seconds[1]
    params = found.gradient_bytes // 4
    assert 8 * params <= found.optimizer_bytes < 9 * params + 400  # AdamW: two moments and a count each
    assert found.weight_bytes >= found.gradient_bytes
    assert found.saved_bytes > 16 * 16 * 16 * 4  # the batch itself
    assert found.allocator_bytes is None
    assert not (tmp_path / "trial").exists()


def test_what_takes_too_long_is_timed_on_fewer_images():
    """Two at least, so that batch norm has something to normalise."""
    assert steps_of(trial(), seconds=1e-9).batch_size == 2


def test_data_that_are_not_here_are_not_downloaded(tmp_path, monkeypatch):
    """Noise of their shape does."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(download, "fetch", lambda *_: pytest.fail("a download"))
    assert steps_of(trial(Dataset(name="cifar10"))).batch_size >= 2


def test_epochs_in_a_checkpoint_are_counted(tmp_path):
    """Unless they are to be forgotten."""
    one = trial()
    checkpoint.save(tmp_path / CHECKPOINT_FILE, one.id, {"history": [{"epoch": 1}], "model": {}})
    assert steps_of(one, tmp_path).epochs_done == (1,)
    assert steps_of(one, tmp_path, fresh=True).epochs_done == (0,)


def test_a_network_that_cannot_take_a_step_says_why():
    with pytest.raises(Exception, match="no_such_network"):
        steps_of(trial(architecture="no_such_network"))


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(SuiteError, match="cuda"):
        steps_of(trial(execution=Execution(device="cuda")))
