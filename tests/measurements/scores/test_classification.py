"""Per-class scores, confusion, top-5 and calibration of the trained network: by hand, and by its records."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score
from torch import nn

from bench.data.batches import ImageSet, Pipeline
from bench.measurements.device import Device
from bench.measurements.scores import classification
from bench.measurements.scores.calibration import BINS, expected_calibration_error, reliability
from bench.measurements.scores.classification import class_scores
from bench.measurements.scores.predictions import Predictions, predict
from bench.spec import Dataset, Execution
from bench.store import TrialStore


def predictions(labels, predicted, confidence=None):
    """Predictions of these classes."""
    sure = np.ones(len(labels)) if confidence is None else np.array(confidence)
    return Predictions(np.array(labels), np.array(predicted), sure, 0.0, None)


def test_scores_worked_by_hand():
    """Class 0: two of three predictions right, both images found; class 1: one right, one of two found."""
    zero, one = class_scores(predictions([0, 0, 1, 1], [0, 0, 0, 1]), 2)
    assert (zero["precision"], zero["recall"], zero["support"]) == (pytest.approx(2 / 3), 1.0, 2)
    assert (one["precision"], one["recall"], one["support"]) == (1.0, 0.5, 2)
    assert zero["f1"] == pytest.approx(0.8)
    assert one["f1"] == pytest.approx(2 / 3)


def test_a_class_that_is_never_predicted_has_precision_zero():
    """It occurs, so it counts, as in scikit-learn's macro average."""
    assert class_scores(predictions([0, 1], [0, 0]), 2)[1] == {
        "class": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1,
    }  # fmt: skip


def test_a_class_that_does_not_occur_has_no_score():
    """Neither zero nor one: with `dataset.limit` a split may lack a class."""
    assert class_scores(predictions([0, 0], [0, 2]), 3)[2] == {
        "class": 2, "precision": None, "recall": None, "f1": None, "support": 0,
    }  # fmt: skip


def test_bins_of_confidence_worked_by_hand():
    """Two images at 0.9, one right, and two at 0.3, none right: error (2 x 0.4 + 2 x 0.3) / 4 = 0.35."""
    rows = reliability(np.array([0.9, 0.9, 0.3, 0.3]), np.array([True, False, False, False]))
    assert [row["bin"] for row in rows] == [4, 13]
    assert [row["images"] for row in rows] == [2, 2]
    assert [row["accuracy"] for row in rows] == [0.0, 0.5]
    assert expected_calibration_error(rows) == pytest.approx(0.35)


def test_every_confidence_has_a_bin_and_upper_edges_belong_to_it():
    """0 falls into the first bin, 1 into the last, k/15 into the k-th, as in Guo et al."""
    edges = np.array([0.0, 1e-9, 1 / BINS, 0.5, 1.0])
    rows = reliability(edges, np.ones(5, dtype=bool))
    assert [(row["bin"], row["images"]) for row in rows] == [(0, 3), (7, 1), (14, 1)]


def test_a_calibrated_network_has_no_error():
    """Where confidence is the accuracy of its bin, the error is zero."""
    rows = reliability(np.full(10, 0.7), np.arange(10) < 7)
    assert expected_calibration_error(rows) == pytest.approx(0.0, abs=1e-12)


class FirstPixels(nn.Module):
    """Takes the first pixels of an image as logits."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, images):
        return images.flatten(1)[:, : self.classes]


def shown(classes, images):
    """What `predict` says of a network whose logits are the pixels of these images (N, 8 x 8)."""
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    pixels = np.zeros((len(images), 8, 8, 1), dtype=np.uint8)
    for image, values in zip(pixels, images, strict=True):
        image.reshape(-1)[: len(values)] = values
    labels = np.zeros(len(images), dtype=np.int64)
    found = ImageSet.of(pixels, labels, None, device.handle)
    pipeline = Pipeline.fitted(
        Dataset(normalize="unit"), found, channels=1, image_size=8, memory_format=torch.contiguous_format
    )
    return predict(FirstPixels(classes), found, pipeline, device)


def test_top5_above_ten_classes():
    """The true class 0 is the largest, the fifth and the sixth of eleven logits: two of three within five."""
    found = shown(11, [[90], [50, 90, 80, 70, 60, 40], [50, 90, 80, 70, 60, 55]])
    assert found.top5_accuracy == pytest.approx(2 / 3)
    assert found.right.tolist() == [True, False, False]


def test_no_top5_with_ten_classes():
    """Half of ten classes would be within five by chance."""
    assert shown(10, [[9]]).top5_accuracy is None


def test_confidence_and_loss_worked_by_hand():
    """Two logits, 1 and 0: softmax e / (e + 1), loss its negative logarithm."""
    found = shown(2, [[255]])
    assert found.confidence[0] == pytest.approx(math.e / (math.e + 1))
    assert found.loss == pytest.approx(-math.log(math.e / (math.e + 1)))


@pytest.fixture
def measured(make_training, tmp_path):
    """A finished training, the facts of its splits, and the folder with their tables."""

    def measure(**changes):
        training = make_training(epochs=6)
        for name, value in changes.items():
            setattr(training, name, value)
        training.run(tmp_path / "c.pt", lambda _: None)
        subject = SimpleNamespace(
            training=training, device=training.device, store=TrialStore(tmp_path),
            workload=SimpleNamespace(classes=4),
        )  # fmt: skip
        facts = {fact.split: fact for fact in classification.measure(subject)["splits"]}
        return training, facts, tmp_path

    return measure


def test_every_split_is_measured_on_the_final_weights(measured):
    """Test and validation agree with the last epoch; the training set is seen without augmentation."""
    training, facts, _ = measured()
    last = training.history[-1]
    assert list(facts) == ["train", "validation", "test"]
    assert [facts[split].images for split in facts] == [200, 80, 80]
    assert (facts["test"].accuracy, facts["validation"].accuracy) == pytest.approx(
        (last.test_accuracy, last.validation_accuracy)
    )
    assert facts["test"].loss == pytest.approx(last.test_loss, rel=1e-5)
    assert facts["train"].accuracy > last.train_accuracy, "augmentation and dropout lower the running one"


def test_tables_agree_with_scikit_learn(measured):
    """Every image's prediction is written, and all scores follow from those of the test set."""
    _, facts, folder = measured()
    images, classes = pd.read_csv(folder / "predictions.csv"), pd.read_csv(folder / "classes.csv")
    assert list(images["index"]) == list(range(80))
    true, guess = images["label"], images["prediction"]
    assert facts["test"].accuracy == pytest.approx(accuracy_score(true, guess))
    test = classes[classes["split"] == "test"]
    for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        assert list(test[name]) == pytest.approx(list(score(true, guess, average=None, zero_division=0)))
        assert getattr(facts["test"], name) == pytest.approx(
            score(true, guess, average="macro", zero_division=0)
        )
    confusion = pd.read_csv(folder / "confusion.csv").pivot_table(
        index="true", columns="predicted", values="images", fill_value=0
    )
    expected = pd.DataFrame(confusion_matrix(true, guess))
    expected = expected.loc[:, expected.any()]
    assert confusion.to_numpy().tolist() == expected.to_numpy().tolist()


def test_the_calibration_error_follows_from_the_table(measured):
    """Recomputed from the predictions, and from the rows of calibration.csv."""
    _, facts, folder = measured()
    images, bins = pd.read_csv(folder / "predictions.csv"), pd.read_csv(folder / "calibration.csv")
    right = images["label"] == images["prediction"]
    error = expected_calibration_error(reliability(images["confidence"].to_numpy(), right.to_numpy()))
    assert facts["test"].calibration_error == pytest.approx(error, abs=1e-5)
    test = bins[bins["split"] == "test"]
    gaps = (test["images"] * (test["confidence"] - test["accuracy"]).abs()).sum() / test["images"].sum()
    assert gaps == pytest.approx(facts["test"].calibration_error)


def test_without_a_validation_set_there_is_no_validation_split(measured):
    """The test set is not shown a second time under another name."""
    _, facts, folder = measured(validation=None)
    assert list(facts) == ["train", "test"]
    assert set(pd.read_csv(folder / "classes.csv")["split"]) == {"train", "test"}
