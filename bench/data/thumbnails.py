"""Small copies of images, side by side in one PNG of bounded size."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from bench.data.source import Images

SIDES = (64, 48, 32)
"""Pixels of the longer side of a tile: the first that lets all tiles fit; smaller images stay as they are."""

COLUMNS = 12


@dataclass(frozen=True)
class Sheet:
    """Tiles in rows of `COLUMNS`, in the order of the images."""

    png: bytes
    count: int
    """Tiles; the last images are left out where not all fit."""
    width: int
    """Of a tile, in pixels."""
    height: int
    """Of a tile, in pixels."""


def sheet(images: Images, most_bytes: int) -> Sheet:
    """Lay images out as tiles of one size; first the tiles shrink, then their number, until the PNG fits.

    Args:
        images: (N, H, W, C) with one channel (grey) or three (RGB); at least one image.
        most_bytes: Of the PNG; a single tile is kept even where it is larger.
    """
    for side in SIDES:
        made = _encode(_shrunk(images, side))
        if len(made.png) <= most_bytes:
            return made
    while len(made.png) > most_bytes and made.count > 1:
        fewer = min(made.count - 1, made.count * most_bytes // len(made.png))
        made = _encode(_shrunk(images[: max(1, fewer)], SIDES[-1]))
    return made


def _shrunk(images: Images, side: int) -> Images:
    """Images whose longer side has at most `side` pixels."""
    height, width = images.shape[1:3]
    scale = side / max(height, width)
    if scale >= 1:
        return images
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resized = [np.asarray(_picture(image).resize(size, Image.Resampling.LANCZOS)) for image in images]
    return np.stack(resized).reshape(len(images), size[1], size[0], images.shape[3])


def _encode(tiles: Images) -> Sheet:
    count, height, width, channels = tiles.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    grid = np.zeros((rows * columns, height, width, channels), dtype=np.uint8)
    grid[:count] = tiles
    laid = grid.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    file = io.BytesIO()
    _picture(laid.reshape(rows * height, columns * width, channels)).save(file, "PNG", optimize=True)
    return Sheet(file.getvalue(), count, width, height)


def _picture(pixels: Images) -> Image.Image:
    """(H, W, C) as PIL has it: grey where there is one channel."""
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))
