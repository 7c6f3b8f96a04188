"""Convolutions with images side by side: the same numbers, and all others are left to torch."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.profiler import profile

from bench.measurements.layers import convolution
from bench.measurements.layers.convolution import Size, apart, convolved, side_by_side, use_side_by_side

SHAPES = [
    # N, C, K, height, width, kernel, stride, padding
    (4, 512, 256, 4, 4, (3, 3), (1, 1), (1, 1)),
    (3, 256, 512, 2, 2, (3, 3), (1, 1), (1, 1)),
    (2, 512, 512, 1, 1, (3, 3), (1, 1), (1, 1)),
    (2, 256, 512, 8, 8, (3, 3), (2, 2), (1, 1)),
    (2, 256, 512, 7, 5, (3, 3), (2, 2), (1, 1)),  # the last rows and columns are seen by nothing
    (2, 512, 256, 3, 5, (1, 1), (1, 1), (0, 0)),
    (2, 512, 256, 4, 4, (1, 1), (2, 2), (0, 0)),
    (2, 512, 256, 5, 5, (1, 1), (2, 2), (0, 0)),  # rows of which the last column is seen
    (2, 256, 256, 6, 3, (5, 3), (2, 1), (0, 1)),  # nothing of the height is padded
    (2, 256, 256, 9, 9, (3, 3), (3, 3), (1, 1)),
    (2, 512, 256, 3, 4, (3, 5), (1, 1), (2, 2)),  # padded by more than half of the kernel's height
    (2, 64, 64, 8, 8, (3, 3), (1, 1), (1, 1)),  # only the gradient of the weights has images side by side
    (2, 64, 128, 16, 16, (3, 3), (2, 2), (1, 1)),  # both gradients
    (70, 64, 64, 4, 4, (3, 3), (1, 1), (1, 1)),  # two rows of 35 images would be too long; five of 14
]
FORWARD, WEIGHTS_ONLY, STRIDED, POINTWISE = SHAPES[0], SHAPES[11], SHAPES[12], SHAPES[5]


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


@pytest.mark.parametrize(
    ("size", "gains", "forward", "backward"),
    [
        (Size(512 * 512 * 9, 16), True, True, True),
        (Size(256 * 256 * 9, 16), True, True, True),
        (Size(2**15 * 16 - 1, 16), True, False, False),
        (Size(256 * 256 * 9, 64), True, False, False),
        (Size(256 * 256 * 9, 64, strided=True), True, False, True),
        (Size(256 * 64, 64, pointwise=True), True, True, True),
        (Size(256 * 256 * 9, 65), False, False, False),
        (Size(2**14 - 1, 16), False, False, False),
    ],
)
def test_which_have_images_side_by_side(size, gains, forward, backward):
    assert (size.gains, size.forward, size.backward) == (gains, forward, backward)


@pytest.mark.parametrize(("group", "period"), [(1, 3), (2, 3), (3, 4), (6, 5)])
def test_images_stand_beside_each_other_with_zeros_between(group, period):
    images = torch.arange(1, 73.0).view(6, 2, 2, 3).contiguous(memory_format=torch.channels_last)
    rows = side_by_side(images, group, period)
    assert rows.shape == (6 // group, 2, 2, group * period)
    assert rows.is_contiguous(memory_format=torch.channels_last)
    for number, image in enumerate(images):
        start = number % group * period
        assert torch.equal(rows[number // group, :, :, start : start + 3], image)
        assert not rows[number // group, :, :, start + 3 : start + period].any()
    back = apart(rows, group, 3)
    assert torch.equal(back, images)
    assert back.is_contiguous(memory_format=torch.channels_last)


def test_laying_pixels_that_are_seen_alone_moves_no_memory():
    images = torch.randn(4, 8, 1, 16).contiguous(memory_format=torch.channels_last)
    rows = side_by_side(images, 4, 16)
    assert rows.data_ptr() == images.data_ptr()
    assert apart(rows, 4, 16).data_ptr() == images.data_ptr()


@pytest.mark.parametrize(
    ("images", "group"), [(1, 1), (7, 7), (32, 32), (50, 25), (64, 32), (80, 20), (127, 1), (500, 25)]
)
def test_as_many_images_in_a_row_as_divide_the_batch(images, group):
    assert convolution._in_a_row(images) == group


@pytest.mark.parametrize(
    ("shape", "forward", "backward"),
    [(FORWARD, 2, {2}), (WEIGHTS_ONLY, 64, {2, 64}), (STRIDED, 64, {2})],
    ids=["all", "gradient of the weights", "both gradients"],
)
def test_passes_that_gain_see_rows_of_images(shape, forward, backward):
    """By the shapes that the operators of torch are given: 64 images, or 2 rows of 32."""
    x, weight, _ = tensors((64, *shape[1:]), bias=False)
    with profile(record_shapes=True) as seen:
        convolved(x, weight, None, shape[6], shape[7]).sum().backward()
    given = {"aten::mkldnn_convolution": set(), "aten::convolution_backward": set()}
    for event in seen.events():
        if event.name in given:
            given[event.name].add(event.input_shapes[0][0])
    assert list(given.values()) == [{forward}, backward]


def test_gradients_that_nobody_wants_are_not_computed(monkeypatch):
    """The first layer's images and frozen weights need none."""
    asked = []
    compute = convolution._gradients
    monkeypatch.setattr(convolution, "_gradients", lambda *a: asked.append(list(a[-1])) or compute(*a))
    for frozen in range(3):
        operands = tensors(FORWARD)
        operands[frozen].requires_grad_(False)
        convolved(*operands, padding=1).sum().backward()
        assert operands[frozen].grad is None
    assert asked == [[False, True, True], [True, False, True], [True, True, False]]


@pytest.mark.parametrize("shape", [FORWARD, WEIGHTS_ONLY, POINTWISE], ids=["all", "weights", "pointwise"])
@pytest.mark.parametrize("change", [nn.ReLU(inplace=True), lambda y: y.mul_(2)], ids=["relu", "product"])
def test_outputs_can_be_changed_in_place(shape, change):
    x, weight, bias = tensors(shape)
    slope = slope_for(shape, x, weight)
    got = results(shape, x, weight, bias, slope, way=lambda *a: change(convolved(*a)))
    expected = results(shape, x, weight, bias, slope, way=lambda *a: change(convolved(*a).clone()))
    for one, other in zip(got, expected, strict=True):
        assert torch.equal(one, other)


def test_gradients_in_another_layout():
    x, weight, _ = tensors(FORWARD, bias=False)
    slope = slope_for(FORWARD, x, weight)
    ways = (slope.contiguous(), slope.contiguous(memory_format=torch.channels_last))
    first, second = (
        torch.autograd.grad(convolved(x, weight, padding=1), [x, weight], given) for given in ways
    )
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def computed_here(monkeypatch, call) -> bool:
    """Whether a call inside is not left to torch."""
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


LAST = {"memory_format": torch.channels_last}


@pytest.mark.parametrize(
    ("x", "module"),
    [
        (X.contiguous(), layer(padding=1)),
        (X, nn.Conv2d(64, 512, 3, padding=1)),
        (X, nn.Conv2d(64, 128, 3, padding=1, groups=2).to(**LAST)),
        (X[:1].contiguous(**LAST), layer(padding=1)),
        (X[:0].contiguous(**LAST), layer(padding=1)),
        (X, layer()),
        (X, layer(dilation=2, padding=1)),
        (X, layer(padding="same")),
        (X, layer(padding=1, padding_mode="reflect")),
        (X[0], layer(padding=1)),
        (torch.randn(2, 64, 16, 16).contiguous(**LAST), layer(padding=1)),
        (X[:, :8].contiguous(**LAST), nn.Conv2d(8, 512, 3, padding=1).to(**LAST)),
        (X.double(), layer(padding=1).double()),
        (X, layer(Scaled, padding=1)),
    ],
    ids=[
        "contiguous", "contiguous weights", "grouped", "one image", "no image", "without padding", "dilated",
        "padding in words", "reflecting", "without a batch", "many pixels", "few channels", "in float64",
        "of another class",
    ],
)  # fmt: skip
def test_others_are_left_to_torch(monkeypatch, x, module):
    with torch.autocast("cpu", torch.bfloat16):
        expected = module(x)
    use_side_by_side(module)

    def call():
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(module(x), expected)

    assert not computed_here(monkeypatch, call)


def test_outside_autocast_nothing_changes(monkeypatch):
    module = layer(padding=1)
    expected = module(X)
    use_side_by_side(module)
    assert not computed_here(monkeypatch, lambda: torch.testing.assert_close(module(X), expected))


def test_layers_of_a_network_take_this_way(monkeypatch):
    network = nn.Sequential(nn.ReLU(), nn.Sequential(layer(padding=1)))
    names = [type(module).__name__ for module in network.modules()]
    use_side_by_side(network)

    def call():
        with torch.autocast("cpu", torch.bfloat16):
            network(X)

    assert computed_here(monkeypatch, call)
    assert [type(module).__name__ for module in network.modules()] == names


def test_a_layer_can_be_copied_and_saved(tmp_path):
    module = layer(padding=1)
    use_side_by_side(module)
    torch.save(module, tmp_path / "layer.pt")
    loaded = torch.load(tmp_path / "layer.pt", weights_only=False)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(copy.deepcopy(module)(X), module(X))
        assert torch.equal(loaded(X), module(X))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [FORWARD, WEIGHTS_ONLY, STRIDED, POINTWISE])
def test_compiled_and_not_give_the_same(shape, bias):
    """In one graph, and every number the same."""
    x, weight, offset = tensors(shape, bias=bias)
    slope = slope_for(shape, x, weight)
    compiled = torch.compile(convolved, backend="aot_eager", fullgraph=True)
    expected = results(shape, x, weight, offset, slope, way=convolved)
    for got, wanted in zip(results(shape, x, weight, offset, slope, way=compiled), expected, strict=True):
        assert torch.equal(got, wanted)
        assert got.dtype == wanted.dtype
        assert got.stride() == wanted.stride()


@pytest.mark.parametrize(
    ("x", "module", "message"),
    [
        (torch.randn(2, 64, 2, 2), layer(), "Kernel size"),
        (torch.randn(2, 64, 2, 4), nn.Conv2d(64, 64, (5, 3), padding=(1, 1)), "Kernel size"),
        (torch.randn(2, 32, 4, 4), layer(padding=1), "to have 64 channels"),
        (torch.randn(2, 64, 4, 4, dtype=torch.float64), layer(padding=1), "should be the same"),
        (torch.ones(2, 64, 4, 4, dtype=torch.uint8), layer(padding=1), "should be the same"),
    ],
    ids=["too small", "not high enough", "other channels", "other numbers", "bytes"],
)
def test_what_torch_refuses_is_refused_by_torch(x, module, message):
    module = module.to(**LAST)
    use_side_by_side(module)
    with pytest.raises(RuntimeError, match=message), torch.autocast("cpu", torch.bfloat16):
        module(x.contiguous(**LAST))


def test_half_precision_is_left_to_torch(monkeypatch):
    module = layer(padding=1)
    use_side_by_side(module)

    def call():
        with torch.autocast("cpu", torch.float16):
            assert module(X).dtype == torch.float16

    assert not computed_here(monkeypatch, call)


def test_without_gradients_the_output_is_the_same():
    shape = SHAPES[0]
    x, weight, bias = tensors(shape)
    trained = convolved(x, weight, bias, padding=1)
    with torch.inference_mode():
        evaluated = convolved(x.detach(), weight.detach(), bias.detach(), padding=1)
    assert torch.equal(trained, evaluated)


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
