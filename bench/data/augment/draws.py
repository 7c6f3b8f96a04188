"""The randomness that the augmentation of one batch draws from."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor


@dataclass(frozen=True)
class Draws:
    """Random numbers of one batch, on the images' device."""

    generator: Generator
    """For what is drawn anew in every epoch."""
    epoch: int = 1
    """Counted from 1."""
    lasting: Tensor | None = None
    """(2, N) uniform numbers that stay with each image for the whole training, for flips that alternate:
    one row for horizontal ones, one for vertical ones. None where nothing alternates."""
