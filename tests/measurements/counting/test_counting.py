"""Counting: what the figures mean, and that the network counted is left alone."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bench.measurements import static
from bench.measurements.counting import CountingError, count, count_built
from bench.records import LAYER_COLUMNS

IMAGE = (3, 8, 8)


class Shared(nn.Module):
    """One convolution, applied twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(4, 10)

    def forward(self, images):
        return self.head(self.conv(self.conv(self.stem(images))).mean((2, 3)))


def test_counts_of_a_small_network_are_those_of_pencil_and_paper():
    """Params 112 + 148 + 50; MACs of the shared convolution at both calls."""
    counts = count(Shared(), IMAGE)
    assert counts.params == 112 + 148 + 50
    assert counts.params_body == 112 + 148
    assert counts.macs == 64 * 4 * 27 + 2 * 64 * 4 * 36 + 40
    assert counts.flops == 2 * counts.macs
    assert counts.activations == 3 * 64 * 4 + 10
    assert counts.output_shape == (10,)
    assert not counts.unsupported


def test_a_shared_module_has_one_row_with_its_params_once_and_its_macs_at_every_call():
    """The row says how often it was called."""
    row = next(layer for layer in count(Shared(), IMAGE).layers if layer.layer == "conv")
    assert (row.params, row.macs, row.calls, row.output_shape) == (148, 2 * 64 * 4 * 36, 2, (4, 8, 8))


def test_traffic_is_what_layers_with_macs_take_in_and_put_out():
    """By hand: a convolution called twice reads its weights twice; what lies between is taken as fused."""
    shared = nn.Conv2d(3, 3, 3, padding=1)
    network = nn.Sequential(shared, nn.ReLU(), shared, nn.Flatten(), nn.Linear(3 * 64, 10))
    counts = count(network, (3, 8, 8))
    assert counts.elements_moved == 4 * 3 * 64 + (3 * 64 + 10)
    assert counts.weights_read == 2 * (81 + 3) + 3 * 64 * 10 + 10


def test_rows_add_up_to_the_totals_in_the_order_of_first_call():
    """Nothing is counted outside of a row."""
    counts = count(Shared(), IMAGE)
    assert [layer.layer for layer in counts.layers] == ["stem", "conv", "head"]
    assert sum(layer.params for layer in counts.layers) == counts.params
    assert sum(layer.macs for layer in counts.layers) == counts.macs


def test_tied_weights_are_counted_once():
    """Two modules that hold the same parameter."""
    first, second = nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False)
    second.weight = first.weight
    counts = count(nn.Sequential(first, second), IMAGE)
    assert counts.params == 64
    assert [layer.params for layer in counts.layers] == [64, 0]
    assert counts.macs == 2 * 3 * 8 * 64


def test_frozen_params_and_buffers_are_kept_apart():
    """Frozen params count neither as params nor as body."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    model[0].requires_grad_(requires_grad=False)
    counts = count(model, IMAGE)
    assert (counts.params, counts.params_frozen, counts.buffers) == (8, 16, 9)


def test_functional_calls_are_counted_in_the_module_that_makes_them():
    """No module is needed to be seen."""

    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(5, 3, 3, 3))

        def forward(self, images):
            return F.conv2d(images, self.weight, padding=1)

    counts = count(Functional(), IMAGE)
    assert [(layer.layer, layer.macs, layer.params) for layer in counts.layers] == [
        ("(model)", 64 * 5 * 27, 135)
    ]


def test_layers_that_are_never_called_keep_their_params_in_the_table():
    """They come last, with zero calls."""
    model = Shared()
    model.unused = nn.Linear(2, 2)
    last = count(model, IMAGE).layers[-1]
    assert (last.layer, last.params, last.calls, last.output_shape) == ("unused", 6, 0, ())


def test_the_network_is_left_exactly_as_it_was():
    """Training mode, hooks, weights, buffers and the random generator of the caller stay."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout()).train()
    before = copy.deepcopy(model.state_dict())
    generator = torch.get_rng_state()
    assert count(model, IMAGE).flops_train > 0
    assert all(module.training for module in model.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), generator)
    assert all(weight.grad is None for weight in model.parameters())


def test_a_network_with_weights_is_counted_like_one_without():
    """No weight is needed to count, and none is copied."""
    with torch.device("meta"):
        weightless = Shared()
    assert count(weightless, IMAGE) == count(Shared(), IMAGE)


def test_nothing_is_allocated_for_a_network_far_larger_than_memory():
    """A linear layer of 4 TiB is built and counted."""
    counts = count_built(lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 1 << 32)), IMAGE)
    assert counts.params == 193 << 32
    assert counts.macs == 192 << 32


class LooksAtData(nn.Module):
    """Chooses its way by the value of a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Parameter(torch.ones(1))
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, images):
        return self.conv(images) if self.gate.item() > 0 else images


def test_control_flow_that_depends_on_data_is_counted_with_the_weights():
    """The meta device cannot run it, the fallback can."""
    assert count(LooksAtData(), IMAGE).macs == 64 * 12
    assert count_built(LooksAtData, IMAGE).macs == 64 * 12


def test_control_flow_that_depends_on_data_needs_weights_and_says_so():
    """The error names the remedy."""
    with torch.device("meta"):
        model = LooksAtData()
    with pytest.raises(CountingError, match=r"LooksAtData cannot be counted.*build it with weights"):
        count(model, IMAGE)


def test_an_image_that_does_not_fit_is_one_clear_error():
    """It names the network, the image and torch's reason."""
    with pytest.raises(CountingError, match="Conv2d cannot take an image of 1x8x8"):
        count(nn.Conv2d(3, 4, 1), (1, 8, 8))


def test_lazy_layers_have_no_weights_to_count():
    """They get their shapes from the first image, and are networks like others from then on."""
    network = nn.Sequential(nn.LazyConv2d(8, 3), nn.Flatten(), nn.LazyLinear(10))
    with pytest.raises(CountingError, match=r"Sequential has lazy layers.*Pass an image through it first"):
        count(network, (3, 8, 8))
    network(torch.zeros(1, 3, 8, 8))
    assert count(network, (3, 8, 8)).params == (3 * 9 + 1) * 8 + (8 * 36 + 1) * 10


def test_constructors_may_compute_with_small_tensors():
    """Stochastic-depth rates are often made by `torch.linspace(...).tolist()`."""
    counts = count_built(lambda: nn.Conv2d(3, int(torch.linspace(0, 4, 2).tolist()[-1]), 1), IMAGE)
    assert counts.output_shape == (4, 8, 8)


def test_the_static_measurement_yields_the_record_and_the_layer_table():
    """Columns and totals are those of the record's definition."""
    facts, rows, terms = static.measure(Shared(), IMAGE)
    counts = count(Shared(), IMAGE)
    assert [term["value"] for term in terms if term["convention"] == "convolution + linear"] == [counts.macs]
    assert [term["value"] for term in terms if term["convention"] == "torch"] == [2 * counts.macs]
    assert (facts.params, facts.macs, facts.flops_train) == (counts.params, counts.macs, counts.flops_train)
    assert all(tuple(row) == LAYER_COLUMNS for row in rows)
    assert rows[0]["output_shape"] == "4x8x8"


def test_parametrized_weights_are_counted_like_plain_ones():
    """The products are those of the layer; weight normalisation multiplies element by element."""
    plain, normed = nn.Linear(12, 5), nn.utils.parametrizations.weight_norm(nn.Linear(12, 5))
    counts, expected = (count(nn.Sequential(nn.Flatten(), layer), (3, 2, 2)) for layer in (normed, plain))
    assert (counts.macs, counts.flops_train) == (expected.macs, expected.flops_train)
    assert counts.params == expected.params + 5


def test_counting_leaves_no_gradient_behind():
    """Neither in the network nor in what shares its weights, where counting needs them."""
    model = LooksAtData()
    assert count(model, IMAGE).flops_train > 0
    assert all(weight.grad is None for weight in model.parameters())
