"""How often each class was taken for which."""

from __future__ import annotations

from collections import Counter

from bench.measurements.training import Training
from bench.store import TrialStore

CONFUSION_COLUMNS = ("true", "predicted", "images")
"""Columns of confusion.csv: labels by number; pairs that never occur are left out."""


def write(training: Training, store: TrialStore) -> None:
    """Write confusion.csv: the test set after the last epoch that was evaluated."""
    if training.last_test is None:
        return
    pairs = Counter(zip(training.test.labels.tolist(), training.last_test.predictions.tolist(), strict=True))
    rows = (
        {"true": true, "predicted": guess, "images": count} for (true, guess), count in sorted(pairs.items())
    )
    store.write_table("confusion", CONFUSION_COLUMNS, rows)
