"""How the learning rate moves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.spec.model import Model, Positive, named


class Constant(Model):
    """The learning rate stays where it is."""

    name: Literal["constant"]
    """No schedule."""


class Step(Model):
    """Multiply by `gamma` at every milestone (He et al. 2015, section 4.2)."""

    name: Literal["step"]
    """Step decay."""
    milestones: tuple[Positive, ...]
    """Epochs after which the learning rate is multiplied."""
    gamma: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The factor."""
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    """Linear warm-up, in epochs."""


class Cosine(Model):
    """Cosine annealing (Loshchilov & Hutter 2017), per step, after a linear warm-up."""

    name: Literal["cosine"] = "cosine"
    """Cosine annealing."""
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    """Linear warm-up, in epochs."""
    min_lr: Annotated[float, Field(ge=0)] = 0.0
    """Learning rate at the end."""


class OneCycle(Model):
    """One cycle (Smith & Topin 2018), per step: up linearly, down linearly."""

    name: Literal["onecycle"]
    """One cycle."""
    peak: Annotated[float, Field(ge=0, lt=1)] = 0.25
    """Fraction of all steps at which the learning rate peaks; 0 starts at the peak."""
    start: Annotated[float, Field(ge=0, le=1)] = 0.04
    """Learning rate at the first step, as a fraction of the peak."""
    end: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Learning rate after the last step, as a fraction of the peak."""


class Plateau(Model):
    """Multiply by `factor` when validation accuracy has not improved for `patience` epochs.

    As torch's ReduceLROnPlateau with a threshold of 0: any higher accuracy is an improvement.
    """

    name: Literal["plateau"]
    """Reduce on plateau."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The factor."""
    patience: Annotated[int, Field(ge=0)] = 5
    """Epochs without improvement that are tolerated."""
    min_lr: Annotated[float, Field(ge=0)] = 0.0
    """Never below this."""


Schedule = Annotated[
    Constant | Step | Cosine | OneCycle | Plateau, Field(discriminator="name"), named("cosine")
]
