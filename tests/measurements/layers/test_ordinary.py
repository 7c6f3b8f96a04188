"""Modes, batches of gradients, forward mode, torch.func and tracers see operators of torch alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.utils.flop_counter import FlopCounterMode

from bench.measurements.layers.convolution import use_side_by_side
from bench.measurements.layers.relu import use_bits

X = torch.randn(4, 64, 4, 4).bfloat16().contiguous(memory_format=torch.channels_last)


def network() -> nn.Module:
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.ReLU(inplace=True), nn.ReLU())
    return made.to(memory_format=torch.channels_last).bfloat16().requires_grad_(False)


def each_image(model: nn.Module) -> Tensor:
    return torch.func.vmap(model)(X[:, None])


def gradient(model: nn.Module) -> Tensor:
    found: Tensor = torch.func.grad(lambda x: model(x).float().sum())(X)
    return found


def gradients(model: nn.Module) -> Tensor:
    start = X.clone().requires_grad_()
    y = model(start)
    slopes = torch.linspace(-1, 1, 3 * y.numel()).bfloat16().reshape(3, *y.shape)
    return torch.autograd.grad(y, start, slopes, is_grads_batched=True)[0]


def direction(model: nn.Module) -> Tensor:
    with forward_ad.dual_level():
        found: Tensor = forward_ad.unpack_dual(model(forward_ad.make_dual(X, X.flip(0)))).tangent
        return found


def counted(model: nn.Module) -> Tensor:
    model.requires_grad_(True)
    with FlopCounterMode(display=False) as counter:
        model(X).sum().backward()
    return torch.tensor(counter.get_total_flops())


def traced(model: nn.Module) -> Tensor:
    found: Tensor = torch.jit.trace(model, X)(X)
    return found


@pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning")
@pytest.mark.parametrize("way", [each_image, gradient, gradients, direction, counted, traced])
def test_results_are_those_of_torch(way: Callable[[nn.Module], Tensor]) -> None:
    changed = network()
    use_side_by_side(changed)
    use_bits(changed)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(way(changed), way(network()))
