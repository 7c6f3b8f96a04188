"""How training went."""

from __future__ import annotations

from bench.records.certificate import Certificate
from bench.records.numbers import Amount, Count, Rate, Share
from bench.spec import Model


class EpochFacts(Model):
    """One row of epochs.csv."""

    epoch: Count
    learning_rate: float
    train_loss: float
    train_accuracy: Share
    validation_loss: float | None
    validation_accuracy: Share | None
    test_loss: float
    test_accuracy: Share
    train_seconds: Amount
    train_images_per_second: Rate
    train_flops: Count


class TrainingFacts(Model):
    """How training went."""

    epochs: Count
    """Epochs completed."""
    train_seconds: Amount
    """Training alone, evaluation excluded, all epochs."""
    evaluation_seconds: Amount
    """Evaluation on validation and test set, all epochs."""
    train_images_per_second: Rate
    """Median over epochs."""
    train_flops: Count
    """Forward and backward, all epochs."""
    last: EpochFacts
    """The last epoch."""
    best: EpochFacts
    """The epoch with the best test accuracy: optimistic, since it is selected on the test set."""
    selected: EpochFacts | None
    """The epoch with the best validation accuracy; none when there is no validation set of its own."""
    resumed: Count = 0
    """How often the trial was continued from a checkpoint."""
    certificate: Certificate | None = None
    """Of the epochs' times; what the machine did is known of the epochs since the last resumption."""
