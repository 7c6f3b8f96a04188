"""Augmentations that move or blacken pixels and leave their values as they are, in any type and layout."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.data.augment.draws import Draws
from bench.spec import Crop, Cutout, Flip


def crop(images: Tensor, spec: Crop, draws: Draws) -> Tensor:
    """Pad, then cut a window of the original size at a random offset of each image."""
    n, _, height, width = images.shape
    top, left = draws.integers(images, 2 * spec.padding + 1, (2,))
    padded = _padded(images.permute(0, 2, 3, 1), spec)  # (N, H + 2p, W + 2p, C)
    windows = padded.unfold(1, height, 1).unfold(2, width, 1)  # (N, 2p + 1, 2p + 1, C, H, W), a view
    return windows[torch.arange(n, device=images.device), top, left]


def flip(images: Tensor, spec: Flip, draws: Draws) -> Tensor:
    """Mirror a random subset of the images; the other half in the next epoch, when they alternate."""
    horizontal = spec.name == "hflip"
    if spec.alternating:
        assert draws.lasting is not None
        chosen = (draws.lasting[0 if horizontal else 1] < spec.p) ^ (draws.epoch % 2 == 0)
    else:
        chosen = draws.uniform(images) < spec.p
    return torch.where(chosen[:, None, None, None], images.flip(3 if horizontal else 2), images)


def cutout(images: Tensor, spec: Cutout, draws: Draws) -> Tensor:
    """Blacken a square whose centre is drawn uniformly over each image."""
    height, width = images.shape[2:]
    uniform = draws.uniform(images, (2,), (1,))
    top = (uniform[0] * height).floor() - spec.size // 2
    left = (uniform[1] * width).floor() - spec.size // 2
    y, x = (torch.arange(side, device=images.device) for side in (height, width))
    inside_rows = (y >= top) & (y < top + spec.size)  # (N, H)
    inside_columns = (x >= left) & (x < left + spec.size)  # (N, W)
    hole = inside_rows[:, :, None] & inside_columns[:, None, :]
    return images.masked_fill(hole[:, None], 0)


def _padded(pixels: Tensor, spec: Crop) -> Tensor:
    """(N, H, W, C) with `padding` pixels more on each side."""
    n, height, width, channels = pixels.shape
    p = spec.padding
    padded = pixels.new_zeros(n, height + 2 * p, width + 2 * p, channels)
    padded[:, p:-p, p:-p] = pixels
    if spec.mode == "reflect":  # torch's own reflecting padding knows no bytes
        if p >= min(height, width):
            side = min(height, width)
            raise ValueError(f"crop: a padding of {p} cannot be reflected from images of {side} pixels")
        for axis in (1, 2):
            length = padded.shape[axis]
            for outside, inside in ((0, p + 1), (length - p, length - 2 * p - 1)):
                padded.narrow(axis, outside, p).copy_(padded.narrow(axis, inside, p).flip(axis))
    return padded
