"""What the tests of all families share: networks without weights, and their params."""

from __future__ import annotations

import pytest
import torch

from architectures import build


@pytest.fixture
def sketch():
    """Build a network by name on the meta device, where even VGG takes milliseconds and no memory."""

    def build_on_meta(name, **arguments):
        with torch.device("meta"):
            return build(name, **arguments)

    return build_on_meta


@pytest.fixture
def params():
    """Count the params of a network; a shared module once."""

    def count(network):
        return sum(parameter.numel() for parameter in network.parameters())

    return count


@pytest.fixture
def shape_of():
    """Shape of what comes out of a network on the meta device."""

    def run(network, *shape):
        return tuple(network(torch.empty(shape, device="meta")).shape)

    return run
