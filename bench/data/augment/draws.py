"""The randomness that the augmentation of one batch draws from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
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
    batch: int | None = None
    """Images of the whole batch, where only some of them are augmented here; None: all of them are."""
    first: int = 0
    """Place of the first of them in the batch."""

    def uniform(self, images: Tensor, before: tuple[int, ...] = (), after: tuple[int, ...] = ()) -> Tensor:
        """Numbers in [0, 1) of shape (*before, N, *after).

        They are drawn for the whole batch, so that an image gets the same whoever else computes the others.
        """
        shape = (*before, self.batch or len(images), *after)
        drawn = torch.rand(*shape, generator=self.generator, device=images.device)
        return drawn.narrow(len(before), self.first, len(images))

    def integers(self, images: Tensor, below: int, before: tuple[int, ...] = ()) -> Tensor:
        """Whole numbers from 0 to `below` - 1, of shape (*before, N), drawn likewise."""
        shape = (*before, self.batch or len(images))
        drawn = torch.randint(below, shape, generator=self.generator, device=images.device)
        return drawn.narrow(len(before), self.first, len(images))
