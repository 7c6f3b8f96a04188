"""A trial as a run of the real Weights & Biases, offline."""

import json

import pytest

from bench.measurements.loggers.catalogue import LOGGERS
from bench.measurements.loggers.following import Following

wandb = pytest.importorskip("wandb")


def test_without_a_key_a_trial_is_a_file_below_its_folder(finished, about, record, monkeypatch):
    """A continued trial keeps its name there, and hands over the epochs that are new."""
    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(about.folder))  # whoever runs the tests may have a key
    ids = []
    for epochs in (2, 3):
        following = Following(about, finished, {"wandb": LOGGERS["wandb"].make})
        following(epochs)
        run = following.loggers["wandb"].run
        ids.append(run.id)
        assert run.settings._offline
        assert run.config["optimizer.name"] == "adamw"
        assert run.summary["accuracy/test"] == finished.history[epochs - 1].test_accuracy
        if epochs == 2:
            run.finish(exit_code=1)
    seen, finish = {}, run.finish
    monkeypatch.setattr(run, "finish", lambda exit_code: (seen.update(run.summary), finish(exit_code)))
    following.end(record)
    assert ids[0] == ids[1]
    assert seen["summary/params"] == record.static.params
    assert seen["status"] == "done"
    assert json.loads((about.folder / "logger-wandb.json").read_text())["epochs"] == 3
    assert list((about.folder / "wandb").glob(f"offline-run-*-{ids[0]}/*.wandb"))
