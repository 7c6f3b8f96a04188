"""Convolutions as products of matrices: the same numbers, and all others are left to torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.measurements import convolution
from bench.measurements.convolution import Products, Size

SHAPES = [
    # N, C, K, height, width, kernel, stride, padding
    (3, 512, 256, 4, 4, (3, 3), (1, 1), (1, 1)),
    (3, 256, 512, 2, 2, (3, 3), (1, 1), (1, 1)),
    (2, 512, 512, 1, 1, (3, 3), (1, 1), (1, 1)),
    (2, 256, 512, 8, 8, (3, 3), (2, 2), (1, 1)),
    (2, 256, 512, 7, 5, (3, 3), (2, 2), (1, 1)),  # the last rows and columns are seen by nothing
    (2, 512, 256, 3, 5, (1, 1), (1, 1), (0, 0)),
    (2, 512, 256, 4, 4, (1, 1), (2, 2), (0, 0)),
    (2, 512, 256, 6, 4, (3, 2), (1, 1), (0, 0)),
    (2, 512, 256, 2, 3, (3, 5), (1, 1), (2, 3)),  # padded by more than half of the kernel
    (2, 16, 24, 4, 4, (3, 3), (1, 1), (1, 1)),  # forward by torch, the gradient of the weights by a product
    (2, 256, 256, 8, 8, (3, 3), (1, 1), (1, 1)),  # the same
    (70, 256, 256, 8, 8, (3, 3), (1, 1), (1, 1)),  # in two parts, the second of them smaller
]


def tensors(shape: tuple, *, bias: bool = True) -> tuple[Tensor, Tensor, Tensor | None]:
    """Operands in float32, channels last, that bfloat16 holds exactly."""
    n, c, k, height, width, kernel, _, _ = shape
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(n, c, height, width, generator=generator)
    weight = torch.randn(k, c, *kernel, generator=generator) / 16
    made = [x, weight, torch.randn(k, generator=generator)]
    rounded = [tensor.bfloat16().float() for tensor in made]
    first, second = (tensor.contiguous(memory_format=torch.channels_last) for tensor in rounded[:2])
    return first.requires_grad_(), second.requires_grad_(), rounded[2].requires_grad_() if bias else None


def results(shape: tuple, x: Tensor, weight: Tensor, bias: Tensor | None, slope: Tensor) -> list[Tensor]:
    """The output and the gradients of `(slope * output).sum()`."""
    y = F.conv2d(x, weight, bias, shape[6], shape[7])
    wanted = [x, weight, *([] if bias is None else [bias])]
    return [y, *torch.autograd.grad((y * slope).sum(), wanted)]


def slope_for(shape: tuple, x: Tensor, weight: Tensor) -> Tensor:
    with torch.no_grad():
        y = F.conv2d(x, weight, None, shape[6], shape[7])
    return torch.randn(y.shape, generator=torch.Generator().manual_seed(6)).bfloat16()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_output_and_gradients_are_those_of_float64(shape, bias):
    """Operands are exact, so only the rounding of each result to bfloat16 is left: half of 2^-8 at most."""
    x, weight, offset = tensors(shape, bias=bias)
    slope = slope_for(shape, x, weight)
    with torch.autocast("cpu", torch.bfloat16), Products():
        got = results(shape, x, weight, offset, slope)
    exact = [None if t is None else t.detach().double().requires_grad_() for t in (x, weight, offset)]
    expected = results(shape, *exact, slope.double())
    assert got[0].dtype == torch.bfloat16
    assert got[0].is_contiguous(memory_format=torch.channels_last)
    for found, truth in zip(got, expected, strict=True):
        error = (found.double() - truth).abs().max() / truth.abs().max()
        assert error <= 2**-8


@pytest.mark.parametrize("shape", SHAPES)
def test_as_near_to_the_truth_as_torch(shape):
    x, weight, offset = tensors(shape)
    slope = slope_for(shape, x, weight)
    exact = results(
        shape, *(t.detach().double().requires_grad_() for t in (x, weight, offset)), slope.double()
    )
    errors = []
    for inside in (Products(), torch.autocast("cpu", torch.bfloat16)):
        with torch.autocast("cpu", torch.bfloat16), inside:
            got = results(shape, x, weight, offset, slope)
        errors.append([(a.double() - b).norm() / b.norm() for a, b in zip(got, exact, strict=True)])
    for ours, torchs in zip(*errors, strict=True):
        assert ours <= 1.25 * torchs


def test_what_was_computed_stays_when_more_is():
    """The patches of all lie in the same memory, one after the other, in an evaluation as in training."""
    x, weight, offset = tensors((64, 512, 256, 4, 4, (3, 3), (1, 1), (1, 1)))
    with torch.autocast("cpu", torch.bfloat16), Products():
        with torch.inference_mode():
            first = F.conv2d(x, weight, offset, 1, 1)
            kept = first.clone()
        y = F.conv2d(-x, weight, offset, 1, 1)
        y.sum().backward()
    assert first.equal(kept)
    assert not y.equal(first)


@pytest.mark.parametrize(
    ("size", "forward", "weights"),
    [
        (Size(512 * 512, 16), True, True),
        (Size(512 * 512, 17), False, True),
        (Size(256 * 256, 16), False, True),
        (Size(256 * 256, 64), False, True),
        (Size(256 * 256, 65), False, False),
        (Size(256 * 255, 64), False, False),
        (Size(3 * 16, 16), False, True),
    ],
)
def test_which_are_products(size, forward, weights):
    assert (size.forward_by_product, size.weights_by_product) == (forward, weights)


def computed_here(monkeypatch, call) -> bool:
    """Whether a call of F.conv2d inside ends in a product."""
    seen = []
    apply = convolution._Convolution.apply
    monkeypatch.setattr(convolution._Convolution, "apply", lambda *a: seen.append(1) or apply(*a))
    with Products():
        call()
    return bool(seen)


X = torch.randn(2, 64, 4, 4).contiguous(memory_format=torch.channels_last)
WEIGHT = torch.randn(64, 64, 3, 3).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("x", "weight", "arguments"),
    [
        (X.contiguous(), WEIGHT, {}),
        (X, WEIGHT[:, :32].contiguous(memory_format=torch.channels_last), {"groups": 2}),
        (X, WEIGHT, {"dilation": 2, "padding": 2}),
        (X, WEIGHT, {"padding": "same"}),
        (X[0], WEIGHT, {}),
        (torch.randn(2, 64, 16, 16).contiguous(memory_format=torch.channels_last), WEIGHT, {}),
    ],
    ids=["contiguous", "grouped", "dilated", "padding in words", "without a batch", "many pixels"],
)
def test_others_are_left_to_torch(monkeypatch, x, weight, arguments):
    def call():
        with torch.autocast("cpu", torch.bfloat16):
            got = F.conv2d(x, weight, **arguments)
        with torch._C.DisableTorchFunction(), torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(got, F.conv2d(x, weight, **arguments))

    assert not computed_here(monkeypatch, call)


def test_outside_autocast_nothing_changes(monkeypatch):
    assert not computed_here(monkeypatch, lambda: F.conv2d(X, WEIGHT, padding=1))


def test_layers_take_this_way(monkeypatch):
    layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)

    def call():
        with torch.autocast("cpu", torch.bfloat16):
            layer(X)

    assert computed_here(monkeypatch, call)


def test_too_small_an_image_fails_as_in_torch():
    with pytest.raises(RuntimeError, match="Kernel size"), torch.autocast("cpu", torch.bfloat16), Products():
        F.conv2d(X[:, :, :2, :2].contiguous(memory_format=torch.channels_last), WEIGHT)


def test_without_gradients_the_output_is_the_same():
    shape = SHAPES[0]
    x, weight, bias = tensors(shape)
    with torch.autocast("cpu", torch.bfloat16), Products():
        trained = F.conv2d(x, weight, bias, padding=1)
        with torch.inference_mode():
            evaluated = F.conv2d(x.detach(), weight.detach(), bias.detach(), padding=1)
    assert torch.equal(trained, evaluated)


def test_frozen_operands_get_no_gradient():
    x, weight, _ = tensors(SHAPES[0], bias=False)
    weight.requires_grad_(False)
    with torch.autocast("cpu", torch.bfloat16), Products():
        F.conv2d(x, weight, padding=1).float().sum().backward()
    assert x.grad is not None
    assert weight.grad is None


def test_gradients_of_gradients():
    """A penalty on a gradient, as some recipes have, must reach the weights."""
    grads = []
    for inside in (Products(), torch.autocast("cpu", torch.bfloat16)):
        x, weight, _ = tensors(SHAPES[0], bias=False)
        with torch.autocast("cpu", torch.bfloat16), inside:
            y = F.conv2d(x, weight, padding=1).float().square().mean()
            (slope,) = torch.autograd.grad(y, x, create_graph=True)
            slope.square().sum().backward()
        grads.append(weight.grad)
    assert torch.allclose(*grads, rtol=0.05, atol=0.02 * float(grads[1].abs().max()))


def test_steps_repeat_bit_for_bit():
    shape = SHAPES[0]

    def once() -> list[Tensor]:
        x, weight, bias = tensors(shape)
        with torch.autocast("cpu", torch.bfloat16), Products():
            return results(shape, x, weight, bias, slope_for(shape, x, weight))

    assert all(torch.equal(a, b) for a, b in zip(once(), once(), strict=True))
