"""What tests of trials that are taken over have in common."""

from __future__ import annotations

import pytest
from earlier_runs import HERE, decoded, here
from factories import document, write_run

from bench import environment
from bench.data import loading
from bench.store import CHECKPOINT_FILE


@pytest.fixture
def place(monkeypatch):
    """A machine, and data that are decoded on it."""
    monkeypatch.setattr(environment, "describe", lambda: HERE)
    monkeypatch.setattr(environment, "usable_cores", lambda: 2)
    monkeypatch.setattr(loading, "decoded_facts", lambda dataset, data_root: decoded())


@pytest.fixture
def earlier(tmp_path, place):
    """A finished run with one seed."""
    run = write_run(tmp_path, document(recipe={"epochs": 3, "seeds": [0]}), here)
    for trial in run.info.plan:
        (run.trial(trial).folder / CHECKPOINT_FILE).write_bytes(b"weights")
        (run.trial(trial).folder / "trace").mkdir()
        (run.trial(trial).folder / "trace" / "steps.json").write_text("[]")
    return run
