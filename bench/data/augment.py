"""Augmentations of a whole batch at once, with a draw of its own for each image.

Each takes float images (N, C, H, W) in [0, 1], its specification, and a generator on the images'
device; it returns images of the same shape. Nothing here loops over images.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from bench.spec import ColorJitter, Crop, Cutout, Flip, Rotation


def augment(images: Tensor, specs: tuple[Any, ...], generator: Generator) -> Tensor:
    """Apply the augmentations in order."""
    for spec in specs:
        images = _functions[spec.name](images, spec, generator)
    return images


def crop(images: Tensor, spec: Crop, generator: Generator) -> Tensor:
    """Pad, then cut a window of the original size at a random offset of each image."""
    n, _, height, width = images.shape
    span = 2 * spec.padding + 1
    padded = F.pad(images, [spec.padding] * 4, mode="reflect" if spec.mode == "reflect" else "constant")
    top, left = torch.randint(span, (2, n), generator=generator, device=images.device)
    rows = (top[:, None] + torch.arange(height, device=images.device))[:, :, None]  # (N, H, 1)
    columns = (left[:, None] + torch.arange(width, device=images.device))[:, None, :]  # (N, 1, W)
    image = torch.arange(n, device=images.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[image, rows, columns].permute(0, 3, 1, 2)


def flip(images: Tensor, spec: Flip, generator: Generator) -> Tensor:
    """Mirror a random subset of the images."""
    chosen = torch.rand(len(images), generator=generator, device=images.device) < spec.p
    mirrored = images.flip(3 if spec.name == "hflip" else 2)
    return torch.where(chosen[:, None, None, None], mirrored, images)


def rotation(images: Tensor, spec: Rotation, generator: Generator) -> Tensor:
    """Rotate each image counter-clockwise about its centre, bilinear, with black corners."""
    n, _, height, width = images.shape
    draw = torch.rand(n, generator=generator, device=images.device)
    angle = torch.deg2rad((2 * draw - 1) * spec.degrees)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    # grid_sample's coordinates run from -1 to 1 along each side, so a rotation of a picture that is
    # not square needs the ratio of its sides.
    ratio = height / width
    matrix = torch.stack([cosine, -sine * ratio, zero, sine / ratio, cosine, zero], dim=1).view(n, 2, 3)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def color_jitter(images: Tensor, spec: ColorJitter, generator: Generator) -> Tensor:
    """Scale brightness, then contrast about the mean grey, then saturation about each pixel's grey."""
    draws = torch.rand(3, len(images), 1, 1, 1, generator=generator, device=images.device) * 2 - 1
    brightness, contrast, saturation = (
        1 + draw * width
        for draw, width in zip(draws, (spec.brightness, spec.contrast, spec.saturation), strict=True)
    )
    images = (images * brightness).clamp(0, 1)
    images = torch.lerp(_grey(images).mean((1, 2, 3), keepdim=True), images, contrast).clamp(0, 1)
    return torch.lerp(_grey(images), images, saturation).clamp(0, 1)


def cutout(images: Tensor, spec: Cutout, generator: Generator) -> Tensor:
    """Blacken a square whose centre is drawn uniformly over each image."""
    n, _, height, width = images.shape
    draws = torch.rand(2, n, 1, generator=generator, device=images.device)
    top = (draws[0] * height).floor() - spec.size // 2
    left = (draws[1] * width).floor() - spec.size // 2
    y, x = (torch.arange(side, device=images.device) for side in (height, width))
    inside_rows = (y >= top) & (y < top + spec.size)  # (N, H)
    inside_columns = (x >= left) & (x < left + spec.size)  # (N, W)
    hole = inside_rows[:, :, None] & inside_columns[:, None, :]
    return images.masked_fill(hole[:, None], 0)


def _grey(images: Tensor) -> Tensor:
    """Luma after ITU-R BT.601, as torchvision computes it: (N, C, H, W) to (N, 1, H, W)."""
    if images.shape[1] == 1:
        return images
    weights = torch.tensor([0.2989, 0.587, 0.114], device=images.device, dtype=images.dtype)
    return (images * weights[:, None, None]).sum(1, keepdim=True)


_functions: dict[str, Callable[[Tensor, Any, Generator], Tensor]] = {
    "crop": crop,
    "hflip": flip,
    "vflip": flip,
    "rotation": rotation,
    "color_jitter": color_jitter,
    "cutout": cutout,
}
