"""Counting: params, MACs and activations of a network, layer by layer, without its weights."""

from functools import partial

import pytest

import architectures
from bench.measurements.counting.counter import count, count_built

SHAPE = (3, 224, 224)
RESNET50_MACS = 4_089_184_256
"""Convolution + linear, stride on the 3x3."""


@pytest.fixture(scope="module")
def resnet50():
    return architectures.build("resnet50")


def test_counting_resnet50(benchmark, resnet50):
    """A network that has its weights."""
    counts = benchmark.pedantic(count, (resnet50, SHAPE), rounds=10, warmup_rounds=2)
    assert counts.macs == RESNET50_MACS


def test_building_and_counting_resnet50(benchmark):
    """A network by its name, no weights being drawn."""
    construct = partial(architectures.build, "resnet50")
    counts = benchmark.pedantic(count_built, (construct, SHAPE), rounds=10, warmup_rounds=2)
    assert counts.macs == RESNET50_MACS
