"""Layers that a CPU computes faster in bfloat16 than torch's own, beside those: 128 images, both passes."""

import itertools

import pytest
import torch
from torch import nn

from bench.measurements.layers.convolution import use_side_by_side
from bench.measurements.layers.relu import use_bits
from bench.measurements.memory.allocator import keep_freed_memory

BATCH_SIZE = 128
MOVED = 200_000_000
"""Bytes of the tensors that take turns, so that none is in the cache, as in a network."""


def passes(layer: nn.Module, channels: int, side: int):
    """Return what takes the gradients of a layer, for inputs that take turns."""
    shape = BATCH_SIZE, channels, side, side
    last = {"memory_format": torch.channels_last}
    count = max(2, MOVED // (2 * torch.Size(shape).numel()))
    images = torch.randn(shape).bfloat16().contiguous(**last)
    inputs = [images.clone().requires_grad_() for _ in range(count)]
    slope = torch.randn(shape).bfloat16().contiguous(**last)
    layer = layer.to(**last)
    turn = itertools.cycle(inputs)

    def once():
        x = next(turn)
        with torch.autocast("cpu", torch.bfloat16):
            y = layer(x)
        return torch.autograd.grad(y, [x, *layer.parameters()], slope)

    return once


def measure(benchmark, layer, change, channels, side):
    keep_freed_memory()  # as the worker does
    if change is not None:
        change(layer)
    torch.manual_seed(0)
    once = passes(layer, channels, side)
    benchmark.group = f"{type(layer).__name__}, {channels} channels of {side} x {side} pixels"
    benchmark.pedantic(once, rounds=20, warmup_rounds=3)
    benchmark.extra_info |= {"batch_size": BATCH_SIZE, "threads": torch.get_num_threads()}
    assert all(found.isfinite().all() for found in once())


@pytest.mark.parametrize("change", [None, use_side_by_side], ids=["torch", "side by side"])
@pytest.mark.parametrize(("channels", "side"), [(512, 2), (512, 4), (256, 8), (128, 4), (64, 8)])
def test_a_convolution(benchmark, channels, side, change):
    """3 x 3, of as many channels as it has."""
    measure(benchmark, nn.Conv2d(channels, channels, 3, padding=1), change, channels, side)


@pytest.mark.parametrize("change", [None, use_bits], ids=["torch", "on bits"])
@pytest.mark.parametrize(("channels", "side"), [(64, 32), (32, 16), (64, 8)])
def test_a_relu(benchmark, channels, side, change):
    measure(benchmark, nn.ReLU(), change, channels, side)
