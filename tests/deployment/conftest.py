"""A run whose trials have weights, without a training."""

import pytest
import torch
from comparisons import nested
from factories import document, write_run

from bench.measurements.construction import Geometry, constructor
from bench.measurements.training import checkpoint
from bench.store import CHECKPOINT_FILE

TWO = {"Plain": "plain_cnn", "</b>|\u00e9\u202e": "shared_resnet"}


@pytest.fixture
def make_run(tmp_path):
    """A function that writes a run of two seeds an architecture, of which `change` alters the records."""

    def make(change=lambda record: record, architectures=TWO):
        entries = [{"label": label, "name": name} for label, name in architectures.items()]
        suite = document(recipe={"epochs": 2, "seeds": [0, 1]}, architectures=entries, claims=[])
        run = write_run(tmp_path / "runs", suite, change)
        for trial in run.info.plan:
            torch.manual_seed(trial.seed)
            network = constructor(trial.architecture, trial.args, Geometry(3, 32, 4))()
            folder = run.trial(trial).folder
            folder.mkdir(parents=True, exist_ok=True)
            checkpoint.save(
                folder / CHECKPOINT_FILE, trial.id, {"model": network.state_dict(), "history": []}
            )
        return run

    return make


@pytest.fixture
def normalised():
    """A change: records that know what normalisation did."""
    constants = {"pixel_scale": (4.0, 4.5, 5.0), "pixel_shift": (-2.0, -2.1, -2.2)}
    return lambda record: nested(record, "data", lambda data: data.model_copy(update=constants))
