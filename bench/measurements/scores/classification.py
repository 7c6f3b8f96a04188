"""Precision, recall, F1, confusion and calibration of the trained network on each split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from bench.data.batches import ImageSet
from bench.measurements.scores.calibration import expected_calibration_error, reliability
from bench.measurements.scores.predictions import Predictions, predict
from bench.measurements.subject import Subject
from bench.records import (
    CALIBRATION_COLUMNS,
    CLASS_COLUMNS,
    CONFUSION_COLUMNS,
    PREDICTION_COLUMNS,
    Split,
    SplitFacts,
)
from bench.store import TrialStore

SCORES = ("precision", "recall", "f1")
DIGITS = 6
"""Decimals of a confidence in predictions.csv, which has a row for every image."""


def measure(subject: Subject) -> Mapping[str, object]:
    """Run the final weights over all splits, unaugmented, and write a table for each question.

    classes.csv and calibration.csv hold every split, confusion.csv and predictions.csv the test set.
    """
    training = subject.training
    sets: dict[Split, ImageSet | None] = {
        "train": training.train, "validation": training.validation, "test": training.test,
    }  # fmt: skip
    facts, classes, calibration = [], [], []
    for split, images in sets.items():
        if images is None:
            continue
        found = predict(
            training.model, images, training.pipeline, subject.device, training.evaluation_batch_size
        )
        scores = class_scores(found, subject.workload.classes)
        bins = reliability(found.confidence, found.right)
        classes += [{"split": split, **row} for row in scores]
        calibration += [{"split": split, **row} for row in bins]
        facts.append(_facts(split, found, scores, expected_calibration_error(bins)))
        if split == "test":
            _write_images(subject.store, found)
    subject.store.write_table("classes", CLASS_COLUMNS, classes)
    subject.store.write_table("calibration", CALIBRATION_COLUMNS, calibration)
    return {"splits": tuple(facts)}


def class_scores(found: Predictions, classes: int) -> list[dict[str, float | None]]:
    """Precision, recall, F1 and support of every class; no score for a class that does not occur.

    A class that occurs but is never predicted has precision 0, as is scikit-learn's custom.
    """
    *scores, support = precision_recall_fscore_support(
        found.labels, found.predicted, labels=np.arange(classes), zero_division=0.0
    )
    return [
        {
            "class": number,
            **{
                name: float(values[number]) if support[number] else None
                for name, values in zip(SCORES, scores, strict=True)
            },
            "support": int(support[number]),
        }
        for number in range(classes)
    ]


def _facts(
    split: Split, found: Predictions, scores: list[dict[str, float | None]], calibration_error: float
) -> SplitFacts:
    occurring = [row for row in scores if row["support"]]
    precision, recall, f1 = (float(np.mean([row[name] for row in occurring])) for name in SCORES)
    return SplitFacts(
        split=split,
        images=len(found.labels),
        loss=found.loss,
        accuracy=float(found.right.mean()),
        top5_accuracy=found.top5_accuracy,
        precision=precision,
        recall=recall,
        f1=f1,
        calibration_error=calibration_error,
    )


def _write_images(store: TrialStore, found: Predictions) -> None:
    """What became of each image of the test set, and how often each class was taken for which."""
    pairs = list(zip(found.labels.tolist(), found.predicted.tolist(), strict=True))
    confused = ((*pair, count) for pair, count in sorted(Counter(pairs).items()))
    store.write_table("confusion", CONFUSION_COLUMNS, _rows(CONFUSION_COLUMNS, confused))
    sure = found.confidence.round(DIGITS).tolist()
    images = ((index, *pair, sure[index]) for index, pair in enumerate(pairs))
    store.write_table("predictions", PREDICTION_COLUMNS, _rows(PREDICTION_COLUMNS, images))


def _rows(columns: tuple[str, ...], values: Iterable[tuple[object, ...]]) -> Iterator[dict[str, object]]:
    return (dict(zip(columns, row, strict=True)) for row in values)
