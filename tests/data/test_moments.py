"""The constants of normalisation: exactly the images' mean and standard deviation."""

import numpy as np
import pytest
import torch

from bench.data.batches import ImageSet
from bench.data.moments import moments

CPU = torch.device("cpu")


def of(pixels, channels):
    return moments(ImageSet.of(pixels, np.zeros(len(pixels), np.int64), None, CPU), channels)


@pytest.mark.parametrize("count", [1, 258, 1000])
def test_moments_are_those_of_numpy(count):
    """In double precision, whatever number of chunks it takes."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, 7, 5, 3), dtype=np.uint8)
    mean, deviation = of(pixels, 3)
    scaled = pixels.astype(np.float64) / 255
    np.testing.assert_allclose(mean, scaled.mean((0, 1, 2)), rtol=1e-7)
    np.testing.assert_allclose(deviation, scaled.std((0, 1, 2)), rtol=1e-6)


def test_sums_of_white_images_are_exact():
    """The largest squares there are, as many as are added in float32."""
    mean, deviation = of(np.full((2 * 258, 2, 2, 1), 255, np.uint8), 1)
    assert (mean.item(), deviation.item()) == (1, 0)


def test_the_order_of_images_does_not_matter():
    """Not for a single bit."""
    pixels = np.random.default_rng(1).integers(0, 256, (700, 6, 6, 3), dtype=np.uint8)
    for one, other in zip(of(pixels, 3), of(pixels[::-1].copy(), 3), strict=True):
        assert torch.equal(one, other)


def test_grey_images_in_colour_have_the_same_moments_in_each_channel():
    """They are repeated on their way to the network."""
    pixels = np.random.default_rng(2).integers(0, 256, (20, 6, 6, 1), dtype=np.uint8)
    for colour, grey in zip(of(pixels, 3), of(pixels, 1), strict=True):
        assert torch.equal(colour, grey.expand(3))


def test_colour_images_in_grey_are_averaged_before():
    """The deviation is that of what the network sees."""
    pixels = np.random.default_rng(3).integers(0, 256, (20, 6, 6, 3), dtype=np.uint8)
    mean, deviation = of(pixels, 1)
    grey = pixels.astype(np.float64).mean(3) / 255
    assert mean.item() == pytest.approx(grey.mean(), rel=1e-6)
    assert deviation.item() == pytest.approx(grey.std(), rel=1e-5)
