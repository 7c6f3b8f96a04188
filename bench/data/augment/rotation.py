"""Rotation of each image by an angle of its own."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.data.augment.draws import Draws
from bench.spec import Rotation


def rotation(images: Tensor, spec: Rotation, draws: Draws) -> Tensor:
    """Rotate each image counter-clockwise about its centre, bilinear, with black corners."""
    n, _, height, width = images.shape
    angle = torch.deg2rad((2 * draws.uniform(images) - 1) * spec.degrees)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    # grid_sample's coordinates run from -1 to 1 along each side, so a rotation of a picture that is
    # not square needs the ratio of its sides.
    ratio = height / width
    matrix = torch.stack([cosine, -sine * ratio, zero, sine / ratio, cosine, zero], dim=1).view(n, 2, 3)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
