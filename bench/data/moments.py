"""Mean and standard deviation of a set's pixels."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.data.image_set import ImageSet

EXACT_IMAGES = 2**24 // 255**2
"""Squares of bytes that float32 adds up without rounding."""
BYTES_AT_ONCE = 1 << 20
"""Small enough to stay in a processor's cache as floats."""


def moments(images: ImageSet, channels: int) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (channels) of pixel values in [0, 1], over the stored images.

    Sums run over images first, position by position, since that is a sum of whole rows of memory; up to
    there they are exact, so that neither the order of images nor the size of chunks matters.
    """
    size = max(1, min(EXACT_IMAGES, BYTES_AT_ONCE // images.bytes_per_image))
    total: Tensor | None = None
    for part, _ in images.batches(None, size):
        x = part.float()  # (n, H, W, C), 0..255
        if channels == 1 < x.shape[3]:
            x = x.mean(3, keepdim=True)
        sums = torch.stack([x.sum(0), x.square_().sum(0)]).double()  # (2, H, W, C)
        total = sums if total is None else total.add_(sums)
    assert total is not None
    mean, square = total.mean((1, 2)).expand(2, channels) / len(images)
    deviation = (square - mean**2).clamp_min(0).sqrt()
    return (mean / 255).float(), (deviation / 255).float()
