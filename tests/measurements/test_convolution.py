"""Convolutions as products of matrices: the same numbers, and all others are left to torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.profiler import profile

from bench.measurements.convolution import layer as convolution
from bench.measurements.convolution import operators
from bench.measurements.convolution.layer import Size, convolved, use_products

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
    (80, 512, 514, 2, 2, (3, 3), (1, 1), (1, 1)),  # of few rows; each of two threads has half of the columns
    (80, 512, 513, 2, 2, (3, 3), (1, 1), (1, 1)),  # an odd number of columns
]
FEW_ROWS = SHAPES[-2:]


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


def results(
    shape: tuple, x: Tensor, weight: Tensor, bias: Tensor | None, slope: Tensor, *, way: Callable = F.conv2d
) -> list[Tensor]:
    """The output and the gradients of `(slope * output).sum()`."""
    y = way(x, weight, bias, shape[6], shape[7])
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
    got = results(shape, x, weight, offset, slope, way=convolved)
    exact = [None if t is None else t.detach().double().requires_grad_() for t in (x, weight, offset)]
    expected = results(shape, *exact, slope.double())
    assert got[0].dtype == torch.bfloat16
    assert got[0].is_contiguous(memory_format=torch.channels_last)
    for found, truth in zip(got, expected, strict=True):
        error = (found.double() - truth).abs().max() / truth.abs().max()
        assert error <= 2**-8


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", FEW_ROWS)
def test_few_rows_on_two_threads(shape, bias):
    """As on one thread, which computes all columns at once."""
    x, weight, offset = tensors(shape, bias=bias)
    slope = slope_for(shape, x, weight)
    with profile() as seen:
        together = results(shape, x, weight, offset, slope, way=convolved)
    assert "aten::bmm" in {event.name for event in seen.events()}  # the gradient of 512 channels, in halves
    torch.set_num_threads(1)
    alone = results(shape, x, weight, offset, slope, way=convolved)
    for one, other in zip(together, alone, strict=True):
        assert (one.float() - other.float()).abs().max() <= 2**-8 * other.float().abs().max()


@pytest.mark.parametrize("shape", SHAPES)
def test_as_near_to_the_truth_as_torch(shape):
    x, weight, offset = tensors(shape)
    slope = slope_for(shape, x, weight)
    exact = results(
        shape, *(t.detach().double().requires_grad_() for t in (x, weight, offset)), slope.double()
    )
    errors = []
    for way in (convolved, F.conv2d):
        with torch.autocast("cpu", torch.bfloat16):
            got = results(shape, x, weight, offset, slope, way=way)
        errors.append([(a.double() - b).norm() / b.norm() for a, b in zip(got, exact, strict=True)])
    for ours, torchs in zip(*errors, strict=True):
        assert ours <= 1.25 * torchs


def test_what_was_computed_stays_when_more_is():
    """The patches of all lie in the same memory, one after the other, in an evaluation as in training."""
    x, weight, offset = tensors((64, 512, 256, 4, 4, (3, 3), (1, 1), (1, 1)))
    with torch.inference_mode():
        first = convolved(x, weight, offset, 1, 1)
        kept = first.clone()
    y = convolved(-x, weight, offset, 1, 1)
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
    call()
    return bool(seen)


X = torch.randn(2, 64, 4, 4).contiguous(memory_format=torch.channels_last)


def layer(kind: type[nn.Conv2d] = nn.Conv2d, **arguments: object) -> nn.Conv2d:
    return kind(64, 64, 3, **arguments).to(memory_format=torch.channels_last)


class Scaled(nn.Conv2d):
    """A layer that does more than a convolution."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


@pytest.mark.parametrize(
    ("x", "module"),
    [
        (X.contiguous(), layer()),
        (X, layer(groups=2)),
        (X, layer(dilation=2, padding=2)),
        (X, layer(padding="same")),
        (X, layer(padding=1, padding_mode="reflect")),
        (X[0], layer()),
        (torch.randn(2, 64, 16, 16).contiguous(memory_format=torch.channels_last), layer()),
        (X, layer(Scaled)),
    ],
    ids=[
        "contiguous", "grouped", "dilated", "padding in words", "reflecting", "without a batch",
        "many pixels", "of another class",
    ],
)  # fmt: skip
def test_others_are_left_to_torch(monkeypatch, x, module):
    with torch.autocast("cpu", torch.bfloat16):
        expected = module(x)
    use_products(module)

    def call():
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(module(x), expected)

    assert not computed_here(monkeypatch, call)


def test_outside_autocast_nothing_changes(monkeypatch):
    module = layer(padding=1)
    expected = module(X)
    use_products(module)
    assert not computed_here(monkeypatch, lambda: torch.testing.assert_close(module(X), expected))


def test_layers_of_a_network_take_this_way(monkeypatch):
    network = nn.Sequential(nn.ReLU(), nn.Sequential(layer(padding=1)))
    names = [type(module).__name__ for module in network.modules()]
    use_products(network)

    def call():
        with torch.autocast("cpu", torch.bfloat16):
            network(X)

    assert computed_here(monkeypatch, call)
    assert [type(module).__name__ for module in network.modules()] == names


def test_a_layer_can_be_copied_and_saved(tmp_path):
    module = layer(padding=1)
    use_products(module)
    torch.save(module, tmp_path / "layer.pt")
    loaded = torch.load(tmp_path / "layer.pt", weights_only=False)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(copy.deepcopy(module)(X), module(X))
        assert torch.equal(loaded(X), module(X))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[3], SHAPES[-2]])
def test_compiled_and_not_give_the_same(shape, bias):
    """The compiler takes products as they are: in one graph, and every number the same."""
    x, weight, offset = tensors(shape, bias=bias)
    slope = slope_for(shape, x, weight)
    compiled = torch.compile(convolved, backend="aot_eager", fullgraph=True)
    expected = results(shape, x, weight, offset, slope, way=convolved)
    for got, wanted in zip(results(shape, x, weight, offset, slope, way=compiled), expected, strict=True):
        assert torch.equal(got, wanted)
        assert got.dtype == wanted.dtype
        assert got.stride() == wanted.stride()


@pytest.mark.parametrize("by_product", [True, False])
def test_operators_are_what_they_tell_the_compiler(by_product):
    shape = SHAPES[0]
    x, weight, bias = tensors(shape)
    operands = x.detach().bfloat16().requires_grad_(), weight, weight.detach().bfloat16(), bias
    torch.library.opcheck(operators.convolution, (*operands, [1, 1], [1, 1], by_product))


def test_too_small_an_image_fails_as_in_torch():
    module = layer()
    use_products(module)
    with pytest.raises(RuntimeError, match="Kernel size"), torch.autocast("cpu", torch.bfloat16):
        module(X[:, :, :2, :2].contiguous(memory_format=torch.channels_last))


def test_without_gradients_the_output_is_the_same():
    shape = SHAPES[0]
    x, weight, bias = tensors(shape)
    trained = convolved(x, weight, bias, padding=1)
    with torch.inference_mode():
        evaluated = convolved(x.detach(), weight.detach(), bias.detach(), padding=1)
    assert torch.equal(trained, evaluated)


def test_frozen_operands_get_no_gradient():
    x, weight, _ = tensors(SHAPES[0], bias=False)
    weight.requires_grad_(False)
    convolved(x, weight, padding=1).float().sum().backward()
    assert x.grad is not None
    assert weight.grad is None


def test_gradients_of_gradients():
    """A penalty on a gradient, as some recipes have, must reach the weights."""
    grads = []
    for way in (convolved, F.conv2d):
        x, weight, _ = tensors(SHAPES[0], bias=False)
        with torch.autocast("cpu", torch.bfloat16):
            y = way(x, weight, padding=1).float().square().mean()
            (slope,) = torch.autograd.grad(y, x, create_graph=True)
            slope.square().sum().backward()
        grads.append(weight.grad)
    assert torch.allclose(*grads, rtol=0.05, atol=0.02 * float(grads[1].abs().max()))


def test_steps_repeat_bit_for_bit():
    shape = SHAPES[0]

    def once() -> list[Tensor]:
        x, weight, bias = tensors(shape)
        return results(shape, x, weight, bias, slope_for(shape, x, weight), way=convolved)

    assert all(torch.equal(a, b) for a, b in zip(once(), once(), strict=True))
