"""Shares of a batch: everything once, and every image as in one process."""

import numpy as np
import pytest
import torch

from bench.data.batches import ImageSet, Pipeline, shuffled
from bench.data.share import WHOLE, Share
from bench.spec import ColorJitter, Crop, Cutout, Dataset, Flip, RandomResizedCrop, Recipe, Rotation

AUGMENT = (
    RandomResizedCrop(name="random_resized_crop"), Crop(name="crop", padding=2), Flip(name="hflip"),
    Flip(name="vflip", alternating=True), Cutout(name="cutout", size=3),
    Rotation(name="rotation", degrees=20),
    ColorJitter(name="color_jitter", brightness=0.2, contrast=0.2, saturation=0.2),
)  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 6, 7, 20])
def test_shares_follow_each_other_and_are_even(count, size):
    """No image is left out or computed twice, and none has two more than another."""
    bounds = [Share(rank, size).bounds(count) for rank in range(size)]
    assert [first for first, _ in bounds] == [0, *(end for _, end in bounds[:-1])]
    assert bounds[-1][1] == count
    counts = [Share(rank, size).of(count) for rank in range(size)]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("size", [2, 3, 5])
def test_an_image_looks_the_same_whoever_computes_it(size):
    """Shares of a batch, put together, are the batch of one process; the last is smaller, or repeated."""
    pixels = np.random.default_rng(0).integers(0, 256, (27, 12, 12, 3), dtype=np.uint8)
    images = ImageSet.of(pixels, np.arange(27), None, torch.device("cpu"))
    pipeline = Pipeline.fitted(
        Dataset(), images, channels=3, image_size=12, memory_format=torch.contiguous_format, augment=AUGMENT
    )

    def epoch(share):
        recipe = Recipe(batch_size=8)
        return list(shuffled(images, pipeline, recipe, seed=0, epoch=2, share=share))

    whole = epoch(WHOLE)
    shares = [epoch(Share(rank, size)) for rank in range(size)]
    for number, (inputs, labels) in enumerate(whole):
        parts = [share[number] for share in shares]
        if Share(0, size).repeats(len(labels)):
            parts = parts[-1:]
        torch.testing.assert_close(torch.cat([part for part, _ in parts]), inputs)
        assert torch.equal(torch.cat([labels for _, labels in parts]), labels)
