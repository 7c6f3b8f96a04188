"""How training went."""

from __future__ import annotations

from bench.records.certificate import Certificate
from bench.spec import Model


class EpochFacts(Model):
    """One row of epochs.csv."""

    epoch: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    test_loss: float
    test_accuracy: float
    train_seconds: float
    train_images_per_second: float
    train_flops: int


class TrainingFacts(Model):
    """How training went."""

    epochs: int
    """Epochs completed."""
    train_seconds: float
    """Training alone, evaluation excluded, all epochs."""
    evaluation_seconds: float
    """Evaluation on validation and test set, all epochs."""
    train_images_per_second: float
    """Median over epochs."""
    train_flops: int
    """Forward and backward, all epochs."""
    last: EpochFacts
    """The last epoch."""
    best: EpochFacts
    """The epoch with the best test accuracy: optimistic, since it is selected on the test set."""
    selected: EpochFacts | None
    """The epoch with the best validation accuracy; none when there is no validation set of its own."""
    resumed: int = 0
    """How often the trial was continued from a checkpoint."""
    certificate: Certificate | None = None
    """Of the epochs' times; what the machine did is known of the epochs since the last resumption."""
