"""Which layers are named when counts change: those that changed themselves, and no others."""

import pytest
import torch
from torch import nn

from bench.locks.changes import compare
from bench.measurements.locking import lock_architecture
from bench.spec import Architecture


def chain(*, width=8, middle=8, kernel=3, stride=1, groups=1, extra=False, repeat=1, act=nn.ReLU):
    """Convolutions with batch normalisation in a row, a depthwise one among them, and a linear head."""

    class Chain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, width, 3, padding=1)
            self.norm = nn.BatchNorm2d(width)
            self.depthwise = nn.Conv2d(width, width, 3, padding=1, groups=width)
            self.middle = nn.Conv2d(width, middle, kernel, stride, padding=kernel // 2, groups=groups)
            extras = [nn.Conv2d(middle, middle, 1)] if extra else []
            self.tail = nn.Sequential(
                *extras, act(), nn.Conv2d(middle, 8, 3, padding=1), nn.AdaptiveAvgPool2d(1)
            )
            self.head = nn.Linear(8, 10)

        def forward(self, images):
            x = self.depthwise(self.norm(self.first(images)))
            for _ in range(repeat):
                y = self.middle(x)
            return self.head(self.tail(y).flatten(1))

    return Chain()


@pytest.fixture
def locked(monkeypatch):
    """Locks a variant of the chain."""

    def make(**options):
        monkeypatch.setattr("architectures.build", lambda name, **_: chain(**options))
        return lock_architecture(Architecture(label="x", name="x"), 3, 16, 10)

    return make


def named(comparison):
    return [change.layer for change in comparison.layers]


def test_equal_counts_compare_equal(locked):
    """Nothing to report, and the comparison is false."""
    assert not compare(locked(), locked(), {})


def test_one_more_channel_in_one_layer_names_that_layer_and_no_other(locked):
    """The convolution behind it gets one more input channel: it follows and is only counted."""
    comparison = compare(locked(), locked(middle=9), {})
    assert named(comparison) == ["middle"]
    assert comparison.following == 1


def test_norms_and_depthwise_convolutions_follow_their_input(locked):
    """Their channels are those of the layer before."""
    comparison = compare(locked(), locked(width=9), {})
    assert named(comparison) == ["first"]
    assert comparison.following == 3


def test_two_layers_that_both_gain_outputs_are_both_named(locked):
    """The second one's outputs are not explained by its input."""
    assert named(compare(locked(), locked(width=9, middle=9), {})) == ["first", "middle"]


@pytest.mark.parametrize("options", [{"kernel": 5}, {"stride": 2}, {"groups": 2}, {"repeat": 2}])
def test_other_changes_of_a_layer_name_it(locked, options):
    """Kernel, stride, groups, and how often it is called."""
    assert named(compare(locked(), locked(**options), {})) == ["middle"]


def test_the_amounts_are_reported_by_metric(locked):
    """Absolute and relative."""
    (change,) = compare(locked(), locked(middle=9), {}).layers
    params = next(one for one in change.changes if one.what == "params")
    assert (params.locked, params.now, params.by) == (8 * 73, 9 * 73, "+73 (+12.50%)")


def test_a_layer_put_in_is_new_although_it_shifts_the_names_behind_it(locked):
    """Layers are matched by what they are when names do not agree."""
    comparison = compare(locked(), locked(extra=True), {})
    assert [(change.layer, change.how) for change in comparison.layers] == [("tail.0", "new")]
    comparison = compare(locked(extra=True), locked(), {})
    assert [(change.layer, change.how) for change in comparison.layers] == [("tail.0", "gone")]


def test_a_layer_without_counts_may_change(locked):
    """The gate guards counts; an activation function has none."""
    assert not compare(locked(), locked(act=nn.GELU), {})


def test_another_network_input_or_task_is_a_change_even_if_all_counts_agree(locked):
    """What was locked is no longer what is checked."""
    before = locked()
    after = before.model_copy(update={"input": "3x32x32", "classes": 11, "args": {"width": 1}, "name": "y"})
    assert [change.what for change in compare(before, after, {}).identity] == [
        "name",
        "args",
        "input",
        "classes",
    ]


def test_a_change_within_its_metrics_tolerance_is_accepted(locked):
    """Relative to the locked value, metric by metric."""
    all_loose = {"params": 0.5, "macs": 0.5, "activations": 0.5}
    assert not compare(locked(), locked(middle=9), all_loose)
    strict_params = compare(locked(), locked(middle=9), {"macs": 0.5, "activations": 0.5})
    assert [change.what for change in strict_params.totals] == ["params"]
    assert named(strict_params) == ["middle"]


def test_params_that_move_between_layers_are_noticed_although_totals_agree(locked):
    """Exact means layer by layer."""
    before = locked()
    layers = list(before.layers)
    layers[0] = layers[0]._replace(params=layers[0].params + 1)
    layers[-1] = layers[-1]._replace(params=layers[-1].params - 1)
    after = before.model_copy(update={"layers": tuple(layers)})
    assert named(compare(before, after, {})) == ["first", "head"]


def test_frozen_layers_change_the_totals(locked, monkeypatch):
    """Trainable and frozen params are separate figures."""
    before = locked()
    model = chain()
    model.first.requires_grad_(requires_grad=False)
    monkeypatch.setattr("architectures.build", lambda name, **_: model)
    after = lock_architecture(Architecture(label="x", name="x"), 3, 16, 10)
    assert [change.what for change in compare(before, after, {}).totals] == ["params", "params_frozen"]


def test_transposed_convolutions_have_their_outputs_second(monkeypatch):
    """One more output channel names it; one more input channel does not."""

    def decoder(inputs, outputs):
        model = nn.Sequential(
            nn.Conv2d(3, inputs, 1), nn.ConvTranspose2d(inputs, outputs, 2), nn.Conv2d(outputs, 4, 1)
        )
        monkeypatch.setattr("architectures.build", lambda name, **_: model)
        return lock_architecture(Architecture(label="x", name="x"), 3, 16, 10)

    assert named(compare(decoder(6, 8), decoder(6, 9), {})) == ["1"]
    assert named(compare(decoder(6, 8), decoder(7, 8), {})) == ["0"]


def test_a_tensor_without_a_module_is_named_by_the_network_itself(monkeypatch):
    """Params that the network holds directly have a row of their own."""

    class Holder(nn.Module):
        def __init__(self, size) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(size, 1))

        def forward(self, images):
            return images.mean((1, 2, 3)) * self.scale.sum()

    def make(size):
        monkeypatch.setattr("architectures.build", lambda name, **_: Holder(size))
        return lock_architecture(Architecture(label="x", name="x"), 3, 16, 10)

    assert named(compare(make(3), make(4), {})) == ["(model)"]
