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

CLASS_COLUMNS = ("split", "class", "precision", "recall", "f1", "support")
"""Columns of classes.csv: one row a split and class, by its number; support is the images of the class, and
the other columns are empty for a class that does not occur in the split."""

CONFUSION_COLUMNS = ("true", "predicted", "images")
"""Columns of confusion.csv: the test set, classes by number; pairs that never occur are left out."""

CALIBRATION_COLUMNS = ("split", "bin", "images", "confidence", "accuracy")
"""Columns of calibration.csv: one row a split and occupied bin of confidence, counted from 0; mean confidence
and accuracy of its images, as fractions."""

PREDICTION_COLUMNS = ("index", "label", "prediction", "confidence")
"""Columns of predictions.csv: one row a test image, in the order of the data set; confidence is the softmax
probability of the predicted class."""
