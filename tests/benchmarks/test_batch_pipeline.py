"""Batches from uint8 images: with and without augmentation, and a pass over a set of CIFAR's size."""

import numpy as np
import pytest
import torch

from bench.data.batches import ImageSet, Pipeline, shuffled
from bench.measurements.device import Device
from bench.spec import ColorJitter, Crop, Cutout, Dataset, Execution, Flip, Recipe, Rotation

CROP, HFLIP = Crop(name="crop"), Flip(name="hflip")
AUGMENTATIONS = {
    "nothing": (),
    "crop and flip": (CROP, HFLIP),
    "everything": (
        CROP, HFLIP, Rotation(name="rotation"), ColorJitter(name="color_jitter"), Cutout(name="cutout"),
    ),
}  # fmt: skip
CIFAR_TRAIN = 50_000


@pytest.fixture(scope="module")
def images():
    """As many random images as CIFAR-10 has to train on, on the device."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (CIFAR_TRAIN, 32, 32, 3), dtype=np.uint8)
    return ImageSet.of(pixels, rng.integers(0, 10, CIFAR_TRAIN), None, Device.chosen(Execution()).handle)


def epoch(images, count, augment):
    """One epoch of batches of 128 over the first `count` images."""
    device = Device.chosen(Execution())
    chosen = images.first(count)
    pipeline = Pipeline.fitted(
        Dataset(), chosen, channels=3, image_size=32, memory_format=device.memory_format, augment=augment
    )
    recipe = Recipe(batch_size=128, augment=augment)

    def consume():
        seen = sum(len(inputs) for inputs, _ in shuffled(chosen, pipeline, recipe, seed=0, epoch=1))
        device.synchronize()
        return seen

    return consume


@pytest.mark.parametrize("augment", AUGMENTATIONS)
def test_batches(benchmark, images, augment):
    """Ten batches of 128 images."""
    seen = benchmark.pedantic(epoch(images, 1280, AUGMENTATIONS[augment]), rounds=10, warmup_rounds=2)
    assert seen == 1280
    record_rate(benchmark, seen)


@pytest.mark.parametrize("augment", ["nothing", "crop and flip"])
def test_a_pass_over_a_set_of_the_size_of_cifar(benchmark, images, augment):
    """50,000 images of 32 x 32, shuffled."""
    seen = benchmark.pedantic(epoch(images, CIFAR_TRAIN, AUGMENTATIONS[augment]), rounds=3, warmup_rounds=1)
    assert seen == CIFAR_TRAIN
    record_rate(benchmark, seen)


def record_rate(benchmark, images):
    """Images per second, where there was a timing."""
    benchmark.extra_info["threads"] = torch.get_num_threads()
    if benchmark.stats:
        benchmark.extra_info["images_per_second"] = images / benchmark.stats.stats.median
