"""Published figures, as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.spec.model import Model, Positive


class Protocol(Model):
    """The conditions of a published figure; only the stated ones are compared."""

    dataset: str | None = None
    """Dataset on which the figure was published."""
    image_size: Positive | None = None
    """Input side in pixels."""
    epochs: Positive | None = None
    """Epochs of training."""
    precision: Literal["float32", "bfloat16", "float16", "tf32"] | None = None
    """Arithmetic, for claims about speed."""
    device: str | None = None
    """Hardware, for claims about speed."""
    original_images: bool = True
    """Published on the original image files, not on a re-encoded copy."""


Metric = Literal[
    "test_accuracy", "best_test_accuracy", "selected_test_accuracy", "test_loss",
    "validation_accuracy", "validation_loss",
    "train_accuracy", "train_loss", "final_train_accuracy", "final_train_loss",
    "train_top5_accuracy", "validation_top5_accuracy", "test_top5_accuracy",
    "train_precision", "validation_precision", "test_precision",
    "train_recall", "validation_recall", "test_recall",
    "train_f1", "validation_f1", "test_f1",
    "train_calibration_error", "validation_calibration_error", "test_calibration_error",
    "epochs_to_converge", "params", "params_body", "macs", "train_images_per_second", "seconds_per_epoch",
]  # fmt: skip


FRACTIONS = ("_accuracy", "_precision", "_recall", "_f1", "_calibration_error")
"""Endings of metrics that are fractions."""


class Claim(Model):
    """A published figure, checked against what was measured."""

    architecture: str
    """Label of the architecture it is about."""
    metric: Metric
    """What was published, of the last epoch unless the name says else. `train_accuracy` and `train_loss` are
    the running ones of that epoch, with augmentation and dropout; `final_train_...` those of the final
    weights on the images as they are. Precision, recall and F1 are means over classes without `of_class`.
    `epochs_to_converge`: to within 1 % of the best test accuracy."""
    of_class: str | None = None
    """Name of the class whose precision, recall or F1 was published."""
    value: float
    """The published figure, in the metric's unit: fractions for accuracies, elements for params."""
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    """Half-width of the band around `value` that still counts as reproduced, in the same unit."""
    bound: Literal["about", "at_least", "at_most"] = "about"
    """What was claimed of `value`; "at_least" and "at_most" leave the band open on one side."""
    relative_to: str | None = None
    """Label of another architecture; `value` is then about the two together, compared seed by seed."""
    relation: Literal["ratio", "difference"] = "ratio"
    """With `relative_to`: this architecture's figure over the other's, or minus the other's."""
    source: str = ""
    """Where the figure was published, and under which protocol."""
    protocol: Protocol = Protocol()
    """Conditions that must hold for the figure to be comparable."""

    @model_validator(mode="after")
    def _class_scores_only(self) -> Claim:
        if self.of_class is not None and not self.metric.endswith(("_precision", "_recall", "_f1")):
            msg = f"of_class goes with precision, recall and F1, not with {self.metric}"
            raise ValueError(msg)
        return self
