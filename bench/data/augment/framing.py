"""Framing: how images become those of the size that the network takes; whole, or a part of them.

A part is cut and resized in one go, by one matrix of interpolation weights per image and side: that is
exact where a grid sample is not (antialiased, and nothing outside the part is seen), and one product of
matrices for the batch.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.data.augment.draws import Draws
from bench.data.augment.pixels import unit
from bench.errors import SuiteError
from bench.spec import Augment, Crop, RandomResizedCrop, ResizeCrop

Framing = ResizeCrop | RandomResizedCrop

ATTEMPTS = 10
"""Parts that are drawn for an image until one lies within it, as torchvision does."""


def framing_of(specs: tuple[Augment, ...], size: int) -> Framing | None:
    """The framing that a recipe begins with, if any.

    Raises:
        SuiteError: It cuts a window out of smaller images, or a later crop reflects more than there is.
    """
    framing = specs[0] if specs and isinstance(specs[0], Framing) else None
    if framing and framing.resize and framing.resize < size:
        raise SuiteError(
            f"recipe.augment: {framing.name} resizes to {framing.resize} pixels, but the network takes "
            f"{size} (dataset.image_size); make resize at least as large"
        )
    for spec in specs:
        if isinstance(spec, Crop) and spec.mode == "reflect" and spec.padding >= size:
            raise SuiteError(
                f"recipe.augment: crop has a padding of {spec.padding}, which cannot be reflected from "
                f'images of {size} pixels; make it smaller, or set mode = "zero"'
            )
    return framing


def whole(images: Tensor, size: int) -> Tensor:
    """Resize without cutting: (N, C, H, W) to (N, C, size, size), bilinear, antialiased."""
    if images.shape[2:] == (size, size):
        return images
    return F.interpolate(unit(images), size=(size, size), mode="bilinear", antialias=True)


def random_part(images: Tensor, framing: Framing, size: int, draws: Draws) -> Tensor:
    """The part of each image that is trained on: (N, C, H, W) to (N, C, size, size) in float32."""
    if isinstance(framing, RandomResizedCrop):
        top, left, height, width = _boxes(images, framing, draws)
        rows = weights(images.shape[2], size, top, height / size, (top, top + height))
        columns = weights(images.shape[3], size, left, width / size, (left, left + width))
        return _interpolated(images, rows, columns)
    span = framing.resize - size + 1
    offsets = draws.integers(images, span, (2,))
    return _window(images, framing.resize, size, offsets)


def central_part(images: Tensor, framing: Framing, size: int) -> Tensor:
    """The part that is evaluated on: the same scale as in training, cut at the centre."""
    resize = framing.resize or size
    offset = torch.full((2, 1), round((resize - size) / 2), device=images.device)
    return _window(images, resize, size, offset)


def weights(
    side: int, size: int, start: Tensor, scale: Tensor, box: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Antialiased bilinear (triangle filter) interpolation along one side, as a matrix (N, size, side).

    Args:
        side: Pixels of the image.
        size: Pixels of the result.
        start: (N) where the result begins, in pixels of the image.
        scale: (N) or one: pixels of the image per pixel of the result.
        box: First pixel that may be seen and the one after the last, each (N); all, when None.
    """
    pixel = torch.arange(side, device=start.device)
    centre = start[:, None] + (torch.arange(size, device=start.device) + 0.5) * scale.reshape(-1, 1)
    support = scale.clamp_min(1).reshape(-1, 1, 1)
    matrix = (1 - (pixel + 0.5 - centre[:, :, None]).abs() / support).clamp_min_(0)
    if box is not None:
        first, end = (edge[:, None, None] for edge in box)
        matrix = matrix * ((pixel >= first) & (pixel < end))
    return matrix / matrix.sum(2, keepdim=True)


def _window(images: Tensor, resize: int, size: int, offsets: Tensor) -> Tensor:
    """Resize to `resize`, then cut `size` at offsets (2, N) or (2, 1); only what is cut is computed."""
    sides = images.shape[2:]
    rows, columns = (
        weights(side, size, offset * (side / resize), offset.new_tensor(side / resize, dtype=torch.float32))
        for side, offset in zip(sides, offsets, strict=True)
    )
    return _interpolated(images, rows, columns)


def _interpolated(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """(N, C, H, W) with weights (N, size, H) and (N, size, W) to (N, C, size, size)."""
    return (rows[:, None] @ unit(images).contiguous()) @ columns[:, None].mT


def _boxes(images: Tensor, framing: RandomResizedCrop, draws: Draws) -> tuple[Tensor, ...]:
    """Top, left, height and width (N) of parts: area and logarithm of the ratio of sides are uniform."""
    height, width = images.shape[2:]
    area, ratio, y, x = draws.uniform(images, (4,), (ATTEMPTS,))
    (smallest, largest), (narrow, wide) = framing.scale, framing.ratio
    area = height * width * (smallest + area * (largest - smallest))
    ratio = (math.log(narrow) + ratio * math.log(wide / narrow)).exp()
    w, h = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()
    fits = (w >= 1) & (w <= width) & (h >= 1) & (h <= height)
    first = fits.int().argmax(1, keepdim=True)
    w, h, y, x, fits = (values.gather(1, first)[:, 0] for values in (w, h, y, x, fits))
    # Where no attempt fits, the whole image is taken: it is square, and ratios include 1.
    w, h = torch.where(fits, w, width), torch.where(fits, h, height)
    return (y * (height - h + 1)).floor(), (x * (width - w + 1)).floor(), h, w
