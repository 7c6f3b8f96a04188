"""Pixel types: bytes as they are stored, and float32 in [0, 1] to compute with."""

from __future__ import annotations

from torch import Tensor


def unit(images: Tensor) -> Tensor:
    """Uint8 0..255 to float32 in [0, 1]; float32 stays what it is."""
    return images if images.is_floating_point() else images.float().div_(255)


def to_channels(images: Tensor, channels: int) -> Tensor:
    """Repeat grey images, or average colour ones: (N, C, H, W) to (N, channels, H, W)."""
    if images.shape[1] == channels:
        return images
    return images.expand(-1, channels, -1, -1) if images.shape[1] == 1 else unit(images).mean(1, keepdim=True)
