"""Counting, operator by operator: against pencil and paper and against torch's own counter."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from bench.measurements.counting import count
from bench.measurements.counting.left_out import LEFT_OUT

IMAGE = (4, 8, 8)


class Calls(nn.Module):
    """A network that is one function."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, images):
        return self.function(images)


def tokens(images):
    """(1, 4, 8, 8) to two heads of four tokens: (1, 2, 4, 32)."""
    return images.reshape(1, 4, 2, 32).transpose(1, 2)


CASES = {
    "convolution": (nn.Conv2d(4, 6, 3, padding=1), 64 * 6 * 4 * 9),
    "strided convolution": (nn.Conv2d(4, 6, 3, stride=2), 9 * 6 * 4 * 9),
    "dilated convolution": (nn.Conv2d(4, 6, 3, dilation=2), 16 * 6 * 4 * 9),
    "grouped convolution": (nn.Conv2d(4, 6, 3, padding=1, groups=2), 64 * 6 * 2 * 9),
    "depthwise convolution": (nn.Conv2d(4, 4, 3, padding=1, groups=4), 64 * 4 * 9),
    "transposed convolution": (nn.ConvTranspose2d(4, 6, 2, stride=2), 64 * 4 * 6 * 4),
    "grouped transposed convolution": (nn.ConvTranspose2d(4, 6, 2, stride=2, groups=2), 64 * 4 * 3 * 4),
    "one-dimensional convolution": (
        Calls(lambda x: F.conv1d(x.flatten(2), torch.zeros(6, 4, 3, device=x.device))),
        62 * 6 * 4 * 3,
    ),
    "three-dimensional convolution": (
        Calls(lambda x: F.conv3d(x[:, None], torch.zeros(6, 1, 3, 3, 3, device=x.device))),
        2 * 6 * 6 * 6 * 27,
    ),
    "linear": (nn.Linear(8, 5), 32 * 8 * 5),
    "linear without bias": (nn.Linear(8, 5, bias=False), 32 * 8 * 5),
    "matrix product": (Calls(lambda x: x @ x.transpose(-1, -2)), 4 * 8 * 8 * 8),
    "matrix times vector": (Calls(lambda x: x[0, 0] @ x[0, 0, 0]), 64),
    "dot product": (Calls(lambda x: x[0, 0, 0] @ x[0, 0, 0]), 8),
    "einsum": (Calls(lambda x: torch.einsum("nchw,ncvw->nchv", x, x)), 4 * 8 * 8 * 8),
    "baddbmm": (Calls(lambda x: torch.baddbmm(x[0], x[0], x[0])), 4 * 8 * 8 * 8),
    "attention": (
        Calls(lambda x: F.scaled_dot_product_attention(tokens(x), tokens(x), tokens(x))),
        2 * 2 * 4 * 4 * 32,
    ),
    "multi-head attention": (
        Calls(lambda x: nn.MultiheadAttention(8, 2, device=x.device).eval()(x[0], x[0], x[0])[0]),
        32 * 8 * 24 + 2 * (8 * 2) * 4 * 4 * 4 + 32 * 8 * 8,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_macs_of_an_operator(case):
    """The hand count, and half of what torch's own counter says."""
    model, macs = CASES[case]
    model.eval()
    counts = count(model, IMAGE)
    assert counts.macs == macs
    assert not counts.unsupported
    with torch.no_grad(), FlopCounterMode(display=False) as theirs:
        model(torch.zeros(1, *IMAGE))
    if theirs.get_total_flops():  # it has no rule for vectors, and for attention on a CPU in no old release
        assert counts.flops == theirs.get_total_flops()
    else:
        assert case in ("matrix times vector", "dot product", "attention")


def test_inference_mode_hides_nothing():
    """Whole composite operators are taken apart."""

    class Sealed(nn.Linear):
        def forward(self, x):
            with torch.inference_mode():
                return super().forward(x)

    assert count(Sealed(8, 5), IMAGE).macs == 32 * 8 * 5


def test_an_operator_that_nobody_has_looked_at_is_listed_with_its_calls():
    """It multiplies, so zero would be a lie."""
    counts = count(Calls(lambda x: torch.cdist(x, x) + torch.cdist(x, x)), IMAGE)
    assert counts.macs == 0
    assert list(counts.unsupported.values()) == [2]
    assert "cdist" in next(iter(counts.unsupported))


def test_a_custom_operator_is_listed():
    """Operators of other libraries are never taken for free."""
    if not hasattr(torch.ops.counting_test, "mystery"):

        @torch.library.custom_op("counting_test::mystery", mutates_args=())
        def mystery(x: torch.Tensor) -> torch.Tensor:
            return x.clone()

        mystery.register_fake(torch.empty_like)
    counts = count(Calls(torch.ops.counting_test.mystery.default), IMAGE)
    assert counts.unsupported == {"counting_test.mystery.default": 1}


LEFT_OUT_LAYERS = (
    nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.LayerNorm(8), nn.ReLU(), nn.GELU(), nn.Hardswish(),
    nn.Softmax(1), nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(3), nn.AdaptiveMaxPool2d(3),
    nn.Upsample(scale_factor=2), nn.Dropout(), nn.PixelShuffle(2), nn.ZeroPad2d(1), nn.Flatten(),
    *(kind(inplace=True) for kind in (
        nn.ReLU6, nn.Hardswish, nn.Hardsigmoid, nn.LeakyReLU, nn.ELU, nn.CELU, nn.SELU, nn.SiLU, nn.Mish,
    )),
)  # fmt: skip


@pytest.mark.parametrize("layer", LEFT_OUT_LAYERS, ids=lambda layer: type(layer).__name__)
def test_what_the_convention_leaves_out_has_no_macs_and_is_not_unsupported(layer):
    """Norms, activations, pooling, resizing and reordering."""
    counts = count(layer, IMAGE)
    assert counts.macs == 0
    assert not counts.unsupported


@pytest.mark.parametrize("layer", [nn.GRU, nn.RNN])
def test_recurrent_layers_are_covered_whole(layer):
    """Images first: they turn their input in place, which moves nothing."""
    network = Calls(lambda x: layer(8, 5, batch_first=True, device=x.device)(x[0])[0])
    gates = 3 if layer is nn.GRU else 1
    counts = count(network, IMAGE)
    assert counts.macs == 4 * 8 * gates * 5 * (8 + 5)
    assert not counts.unsupported


def test_every_name_on_the_list_of_left_out_operators_exists():
    """A misspelt name would never match."""
    assert [name for name in LEFT_OUT if not hasattr(torch.ops.aten, name)] == []


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("layer", [nn.Conv2d, nn.ConvTranspose2d])
def test_training_takes_three_forward_passes_whatever_the_groups(layer, groups):
    """Each gradient multiplies as often as the forward pass; the first layer has no gradient of its input."""
    counts = count(nn.Sequential(layer(4, 4, 1), layer(4, 4, 3, groups=groups)), IMAGE)
    first, second = (2 * row.macs for row in counts.layers)
    assert counts.flops_train == 2 * first + 3 * second


def test_frozen_layers_need_no_gradient_of_their_weights():
    """Only the head is trained: nothing flows back through the body."""
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    model[0].requires_grad_(requires_grad=False)
    counts = count(model, IMAGE)
    first, second = (2 * row.macs for row in counts.layers)
    assert counts.flops_train == first + 2 * second


@pytest.mark.parametrize("data_decide", [False, True], ids=["without weights", "with weights"])
def test_training_of_attention_takes_three_forward_passes(data_decide):
    """Whether it runs fused, as it does on a CPU, or in parts, as it does where tensors have no data."""

    class Attends(nn.Linear):
        def forward(self, images):
            if data_decide and images.sum() > 1e6:
                raise ValueError
            x = tokens(super().forward(images))
            return F.scaled_dot_product_attention(x, x, x)

    counts = count(Attends(8, 8), IMAGE)
    linear, attention = 2 * 32 * 8 * 8, 2 * 2 * 2 * 4 * 4 * 32
    assert counts.flops == linear + attention
    assert counts.flops_train == 2 * linear + 3 * attention
