"""What the final weights do on each split, over seeds: scores, classes, confusion, calibration."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from bench.analysis.over_seeds import over_seeds
from bench.records import SplitFacts

SCORES = ("accuracy", "top5_accuracy", "loss", "precision", "recall", "f1", "calibration_error")
"""Fields of `SplitFacts` that are averaged over seeds."""

CLASS_SCORES = ("precision", "recall", "f1")

OWN = ("top5_accuracy", "precision", "recall", "f1", "calibration_error")
"""Scores that epochs.csv does not have."""

SPLIT_COLUMNS = (
    "final_train_accuracy", "final_train_loss",
    *(f"{split}_{score}" for split in ("train", "validation", "test") for score in OWN),
)  # fmt: skip
"""Columns of the table of trials; `train_accuracy` there is the running one of the last epoch, of moving
weights on augmented images, while `final_train_accuracy` is that of the final weights on the images as they
are."""


def split_columns(splits: Iterable[SplitFacts]) -> dict[str, object]:
    """One trial's scores, by the names of `SPLIT_COLUMNS`."""
    found: dict[str, object] = {}
    for facts in splits:
        if facts.split == "train":
            found |= {"final_train_accuracy": facts.accuracy, "final_train_loss": facts.loss}
        found |= {f"{facts.split}_{score}": getattr(facts, score) for score in OWN}
    return found


def split_table(facts: pd.DataFrame) -> pd.DataFrame:
    """One row an architecture and split: mean of each score over seeds, with its interval.

    Args:
        facts: One row a finished trial and split, columns label, seed and the fields of `SplitFacts`.
    """
    return over_seeds(facts, ("label", "split", "images"), SCORES)


def class_table(classes: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """One row an architecture, split and class: mean precision, recall and F1 over seeds, with intervals.

    Args:
        classes: The classes.csv of all finished trials.
        names: Class names, in label order.
    """
    table = over_seeds(classes, ("label", "split", "class"), CLASS_SCORES)
    support = classes.groupby(["label", "split", "class"], sort=False)["support"].mean()
    table["support"] = support.to_numpy()
    table.insert(3, "name", [class_name(names, number) for number in table["class"]])
    return table


def confusion_table(confusion: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """One row an architecture, true and predicted class: test images, added over seeds, and their share.

    `share` is that of the images of the true class, so that the diagonal holds recalls.
    """
    keys = ["label", "true", "predicted"]
    table = confusion.groupby(keys, sort=False)["images"].sum().reset_index()
    table["share"] = table["images"] / table.groupby(["label", "true"])["images"].transform("sum")
    for column in ("true", "predicted"):
        table[f"{column}_name"] = [class_name(names, number) for number in table[column]]
    return table


def calibration_table(calibration: pd.DataFrame) -> pd.DataFrame:
    """One row an architecture, split and bin: images of all seeds together, their confidence and accuracy."""
    sums = calibration.assign(
        confidence=calibration["confidence"] * calibration["images"],
        accuracy=calibration["accuracy"] * calibration["images"],
    )
    columns = ["images", "confidence", "accuracy"]
    table = sums.groupby(["label", "split", "bin"])[columns].sum().reset_index()
    for column in ("confidence", "accuracy"):
        table[column] /= table["images"]
    return table


def class_name(names: tuple[str, ...], number: float) -> str:
    """A class by its name, or by its number where the data have no name for it."""
    return names[int(number)] if int(number) < len(names) else str(int(number))
