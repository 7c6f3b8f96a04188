"""Columns of the CSV tables beside a record."""

from __future__ import annotations

EPOCH_COLUMNS = (
    "epoch", "learning_rate", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
    "test_loss", "test_accuracy", "train_seconds", "train_images_per_second", "train_flops",
)  # fmt: skip
"""Columns of epochs.csv: one row an epoch; losses in nats, accuracies as fractions, seconds and FLOPs of
that epoch's training alone; a column without a value stays empty."""

LAYER_COLUMNS = ("layer", "type", "output_shape", "params", "macs", "activations")
"""Columns of layers.csv: one row a leaf module, in the order of first call."""

LEDGER_COLUMNS = ("convention", "unit", "term", "value")
"""Columns of ledger.csv: one row a term; the terms of a convention add up to its figure, per image."""
