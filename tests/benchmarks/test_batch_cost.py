"""What batches cost beside the steps they are for: a fraction of a step, reported, not asserted."""

import statistics
import time

import numpy as np
import pytest
import torch

import architectures
from bench.data.batches import ImageSet, Pipeline, shuffled
from bench.measurements.device import Device
from bench.measurements.memory.allocator import keep_freed_memory
from bench.measurements.timing.steps import Workload, seconds_of
from bench.spec import ColorJitter, Crop, Dataset, Execution, Flip, Recipe, Rotation

AUGMENT = (
    Rotation(name="rotation"), Crop(name="crop"), ColorJitter(name="color_jitter"),
    Flip(name="vflip"), Flip(name="hflip"),
)  # fmt: skip
SETTINGS = {
    "shared_resnet twice, batch 512": ("shared_resnet", {"repeats": 2}, 512),
    "resnet18, batch 128": ("resnet18", {"stem": "cifar"}, 128),
}
BATCHES = 4
TURNS = 3
"""Batches and steps take turns, so that a busy machine slows both."""


@pytest.mark.parametrize("setting", SETTINGS)
def test_batches_cost_a_fraction_of_a_step(benchmark, setting):
    """Rotation, crop, colour jitter and both flips of images of CIFAR's size."""
    keep_freed_memory()  # as the worker does
    device = Device.chosen(Execution())
    name, args, size = SETTINGS[setting]
    recipe = Recipe(batch_size=size, augment=AUGMENT)
    network = architectures.build(name, num_classes=10, in_channels=3, image_size=32, **args)
    network = device.hold(network)
    step = Workload(network, recipe, device, (3, 32, 32), 10).step("train", size)
    pixels = np.random.default_rng(0).integers(0, 256, (size * BATCHES, 32, 32, 3), dtype=np.uint8)
    images = ImageSet.of(pixels, np.zeros(len(pixels), np.int64), None, device.handle)
    pipeline = Pipeline.fitted(
        Dataset(), images, channels=3, image_size=32, memory_format=device.memory_format, augment=AUGMENT
    )

    def batch_seconds():
        device.synchronize()
        started = time.perf_counter()
        sizes = [len(inputs) for inputs, _ in shuffled(images, pipeline, recipe, seed=0, epoch=1)]
        device.synchronize()
        seconds = time.perf_counter() - started
        assert sizes == [size] * BATCHES
        return seconds / BATCHES

    def turn():
        return batch_seconds(), seconds_of(step, 1, device)

    turn()
    turns = [benchmark.pedantic(turn, rounds=1) if number == 0 else turn() for number in range(TURNS)]
    batch, whole = (statistics.median(times) for times in zip(*turns, strict=True))
    benchmark.extra_info |= {
        "threads": torch.get_num_threads(), "batch_seconds": batch, "step_seconds": whole,
        "fraction_of_step": batch / whole,
    }  # fmt: skip
