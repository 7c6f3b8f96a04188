"""Augmentations of training images."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bench.spec.model import Model, Positive, named


class Crop(Model):
    """Pad by `padding` on each side, then cut a random window of the original size."""

    name: Literal["crop"]
    """Random crop."""
    padding: Positive = 4
    """Pixels of padding on each side."""
    mode: Literal["zero", "reflect"] = "reflect"
    """What the padding holds."""


class Flip(Model):
    """Mirror each image with probability `p`."""

    name: Literal["hflip", "vflip"]
    """Horizontally (left-right) or vertically (top-bottom)."""
    p: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability per image."""
    alternating: bool = False
    """Draw in the first epoch only, and from then on mirror what was not mirrored in the epoch before, so
    that two epochs show both sides of every image (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds")."""


class Rotation(Model):
    """Rotate each image by an angle drawn uniformly from [-degrees, degrees], bilinear, zero fill."""

    name: Literal["rotation"]
    """Random rotation."""
    degrees: Annotated[float, Field(gt=0, le=180)] = 15.0
    """Largest angle."""


class ColorJitter(Model):
    """Scale brightness, contrast and saturation of each image by factors drawn from [1 - x, 1 + x]."""

    name: Literal["color_jitter"]
    """Random colour jitter."""
    brightness: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the brightness factor."""
    contrast: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the contrast factor."""
    saturation: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the saturation factor."""


class Cutout(Model):
    """Zero a square of each image at a random place (DeVries & Taylor 2017)."""

    name: Literal["cutout"]
    """Cutout."""
    size: Positive = 8
    """Side of the square in pixels."""


class ResizeCrop(Model):
    """Resize to `resize`, then cut a random window of `image_size`; evaluation cuts the centre.

    Comes first in the list.
    """

    name: Literal["resize_crop"]
    """Resize, then crop (Krizhevsky et al. 2012)."""
    resize: Positive = 256
    """Side in pixels that images are resized to, bilinear, antialiased; at least `dataset.image_size`."""


def _ascending(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] > interval[1]:
        msg = f"expected the smaller number first, got {list(interval)}"
        raise ValueError(msg)
    return interval


class RandomResizedCrop(Model):
    """Cut a part of random area and ratio of sides, and resize it to `image_size`.

    Comes first in the list.
    """

    name: Literal["random_resized_crop"]
    """Random resized crop (Szegedy et al. 2015)."""
    scale: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(gt=0, le=1)]],
        AfterValidator(_ascending),
    ] = (0.08, 1.0)
    """Smallest and largest area of the part, as a fraction of the image's."""
    ratio: tuple[Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(ge=1)]] = (3 / 4, 4 / 3)
    """Smallest and largest ratio of width to height."""
    resize: Positive | None = None
    """In evaluation, resize to this and cut `image_size` at the centre, for example 256 for 224. Default:
    the whole image."""


Augment = Annotated[
    Crop | Flip | Rotation | ColorJitter | Cutout | ResizeCrop | RandomResizedCrop,
    Field(discriminator="name"),
    named(),
]
