"""How each network is trained."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from bench.spec.augment import Augment
from bench.spec.freeze import Freeze
from bench.spec.init_from import OptionalInitFrom
from bench.spec.lookahead import Lookahead
from bench.spec.model import Fraction, Model, Positive
from bench.spec.optimizer import Adam, Optimizer
from bench.spec.schedule import Cosine, Schedule


class Recipe(Model):
    """How each network is trained."""

    epochs: Positive = 20
    """Passes over the training set."""
    batch_size: Positive = 128
    """Images per optimiser step; the incomplete last batch of an epoch is trained on, too."""
    optimizer: Optimizer = Adam()
    """The optimiser and its settings."""
    schedule: Schedule = Cosine()
    """How the learning rate moves; a name alone takes the schedule's defaults."""
    augment: tuple[Augment, ...] = ()
    """Augmentations of training images, applied in this order, with a draw of their own for each image.
    A framing ("resize_crop" or "random_resized_crop") comes first; evaluation then follows its geometry."""
    label_smoothing: Fraction = 0.0
    """Label smoothing of the training loss (Szegedy et al. 2016). Reported losses are unsmoothed."""
    lookahead: Lookahead | None = None
    """Slow weights that average those of the optimiser. Default: none. They take the memory of the weights
    once more; measurements of memory and throughput leave them out."""
    freeze: tuple[Freeze, ...] = ()
    """Parameters that are not trained, or not to the end. FLOPs to a target take it into account;
    measurements of memory and throughput train everything."""
    init_from: OptionalInitFrom = None
    """Where the initial weights come from; a text is the path of a checkpoint. Default: the seed."""
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1)] = (0, 1, 2)
    """One trial per seed; seeds set initial weights, data order, augmentation and the validation split."""
    deterministic: bool = False
    """Deterministic algorithms only: the same bits on the same machine, at some cost in speed."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> Recipe:
        if len(set(self.seeds)) != len(self.seeds):
            msg = f"seeds must differ, got {list(self.seeds)}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _framing_comes_first(self) -> Recipe:
        for spec in self.augment[1:]:
            if spec.name in ("resize_crop", "random_resized_crop"):
                msg = f"{spec.name!r} must come first: other augmentations act on images of the final size"
                raise ValueError(msg)
        return self
