"""Augmentations of a whole batch at once, with a draw of its own for each image; no loop over images.

Each takes images (N, C, H, W), its specification and the batch's draws, and returns images of the same
shape. Images are uint8 until an augmentation computes with them, since moving a byte costs a quarter of
moving a float; from then on they are float32 in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from bench.data.augment.draws import Draws
from bench.data.augment.exact import crop, cutout, flip
from bench.data.augment.pixels import unit
from bench.data.augment.rotation import rotation
from bench.data.augment.tint import color_jitter

__all__ = ["ARITHMETIC", "EXACT", "Draws", "augment"]

Augmentation = Callable[[Tensor, Any, Draws], Tensor]

EXACT: dict[str, Augmentation] = {"crop": crop, "hflip": flip, "vflip": flip, "cutout": cutout}
"""They move or blacken pixels, whatever their type."""
ARITHMETIC: dict[str, Augmentation] = {"rotation": rotation, "color_jitter": color_jitter}
"""They compute new values, from float32 in [0, 1]."""


def augment(images: Tensor, specs: Sequence[Any], draws: Draws) -> Tensor:
    """Apply the augmentations in order to uint8 or float32 images."""
    for spec in specs:
        if spec.name in EXACT:
            images = EXACT[spec.name](images, spec, draws)
        else:
            images = ARITHMETIC[spec.name](unit(images), spec, draws)
    return images
