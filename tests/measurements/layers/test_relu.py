"""ReLU on bits: torch's, number by number."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from bench.measurements.layers.relu import ReLU, use_bits

EVERY = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.bfloat16)
"""All 65,536 of them."""


def outcome(layer: nn.Module, x: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """Output, and gradient of `(slope * output).sum()`."""
    start = x.clone().requires_grad_()
    y = layer(start * 1)  # a leaf may not be changed in place
    (gradient,) = torch.autograd.grad(y, start, slope)
    return y, gradient


@pytest.mark.parametrize("inplace", [False, True])
def test_every_number_there_is(inplace):
    slope = torch.linspace(-3, 3, len(EVERY)).bfloat16()
    got, expected = (outcome(kind(inplace), EVERY, slope) for kind in (ReLU, nn.ReLU))
    assert torch.equal(got[0].isnan(), EVERY.isnan())
    for one, other in zip(got, expected, strict=True):
        numbers = ~EVERY.isnan()
        assert torch.equal(one[numbers], other[numbers])


def test_nothing_that_is_not_a_number_is_hidden():
    """Invalid operations give NaN whose sign is set, on x86."""
    invalid = torch.tensor([float("inf")]) - float("inf")
    assert ReLU()(torch.stack([invalid, -invalid]).bfloat16()).isnan().all()


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize(
    "x",
    [
        torch.randn(4, 6, 5, 3).contiguous(memory_format=torch.channels_last),
        torch.randn(4, 6, 5, 3),
        torch.randn(6, 9)[:, ::2],
        torch.randn(5, 4).t(),
        torch.randn(()),
        torch.randn(0, 3),
    ],
    ids=["channels last", "contiguous", "strided", "transposed", "scalar", "empty"],
)
def test_any_layout(x, inplace):
    x = x.bfloat16()
    slope = torch.randn(x.shape).bfloat16()
    for one, other in zip(*(outcome(kind(inplace), x, slope) for kind in (ReLU, nn.ReLU)), strict=True):
        assert torch.equal(one, other)
        assert one.stride() == other.stride()


def test_a_gradient_that_is_expanded():
    x = torch.randn(4, 3).bfloat16().requires_grad_()
    ReLU()(x).sum().backward()
    assert torch.equal(x.grad, (x > 0).bfloat16())


def test_in_place_is_in_place():
    x = torch.randn(4, 3).bfloat16()
    y = ReLU(inplace=True)(x)
    assert y.data_ptr() == x.data_ptr()
    assert not (x < 0).any()


def test_a_number_that_is_needed_cannot_be_changed_unseen():
    """Torch notices by a count of changes, which bits share with their numbers."""
    x = torch.randn(4, 3).bfloat16().requires_grad_()
    y = x.exp()  # whose gradient needs y
    ReLU(inplace=True)(y).sum()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_in_place_is_part_of_the_graph():
    start = torch.tensor([-1.0, 2.0]).bfloat16().requires_grad_()
    x = start * 1
    ReLU(inplace=True)(x)
    x.sum().backward()
    assert torch.equal(start.grad, torch.tensor([0.0, 1.0]).bfloat16())


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.randn(4).bfloat16().requires_grad_(),
        lambda: torch.randn(1).bfloat16().expand(4),
    ],
    ids=["a leaf", "numbers that share memory"],
)
def test_nothing_is_changed_where_torch_refuses(make):
    x = make()
    before = x.detach().clone()
    with pytest.raises(RuntimeError):
        ReLU(inplace=True)(x)
    assert torch.equal(x, before)


def test_gradients_of_gradients():
    grads = []
    for kind in (ReLU, nn.ReLU):
        x = torch.linspace(-1, 1, 8).bfloat16().requires_grad_()
        (slope,) = torch.autograd.grad((kind()(x) ** 2).sum(), x, create_graph=True)
        slope.square().sum().backward()
        grads.append(x.grad)
    assert torch.equal(*grads)
    assert grads[0].any()


def test_a_graph_of_gradients_hides_no_number_behind_an_infinite_one():
    x = torch.tensor([-1.0, 1.0]).bfloat16().requires_grad_()
    slope = torch.tensor([float("inf"), 1.0]).bfloat16()
    (gradient,) = torch.autograd.grad(ReLU()(x), x, slope, create_graph=True)
    assert torch.equal(gradient, torch.tensor([0.0, 1.0]).bfloat16())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int32])
def test_other_numbers_are_left_to_torch(dtype):
    x = torch.tensor([-2, 0, 3]).to(dtype)
    assert torch.equal(ReLU()(x), nn.ReLU()(x))


def test_compiled_and_not_give_the_same():
    """And the compiler is given an operator that it fuses with others."""
    x = torch.randn(4, 3).bfloat16()
    slope = torch.randn(4, 3).bfloat16()
    graphs = []

    def backend(graph, _):
        graphs.append(graph.code)
        return graph

    compiled = torch.compile(ReLU(), backend=backend, fullgraph=True)
    outcome(compiled, x, slope)
    assert "relu" in graphs[0]
    assert "int16" not in graphs[0]
    for one, other in zip(outcome(compiled, x, slope), outcome(ReLU(), x, slope), strict=True):
        assert torch.equal(one, other)


class Shifted(nn.ReLU):
    """A layer that does more."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) - 1


def test_layers_of_a_network_take_this_way():
    network = nn.Sequential(nn.ReLU(inplace=True), nn.Sequential(nn.ReLU(), Shifted(), nn.ReLU6()))
    use_bits(network)
    assert [type(layer) for layer in (network[0], *network[1])] == [ReLU, ReLU, Shifted, nn.ReLU6]
    assert network[0].inplace
    x = torch.randn(3, 4).bfloat16()
    assert torch.equal(copy.deepcopy(network)(x.clone()), network(x))
