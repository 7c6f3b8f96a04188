"""Throughput: visits in turn, warm-up, energy, and what is recorded."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench.measurements.device import Device
from bench.measurements.sensors.energy import Meter
from bench.measurements.timing import steps, throughput
from bench.measurements.timing.steps import Workload, seconds_of
from bench.measurements.training.optimisation import make_optimizer
from bench.spec import Execution, Recipe, Throughput


@pytest.fixture
def workload():
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 4))
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(model, Recipe(), device, (3, 4, 4), 4)


def test_every_combination_is_measured(workload):
    """With an interval around the median."""
    wanted = Throughput(batch_sizes=(1, 8), seconds=0.02)
    rows, failures = throughput.time_workload(workload, wanted)
    assert not failures
    assert [(row.mode, row.batch_size) for row in rows] == [
        ("train", 1), ("train", 8), ("inference", 1), ("inference", 8),
    ]  # fmt: skip
    for row in rows:
        assert row.low <= row.images_per_second <= row.high
        assert row.images_per_second == pytest.approx(row.batch_size / row.milliseconds * 1000)
        assert row.visits in (throughput.FEWEST_VISITS, throughput.MOST_VISITS)
        assert row.blocks >= row.visits
        assert row.certificate.samples == row.blocks


class InPlace(nn.Module):
    """Normalises its images where they are, so that twice would be another input."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(48, 4)
        self.seen = []

    def forward(self, images):
        self.seen.append((images.min().item(), images.max().item()))
        return self.layer(images.sub_(0.5).div_(0.01).flatten(1))


@pytest.mark.parametrize("mode", ["train", "inference"])
def test_every_step_is_given_images(mode):
    """Not what the step before has made of them, which are no numbers after some hundred."""
    model = InPlace()
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    step = Workload(model, Recipe(), device, (3, 4, 4), 4).step(mode, 2)
    for _ in range(3):
        step()
    assert all(low >= 0 and high <= 1 for low, high in model.seen)
    assert len(set(model.seen)) == 3


def test_images_that_nobody_changes_are_drawn_once():
    """Drawing them would be timed."""
    inputs = steps.Inputs(torch.rand(2, 3))
    first = inputs.whole().clone()
    assert torch.equal(inputs.whole(), first)


def test_the_settings_take_turns(workload, monkeypatch):
    """So that what changes on the machine meanwhile meets all of them, and shows in their intervals."""
    order = []
    visit = throughput.Setting.visit

    def noted(setting):
        order.append((setting.mode, setting.batch_size))
        visit(setting)

    monkeypatch.setattr(throughput.Setting, "visit", noted)
    monkeypatch.setattr(throughput, "warm_up", lambda step, device, target: 1e-4)  # quick, on any machine
    throughput.time_workload(workload, Throughput(batch_sizes=(1, 8), seconds=0.02))
    assert order == order[:4] * throughput.MOST_VISITS
    assert len(set(order)) == 4


def test_what_a_network_cannot_do_is_left_out_and_named():
    """Batch norm of one value has no variance: one image cannot train, and all else is measured."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 4), nn.BatchNorm1d(4))
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    workload = Workload(model, Recipe(), device, (3, 4, 4), 4)
    rows, failures = throughput.time_workload(workload, Throughput(batch_sizes=(1, 8), seconds=0.02))
    assert [(row.mode, row.batch_size) for row in rows] == [("train", 8), ("inference", 1), ("inference", 8)]
    assert list(failures) == ["throughput of train at batch size 1"]
    assert "more than 1 value per channel" in failures["throughput of train at batch size 1"]


def test_slow_steps_are_visited_less_often(workload, monkeypatch):
    """Three visits of one block each, when a step takes longer than a visit should."""
    monkeypatch.setattr(throughput, "seconds_of", lambda step, count, device: 3.0 * count)
    monkeypatch.setattr(throughput, "warm_up", lambda step, device, target: 3.0)
    (row,), _ = throughput.time_workload(workload, Throughput(batch_sizes=(8,), modes=("train",)))
    assert (row.visits, row.blocks, row.steps_per_block) == (3, 3, 1)
    assert row.images_per_second == pytest.approx(8 / 3)


def test_energy_is_that_of_the_timed_images(workload, monkeypatch):
    """A meter that counts one joule between two readings: joules of all visits over images of all blocks."""
    readings = iter(range(1000))
    monkeypatch.setattr(
        throughput.Meter, "of", lambda device, gpu: Meter("a meter", lambda: float(next(readings)))
    )
    (row,), _ = throughput.time_workload(
        workload, Throughput(batch_sizes=(4,), modes=("inference",), seconds=0.02)
    )
    assert row.joules_per_image == pytest.approx(row.visits / (row.blocks * row.steps_per_block * 4))
    assert row.energy_source == "a meter"


def test_energy_is_read_next_to_the_timed_blocks(workload, monkeypatch):
    """Clocks and temperatures take tens of milliseconds to read, in which the device idles."""
    seen = []
    look = throughput.Watch._look
    monkeypatch.setattr(throughput.Watch, "_look", lambda watch: (seen.append("clocks"), look(watch)))
    meter = Meter("a meter", lambda: float(seen.append("energy") or len(seen)))
    monkeypatch.setattr(throughput.Meter, "of", lambda device, gpu: meter)
    setting = throughput.Setting(workload, "inference", 4, 0.02)
    setting.visit()
    assert seen == ["clocks", "energy", "energy", "clocks"]


def test_where_nothing_reports_energy_there_is_none(workload, monkeypatch):
    """Not zero."""
    monkeypatch.setattr(throughput.Meter, "of", lambda device, gpu: None)
    (row,), _ = throughput.time_workload(
        workload, Throughput(batch_sizes=(4,), modes=("train",), seconds=0.02)
    )
    assert (row.joules_per_image, row.energy_source) == (None, None)


def test_warm_up_waits_until_timings_agree(workload, monkeypatch):
    """A slow start does not count."""
    timings = iter([1.0, 0.5, 0.3, 0.2, 0.19])
    clock = iter(range(100))
    monkeypatch.setattr(throughput, "seconds_of", lambda step, count, device: next(timings) * count)
    monkeypatch.setattr(throughput.time, "perf_counter", lambda: float(next(clock)))
    assert throughput.warm_up(lambda: None, workload.device, 1.0) == pytest.approx(0.19)


def test_compiling_is_no_warm_up(workload, monkeypatch):
    """A first step of a minute says nothing of the next ones, which are still to be warmed up."""
    clock = SimpleNamespace(now=0.0)
    timings = iter([60.0, 0.5, 0.2, 0.1, 0.1])

    def seconds_of(step, count, device):
        seconds = next(timings)
        clock.now += seconds * count
        return seconds * count

    monkeypatch.setattr(throughput, "seconds_of", seconds_of)
    monkeypatch.setattr(throughput, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    assert throughput.warm_up(lambda: None, workload.device, 1.0) == pytest.approx(0.1)


OPTIMIZERS = [
    {"name": "sgd", "lr": 0.5, "momentum": 0.9, "weight_decay": 0.1},
    {"name": "adamw", "lr": 0.5, "weight_decay": 0.1},
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda options: options["name"])
def test_steps_on_the_same_images_stay_what_they_were(workload, optimizer):
    """The optimiser does its arithmetic and moves nothing: fitted images would have denormal gradients."""
    trained = replace(workload, recipe=Recipe(optimizer=optimizer))
    before = workload.model[1].weight.detach().clone()
    parts = trained.training_parts()
    images, labels = torch.rand(1, 3, 4, 4), torch.zeros(1, dtype=torch.int64)
    losses = []
    for _ in range(50):
        losses.append(parts.forward(images, labels))
        parts.backward(losses[-1])
        parts.update()
    assert torch.equal(losses[0], losses[-1])
    assert torch.equal(workload.model[1].weight, before)
    assert all(len(state) for state in parts.optimizer.state.values())
    assert len(parts.optimizer.state) == 2


def test_training_steps_have_gradients_and_inference_has_none(workload, monkeypatch):
    """Nothing of a training step is left out, and nothing of it is done in inference."""
    done = []
    workload.model[1].weight.register_hook(lambda _: done.append("backward"))
    optimizer = make_optimizer(workload.model, workload.recipe, workload.device.handle)
    optimizer.register_step_post_hook(lambda *_: done.append("optimiser"))
    monkeypatch.setattr(steps, "make_optimizer", lambda *_: optimizer)
    seconds_of(workload.step("inference", 4), 2, workload.device)
    assert not done
    seconds_of(workload.step("train", 4), 2, workload.device)
    assert done == ["backward", "optimiser"] * 2


def test_work_of_others_widens_the_interval(workload, monkeypatch):
    """By one plus their share of the cores, on both sides; the median stays."""
    monkeypatch.setattr(throughput, "seconds_of", lambda step, count, device: 0.5 * count)
    monkeypatch.setattr(throughput, "warm_up", lambda step, device, target: 0.5)
    monkeypatch.setattr(throughput.Watch, "share_of_others", lambda watch: 0.25)
    (row,), _ = throughput.time_workload(workload, Throughput(batch_sizes=(8,), modes=("train",)))
    assert (row.low, row.images_per_second, row.high) == pytest.approx((16 / 1.25, 16, 16 * 1.25))
