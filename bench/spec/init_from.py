"""Where initial weights come from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bench.spec.model import AlsoAccepts, Label, Model


class InitFrom(Model):
    """A checkpoint to start from: that of a trial of this suite, or a file."""

    trial: Label | None = None
    """Label of an architecture that stands above this one; the checkpoint of its trial of the same seed."""
    checkpoint: Annotated[str, Field(min_length=1)] | None = None
    """Path of a `checkpoint.pt`, relative to the folder in which `bench` is run."""
    keep: Literal["weights", "training"] = "weights"
    """"weights": new optimiser, new schedule, epoch 1. "training": the optimiser's state and the finished
    epochs as well, so that `epochs` counts those before, and continuing equals never having stopped (but with
    `lookahead`, since a training that ends takes its slow weights); of the same seed, on the same images."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """Digest that the file must have. Default: that of the file found, which becomes part of the trial."""

    @model_validator(mode="after")
    def _one_source(self) -> InitFrom:
        if (self.trial is None) == (self.checkpoint is None):
            msg = "init_from needs either trial (a label) or checkpoint (a path)"
            raise ValueError(msg)
        if self.trial is not None and self.sha256 is not None:
            msg = "sha256 goes with checkpoint; the checkpoint of a trial is checked by the trial's id"
            raise ValueError(msg)
        return self


def _checkpoint(value: Any) -> Any:
    return {"checkpoint": value} if isinstance(value, str) else value


OptionalInitFrom = Annotated[InitFrom | None, BeforeValidator(_checkpoint), AlsoAccepts("string")]
"""A text alone is the path of a checkpoint."""
