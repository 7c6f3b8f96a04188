"""Measurements along and after training: one that fails costs itself, and nothing else."""

import pytest

from bench.errors import StoreError
from bench.execution import execute as execution
from bench.measurements.scores import classification
from bench.measurements.subject import AfterTraining, AlongTraining
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import TrialStore


def run(folder, *measurements, along=()):
    trial = Trial(
        label="A", architecture="plain_cnn", args={"width": 4},
        dataset=Dataset(name="digits", image_size=16, channels=3, limit=100),
        recipe=Recipe(epochs=1, seeds=(0,)),
        execution=Execution(device="cpu", precision="float32", threads=1),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution, "AFTER_TRAINING", measurements)
        patch.setattr(execution, "ALONG_TRAINING", along)
        return execution.execute(trial, TrialStore(folder), data_root=None, report=lambda _: None)


def failing(error):
    def measure(_):
        raise error

    return AfterTraining("broken", lambda _: True, measure)


def test_a_measurement_that_fails_costs_itself(tmp_path):
    """The trial is done, its accuracy is there, and so is the reason."""
    scores = AfterTraining("classification", lambda _: True, classification.measure)
    record = run(tmp_path, failing(ValueError("no such layer")), scores)
    assert record.status == "done"
    assert record.training.last.test_accuracy >= 0
    assert record.splits
    assert list(record.unmeasured) == ["broken"]
    assert record.unmeasured["broken"].startswith("ValueError: no such layer (test_measurements.py:")


def test_so_does_one_along_training(tmp_path):
    """It is not asked again, and the training goes on to its end."""
    asked = []

    def observe(epochs):
        asked.append(epochs)
        raise ValueError("cannot be copied")

    record = run(tmp_path, along=(AlongTraining("broken", lambda _: True, lambda _: observe),))
    assert (record.status, asked) == ("done", [0])
    assert record.unmeasured["broken"].startswith("ValueError: cannot be copied (test_measurements.py:")


def test_what_could_not_be_written_is_no_such_failure(tmp_path):
    """It stops the trial, since its tables would be missing."""
    with pytest.raises(StoreError, match="disk"):
        run(tmp_path, failing(StoreError("the disk is full")))
