"""Synthetic runs whose trials predicted a small test set, so that examples can be chosen from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from factories import document, write_run

from bench.data.loading import Part
from bench.records import PREDICTION_COLUMNS
from bench.store import Run

IMAGES = 12
FINGERPRINT = "0123456789abcdef"
"""That of the records of `factories.make_record`."""

LABELS = np.arange(IMAGES) % 4
"""True classes."""

Say = Callable[[str, int], tuple[np.ndarray, np.ndarray]]
"""Predicted classes and confidences (N) of a label and seed."""


def confused(label: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each network is surely wrong about a third of the images of its own, in every seed."""
    mine = (np.arange(IMAGES) + len(label) // 2) % 3 == 0
    return np.where(mine, (LABELS + 1) % 4, LABELS), np.where(mine, 0.9, 0.6) + 0.001 * np.arange(IMAGES)


def predicted_run(folder: Path, say: Say = confused, change=None, **changes: object) -> Run:
    """A run of two epochs whose finished trials have a predictions.csv."""
    suite = document(**{"recipe": {"epochs": 2, "seeds": [0, 1]}, "claims": [], **changes})
    run = write_run(folder, suite, change)
    for trial in run.info.plan:
        store = run.trial(trial)
        record = store.read_record()
        if record is None or record.status != "done":
            continue
        rows = zip(range(IMAGES), LABELS, *say(trial.label, trial.seed), strict=True)
        store.write_table(
            "predictions",
            PREDICTION_COLUMNS,
            [dict(zip(PREDICTION_COLUMNS, row, strict=True)) for row in rows],
        )
        store.write_record(record.model_copy(update={"files": store.digests()}))
    return run


def decoded(channels: int = 3, side: int = 32, **changes: object) -> SimpleNamespace:
    """What the cache of decoded images would answer: image k is as bright as ten times k."""
    brightness = (10 * np.arange(IMAGES, dtype=np.uint8))[:, None, None, None]
    images = np.broadcast_to(brightness, (IMAGES, side, side, channels)).copy()
    part = Part(images, LABELS.astype(np.int64), None)
    return SimpleNamespace(**{"fingerprint": FINGERPRINT, "test": part, "test_labels": part.labels} | changes)
