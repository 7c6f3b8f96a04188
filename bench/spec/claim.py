"""Published figures, as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

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


class Claim(Model):
    """A published figure, checked against what was measured."""

    architecture: str
    """Label of the architecture it is about."""
    metric: Literal[
        "test_accuracy", "test_loss", "train_accuracy", "validation_accuracy", "params", "params_body",
        "macs", "train_images_per_second",
    ]  # fmt: skip
    """A column of the summary table; accuracies are those of the last epoch."""
    value: float
    """The published figure, in the metric's unit: fractions for accuracies, elements for params."""
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    """Half-width of the band around `value` that still counts as reproduced, in the same unit."""
    source: str = ""
    """Where the figure was published, and under which protocol."""
    protocol: Protocol = Protocol()
    """Conditions that must hold for the figure to be comparable."""
