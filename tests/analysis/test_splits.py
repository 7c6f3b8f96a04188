"""Scores, classes, confusions and calibration over seeds."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from factories import document, write_run

from bench.analysis.over_seeds import over_seeds
from bench.analysis.splits import calibration_table, class_table, confusion_table
from bench.analysis.statistics import mean_interval
from bench.analysis.tables import load


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The example run."""
    return write_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def tables(run):
    return load(run)


def only(frame, **values):
    """The only row with these values."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    (found,) = frame.to_dict("records")
    return found


@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize("score", ["accuracy", "loss", "precision", "f1", "calibration_error"])
def test_splits_average_the_records(run, tables, split, score):
    """Mean over seeds with its Student-t interval, for each split."""
    facts = [f for r in run.records() if r.trial.label == "ResNet" for f in r.splits if f.split == split]
    expected = mean_interval(getattr(fact, score) for fact in facts)
    found = only(tables.splits, label="ResNet", split=split)
    assert found["seeds"] == 3
    assert (found[score], found[f"{score}_low"], found[f"{score}_high"]) == pytest.approx(
        (expected.mean, expected.low, expected.high)
    )


def test_the_running_and_the_final_training_accuracy_are_two_columns(run, tables):
    """One of moving weights on augmented images, one of the final weights on images as they are."""
    record = next(iter(run.records()))
    row = only(tables.trials, trial_id=record.trial_id)
    assert row["train_accuracy"] == record.training.last.train_accuracy
    assert row["final_train_accuracy"] == record.splits[0].accuracy != row["train_accuracy"]


def test_a_record_without_splits_is_still_read(tmp_path):
    """Written before splits were measured: their tables are empty, the rest is there."""
    old = load(write_run(tmp_path, document(), lambda record: record.model_copy(update={"splits": ()})))
    assert old.splits.empty
    assert old.trials["test_f1"].isna().all()
    assert old.finished == 9


def test_one_seed_has_no_interval():
    """And an absent score is not averaged."""
    frame = pd.DataFrame({"label": ["A", "B", "B"], "score": [0.5, None, 0.7]})
    table = over_seeds(frame, ("label",), ("score",)).set_index("label")
    assert math.isnan(table.loc["A", "score_low"])
    assert table.loc["B", "score"] == 0.7
    assert math.isnan(table.loc["B", "score_high"])


def test_classes_carry_their_names(tables):
    """Each class of each split, by name, with its support."""
    found = only(tables.classes, label="CNN", split="test", name="cat")
    assert (found["class"], found["support"], found["seeds"]) == (3, 2_500, 3)
    assert found["recall_low"] < found["recall"] < found["recall_high"]


def test_a_class_without_a_name_keeps_its_number():
    """A head may have more outputs than the data have classes."""
    frame = pd.DataFrame({"label": ["A"], "split": ["test"], "class": [7.0], "support": [1.0],
                          "precision": [1.0], "recall": [1.0], "f1": [1.0]})  # fmt: skip
    assert class_table(frame, ("cat",))["name"].tolist() == ["7"]


def test_confusions_are_added_over_seeds():
    """Shares are those of the true class, so that a line adds up to one."""
    frame = pd.DataFrame({"label": ["A"] * 3, "seed": [0, 0, 1], "true": [0, 0, 0], "predicted": [0, 1, 1],
                          "images": [6, 2, 4]})  # fmt: skip
    table = confusion_table(frame, ("cat", "dog"))
    assert only(table, predicted_name="dog")["images"] == 6
    assert list(table["share"]) == pytest.approx([0.5, 0.5])


def test_bins_are_weighted_by_their_images():
    """Three images at 0.6 and one at 0.8 are sure of 0.65 on average."""
    frame = pd.DataFrame({"label": ["A"] * 2, "split": ["test"] * 2, "bin": [9, 9], "images": [3, 1],
                          "confidence": [0.6, 0.8], "accuracy": [1.0, 0.0]})  # fmt: skip
    (found,) = calibration_table(frame).to_dict("records")
    assert (found["images"], found["confidence"], found["accuracy"]) == pytest.approx((4, 0.65, 0.75))
