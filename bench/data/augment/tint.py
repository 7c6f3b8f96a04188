"""Colour jitter: brightness, contrast and saturation of each image."""

from __future__ import annotations

from torch import Tensor

from bench.data.augment.draws import Draws
from bench.spec import ColorJitter

LUMA = (0.2989, 0.587, 0.114)
"""Weights of red, green and blue after ITU-R BT.601, as torchvision rounds them."""


def color_jitter(images: Tensor, spec: ColorJitter, draws: Draws) -> Tensor:
    """Scale brightness, then contrast about the mean grey, then saturation about each pixel's grey."""
    uniform = draws.uniform(images, (3,), (1, 1, 1))
    brightness, contrast, saturation = (
        1 + draw * width
        for draw, width in zip(
            uniform * 2 - 1, (spec.brightness, spec.contrast, spec.saturation), strict=True
        )
    )
    # Grey values are summed plane by plane, which is several times faster where planes are contiguous.
    jittered: Tensor = (images.contiguous() * brightness).clamp_(0, 1)
    if spec.contrast:
        _blend_(jittered, _grey(jittered).mean((1, 2, 3), keepdim=True), contrast)
    if spec.saturation:
        _blend_(jittered, _grey(jittered), saturation)
    return jittered


def _blend_(images: Tensor, anchor: Tensor, factor: Tensor) -> None:
    """Move images away from the anchor (factor above 1) or towards it, in place."""
    # The anchor may be a view of the images themselves, where they are grey: it is read before they change.
    offset = anchor * (1 - factor)
    images.mul_(factor).add_(offset).clamp_(0, 1)


def _grey(images: Tensor) -> Tensor:
    """(N, C, H, W) to (N, 1, H, W)."""
    if images.shape[1] == 1:
        return images
    grey = images[:, :1] * LUMA[0]
    for channel, weight in enumerate(LUMA[1:], start=1):
        grey.add_(images[:, channel : channel + 1], alpha=weight)
    return grey
