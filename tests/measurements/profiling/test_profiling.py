"""Profiling: every part of a step is accounted for, once, and belongs to the layer that caused it."""

import json
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import record_function

from bench.execution.execute import execute
from bench.measurements.memory import allocator
from bench.measurements.profiling.layers import BACKWARD_NODE, LAYER, layer_rows, naming_layers
from bench.measurements.profiling.operators import operator_rows
from bench.measurements.profiling.phases import phase_rows
from bench.measurements.profiling.trace import ACTIVE, RESERVE, Session, collect, trace
from bench.measurements.training.marks import BACKWARD, DATA, FORWARD, OPTIMIZER
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import TrialStore


class Unequal(nn.Module):
    """A heavy layer, a shared one, one without gradient, and arithmetic of its own."""

    def __init__(self):
        super().__init__()
        self.light = nn.Linear(64, 64)
        self.frozen = nn.Linear(64, 64).requires_grad_(requires_grad=False)
        self.shared = nn.Linear(64, 64)
        self.block = nn.Sequential(nn.Linear(64, 2000), nn.ReLU(inplace=True), nn.Linear(2000, 4))

    def forward(self, images):
        with torch.no_grad():
            x = self.frozen(images.flatten(1))
        x = self.shared(self.shared(self.light(x)))
        return self.block(torch.tanh(x))


@pytest.fixture
def training(make_training):
    """A training that names its phases."""
    torch.manual_seed(0)
    network = Unequal()
    made = make_training(batch_size=100, augment=())
    return replace(made, model=network, step_model=network, mark=record_function)


@pytest.fixture
def layers(training, tmp_path):
    """The layer table of that network, by name."""
    with naming_layers(training.model) as types:
        found = trace(training, Session("layers", tmp_path))
    return {row["layer"]: row for row in layer_rows(found, types)}


def test_phases_add_up_to_the_step(training, tmp_path):
    """In the order in which they happen; shares sum to one, and the four that compute are not empty."""
    found = trace(training, Session("step", tmp_path))
    rows = phase_rows(found)
    assert [row["phase"] for row in rows] == ["data", "forward", "loss", "backward", "optimizer", "other"]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert all(row["milliseconds"] > 0 for row in rows)
    assert len(found.steps) == ACTIVE
    assert found.batch_size == 100


def test_memory_is_at_hand_before_anything_is_traced(training, tmp_path, monkeypatch):
    """Else the page faults that the profiler causes are told as time of operators."""
    taken = []
    monkeypatch.setattr(allocator, "reserve", taken.append)
    trace(training, Session("step", tmp_path))
    assert len(taken) == 1
    assert 0 < taken[0] <= RESERVE


def test_operators_are_those_of_the_step(training, tmp_path):
    """Calls per step by hand; marks are no operators; most expensive first."""
    rows = operator_rows(trace(training, Session("step", tmp_path)))
    calls = {row["operator"]: row["calls"] for row in rows}
    assert calls["aten::addmm"] == 6
    assert calls["aten::tanh"] == 1
    assert calls["aten::_fused_adamw_"] == 1
    assert not {FORWARD, BACKWARD, OPTIMIZER, DATA} & set(calls)
    spent = [row["self_milliseconds"] for row in rows]
    assert spent == sorted(spent, reverse=True)
    assert sum(row["share"] for row in rows) == pytest.approx(1)


def test_layers_have_the_names_of_the_layer_table(layers):
    """In the order of first call; a shared one once; what the network computes itself has a row."""
    assert list(layers) == ["(model)", "frozen", "light", "shared", "block.0", "block.1", "block.2"]
    assert [layers[name]["type"] for name in ("(model)", "shared", "block.1")] == [
        "Unequal",
        "Linear",
        "ReLU",
    ]


def test_backward_time_belongs_to_the_layer_that_it_differentiates(layers):
    """None where no gradient flows; some for a function of the network itself."""
    assert layers["frozen"]["backward_milliseconds"] == 0
    for name in ("(model)", "light", "shared", "block.0", "block.1", "block.2"):
        assert layers[name]["backward_milliseconds"] > 0, name


def test_every_operator_counts_once(training, tmp_path):
    """The layers together take no longer than the passes, which hold nothing else but Python."""
    with naming_layers(training.model) as types:
        found = trace(training, Session("layers", tmp_path))
    first = replace(found, steps=found.steps[:1])
    rows = layer_rows(first, types)
    passes = {event.name: event for event in first.events if first.steps[0].holds(event)}
    for column, mark in (("forward_milliseconds", FORWARD), ("backward_milliseconds", BACKWARD)):
        whole = passes[mark].cpu_time_total / 1000
        assert 0 < sum(row[column] for row in rows) <= whole
    start, end = passes[FORWARD].time_range.start, passes[FORWARD].time_range.end
    inside = [event for event in first.outermost if start <= event.time_range.start < end]
    assert sum(row["forward_milliseconds"] for row in rows) == pytest.approx(
        sum(event.cpu_time_total for event in inside) / 1000
    )


def test_the_network_keeps_no_hooks(training):
    """Afterwards it runs as before, even when something went wrong."""
    with pytest.raises(ZeroDivisionError), naming_layers(training.model):
        raise ZeroDivisionError
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in training.model.modules())


def test_a_training_set_of_one_batch_is_enough(make_training, tmp_path):
    """Epoch follows epoch until there are enough steps; incomplete batches are left out."""
    made = replace(make_training(batch_size=150), mark=record_function)  # 200 images: one complete batch
    found = trace(made, Session("step", tmp_path))
    assert (found.batch_size, len(found.steps)) == (150, ACTIVE)
    large = replace(make_training(batch_size=512), mark=record_function)
    assert trace(large, Session("large", tmp_path)).batch_size == 200


def test_the_trace_is_a_file_for_tensorboard(training, tmp_path):
    """Under the session's name, with the phases by name."""
    trace(training, Session("training-step", tmp_path))
    (path,) = tmp_path.glob("training-step.*.pt.trace.json")
    names = {event.get("name") for event in json.loads(path.read_text())["traceEvents"]}
    assert {FORWARD, BACKWARD, OPTIMIZER, DATA} <= names


def test_marks_change_nothing(make_training, tmp_path):
    """A marked training computes the same bits."""
    plain, marked = make_training(epochs=1), replace(make_training(epochs=1), mark=record_function)
    for number, one in enumerate((plain, marked)):
        one.run(tmp_path / f"{number}.pt", lambda _: None)
    for name, tensor in plain.model.state_dict().items():
        assert torch.equal(marked.model.state_dict()[name], tensor), name


class Recorded:
    """Events as a profiler on an accelerator records them; microseconds."""

    def __init__(self):
        self.events = []

    def add(self, name, start, end, *, within=None, thread=1, kernel=0.0, sequence=-1, mark=False):
        event = FunctionEvent(
            id=len(self.events), name=name, thread=thread, start_us=start, end_us=end, use_device="cuda",
            sequence_nr=sequence, is_user_annotation=mark, is_legacy=False,
        )  # fmt: skip
        if kernel:
            event.append_kernel(name, 0, kernel)
        if within is not None:
            within.append_cpu_child(event)
            event.set_cpu_parent(within)
        self.events.append(event)
        return event


@pytest.fixture
def on_device():
    """One step: the host is quick, kernels are slow, and the backward pass runs in a thread of its own."""
    recorded = Recorded()
    step = recorded.add("ProfilerStep*", 0, 1000, mark=True)
    data = recorded.add(DATA, 0, 50, within=step, mark=True)
    recorded.add("aten::index", 10, 20, within=data, kernel=100)
    forward = recorded.add(FORWARD, 100, 200, within=step, mark=True)
    layer = recorded.add(LAYER + "conv", 110, 150, within=forward, mark=True)
    outer = recorded.add("aten::conv2d", 120, 140, within=layer, sequence=7)
    recorded.add("aten::cudnn_convolution", 125, 135, within=outer, kernel=200, sequence=7)
    recorded.add(BACKWARD, 300, 400, within=step, mark=True)
    node = recorded.add(BACKWARD_NODE + "ConvolutionBackward0", 310, 330, thread=2, sequence=7)
    recorded.add("aten::convolution_backward", 312, 328, within=node, thread=2, kernel=400)
    optimizer = recorded.add(OPTIMIZER, 500, 600, within=step, mark=True)
    recorded.add("aten::_fused_adam_", 510, 520, within=optimizer, kernel=60)
    return collect(recorded.events, on_device=True, batch_size=8, unprofiled_seconds=(0.001,))


def test_on_a_device_times_are_those_of_kernels(on_device):
    """Whoever launched them; what is left of the step, the device waited."""
    spent = {row["phase"]: row["milliseconds"] for row in phase_rows(on_device)}
    assert spent == pytest.approx({
        "data": 0.1, "forward": 0.2, "loss": 0.0, "backward": 0.4, "optimizer": 0.06, "other": 0.24
    })  # fmt: skip
    (layer,) = layer_rows(on_device, {"conv": "Conv2d"})
    assert (layer["forward_milliseconds"], layer["backward_milliseconds"]) == (0.2, 0.4)


def test_on_a_device_an_operator_is_who_launched_a_kernel(on_device):
    """And not the operators that called it."""
    assert [(row["operator"], row["self_milliseconds"]) for row in operator_rows(on_device)] == [
        ("aten::convolution_backward", 0.4),
        ("aten::cudnn_convolution", 0.2),
        ("aten::index", 0.1),
        ("aten::_fused_adam_", 0.06),
    ]


def test_a_device_that_nobody_may_look_at_has_no_profile():
    """In place of tables full of zeros."""
    recorded = Recorded()
    step = recorded.add("ProfilerStep*", 0, 1000, mark=True)
    recorded.add("aten::conv2d", 10, 20, within=step)
    with pytest.raises(RuntimeError, match="saw no work of the device"):
        collect(recorded.events, on_device=True, batch_size=8, unprofiled_seconds=(0.001,))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_device_is_profiled(tmp_path):
    """Kernels are found, and found to belong to phases and layers."""
    trial = Trial(
        label="A", architecture="plain_cnn", dataset=Dataset(name="digits", image_size=16, limit=300),
        recipe=Recipe(epochs=1, batch_size=32, seeds=(0,)), profile=True,
        execution=Execution(device="cuda", precision="float32"),
    )  # fmt: skip
    store = TrialStore(tmp_path)
    record = execute(trial, store, data_root=None, report=lambda _: None)
    assert record.profile.clock == "device"
    phases = {row["phase"]: float(row["milliseconds"]) for row in store.read_table("profile_phases")}
    assert all(phases[name] > 0 for name in ("data", "forward", "backward", "optimizer"))
    layers = {row["layer"]: row for row in store.read_table("layer_times")}
    assert float(layers["body.0"]["forward_milliseconds"]) > 0
    assert float(layers["body.0"]["backward_milliseconds"]) > 0
