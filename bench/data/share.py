"""Which images of a batch, or of a set, one of several processes computes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Share:
    """The part of one process; shares follow each other and differ by one image at most."""

    rank: int = 0
    """Which process, from 0 on."""
    size: int = 1
    """How many processes there are."""

    def bounds(self, count: int) -> tuple[int, int]:
        """First of `count` images that is computed here, and the one after the last; there may be none."""
        each, more = divmod(count, self.size)
        first = self.rank * each + min(self.rank, more)
        return first, first + each + (self.rank < more)

    def of(self, count: int) -> int:
        """How many of `count` images are computed here."""
        first, end = self.bounds(count)
        return end - first

    def repeats(self, count: int) -> bool:
        """Whether a batch has fewer images than there are processes, so that each computes all of it.

        A network cannot be asked about no image at all, and the mean of equal gradients is the gradient.
        """
        return count < self.size

    def split(self, order: Tensor, batch_size: int) -> tuple[Tensor, Tensor]:
        """What is computed here of an epoch whose batches are cut from `order` (M).

        Returns:
            The images of this share, batch after batch, `of(batch_size)` of each complete one and no more of
            the last; and the images of a last batch that every process computes whole, which may be none.
        """
        repeated = len(order) % batch_size if self.repeats(len(order) % batch_size) else 0
        shared, whole = order.split([len(order) - repeated, repeated])
        own = [batch[slice(*self.bounds(len(batch)))] for batch in shared.split(batch_size)]
        return torch.cat(own), whole


WHOLE = Share()
"""Of the only process."""
