"""Small copies of images in one PNG."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from bench.data.thumbnails import COLUMNS, sheet

PLENTY = 10**6


def noise(count, side, channels):
    """Images that no PNG can make smaller."""
    return np.random.default_rng(0).integers(0, 256, (count, side, side, channels), dtype=np.uint8)


def opened(made):
    """The PNG as an array (H, W) or (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(made.png)))


@pytest.mark.parametrize("channels", [1, 3])
def test_small_images_are_kept_pixel_by_pixel(channels):
    """Grey stays grey; rows of tiles follow each other."""
    images = noise(COLUMNS + 1, 8, channels)
    made = sheet(images, PLENTY)
    pixels = opened(made).reshape(16, 8 * COLUMNS, channels)
    assert (made.count, made.width, made.height) == (COLUMNS + 1, 8, 8)
    assert (pixels[:8, 8:16] == images[1]).all()
    assert (pixels[8:, :8] == images[COLUMNS]).all()


def test_large_images_are_shrunk():
    """To 64 pixels, whatever their size; the mean brightness stays."""
    images = np.full((2, 224, 224, 3), 77, dtype=np.uint8)
    made = sheet(images, PLENTY)
    assert (made.width, made.height) == (64, 64)
    assert set(opened(made).ravel().tolist()) == {77}


def test_tiles_shrink_before_any_is_left_out():
    """Ten noisy images of 64 pixels are 120 kB; at 32 pixels all of them fit into 40."""
    made = sheet(noise(10, 64, 3), 40_000)
    assert (made.count, made.width) == (10, 32)
    assert len(made.png) <= 40_000


def test_the_last_are_left_out_where_nothing_else_helps():
    """The PNG keeps to its budget, and holds the first images."""
    images = noise(30, 32, 3)
    made = sheet(images, 40_000)
    assert 5 < made.count < 30
    assert len(made.png) <= 40_000
    assert (opened(made)[:32, :32] == images[0]).all()


def test_one_image_is_kept_whatever_it_weighs():
    """A budget of a byte does not loop forever."""
    assert sheet(noise(3, 16, 1), 1).count == 1
