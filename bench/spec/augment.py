"""Augmentations of training images."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

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


Augment = Annotated[Crop | Flip | Rotation | ColorJitter | Cutout, Field(discriminator="name"), named()]
