"""How well the trained network classifies each split."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Amount, Count, Share
from bench.spec import Model

Split = Literal["train", "validation", "test"]


class SplitFacts(Model):
    """One split seen by the weights of the last epoch: unaugmented, in evaluation mode.

    Means over classes are unweighted ("macro") and taken over the classes that occur in the split. A class
    that is never predicted has precision 0.
    """

    split: Split
    images: Count
    loss: float
    """Mean cross-entropy in nats."""
    accuracy: Share
    """Top-1, as a fraction."""
    top5_accuracy: Share | None
    """Fraction of images whose class is among the five most likely; none with ten classes or fewer."""
    precision: Share
    """Mean over classes of: right among those predicted as the class."""
    recall: Share
    """Mean over classes of: found among those of the class."""
    f1: Share
    """Mean over classes of the harmonic mean of precision and recall."""
    calibration_error: Amount
    """Expected calibration error (Guo et al. 2017): the gap between confidence and accuracy in each of 15
    bins of equal width, averaged with the number of images in the bin."""
