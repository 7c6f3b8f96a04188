"""Layers that learn their sizes from the first image are settled when a network is built."""

import pytest
import torch
from torch import nn

from architectures import ArchitectureError, registry


@pytest.fixture
def lazy(monkeypatch):
    """A registered network whose layers are told no input size, with a part that stays in evaluation mode."""
    monkeypatch.setattr(registry, "_constructors", dict(registry._constructors))

    @registry.register
    def lazy(num_classes: int = 10) -> nn.Module:
        frozen = nn.LazyBatchNorm2d().eval()
        return nn.Sequential(
            nn.LazyConv2d(4, 3), frozen, nn.Dropout(), nn.Flatten(), nn.LazyLinear(num_classes)
        )

    return "lazy"


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_sizes_are_those_of_the_image(lazy, device):
    """With weights and without."""
    with torch.device(device):
        network = registry.build(lazy, num_classes=10, in_channels=1, image_size=8)
    assert [tuple(weight.shape) for weight in network.parameters()] == [
        (4, 1, 3, 3), (4,), (4,), (4,), (10, 144), (10,)
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_weights_and_modes_stay(lazy):
    """Settling is a part of building; no layer is left in another mode, and no average has moved."""
    first, second = (
        (torch.manual_seed(3), registry.build(lazy, num_classes=10, in_channels=1, image_size=8))[1]
        for _ in range(2)
    )
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert [layer.training for layer in first] == [True, False, True, True, True]
    assert first.training
    assert first[1].running_mean.abs().sum() == 0


def test_an_image_that_does_not_fit_is_a_mistake_in_the_suite(lazy):
    """Told with the network's name, as any other one."""
    with pytest.raises(ArchitectureError, match=r"lazy: .*[Kk]ernel size"):
        registry.build(lazy, num_classes=10, in_channels=1, image_size=2)
