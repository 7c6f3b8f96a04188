"""Timing: the interval of the median, warm-up, and what is recorded."""

import numpy as np
import pytest
import torch
from torch import nn

from bench.measurements import throughput
from bench.measurements.device import Device
from bench.measurements.steps import Workload, seconds_of
from bench.measurements.throughput import median_interval
from bench.spec import Execution, Recipe, Throughput


@pytest.fixture
def workload():
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 4))
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(model, Recipe(), device, (3, 4, 4), 4)


def test_six_values_give_their_range():
    """Worked by hand: 1 - 2 / 2**6 = 0.969; without the ends it would be 1 - 14 / 2**6 = 0.78."""
    assert median_interval([3, 1, 6, 2, 5, 4]) == (1, 6)


def test_twenty_values_give_the_sixth_to_the_fifteenth():
    """The table of Hahn & Meeker: coverage 0.959."""
    assert median_interval(list(range(1, 21))) == (6, 15)


def test_the_interval_covers_the_median_often_enough():
    """At least 95 % of samples of a skewed distribution."""
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        low, high = median_interval(rng.exponential(size=20).tolist())
        hits += low <= np.log(2) <= high
    assert hits / 2000 > 0.945


def test_every_combination_is_measured(workload):
    """With an interval around the median."""
    wanted = Throughput(batch_sizes=(1, 8), seconds=0.02)
    rows = throughput.time_workload(workload, wanted)
    assert [(row.mode, row.batch_size) for row in rows] == [
        ("train", 1), ("train", 8), ("inference", 1), ("inference", 8),
    ]  # fmt: skip
    for row in rows:
        assert row.low <= row.images_per_second <= row.high
        assert row.images_per_second == pytest.approx(row.batch_size / row.milliseconds * 1000)
        assert row.blocks >= throughput.FEWEST_BLOCKS


def test_warm_up_waits_until_timings_agree(workload, monkeypatch):
    """A slow start does not count."""
    timings = iter([1.0, 0.5, 0.3, 0.2, 0.19])
    clock = iter(range(100))
    monkeypatch.setattr(throughput, "seconds_of", lambda step, count, device: next(timings) * count)
    monkeypatch.setattr(throughput.time, "perf_counter", lambda: float(next(clock)))
    assert throughput.warm_up(lambda: None, workload.device, 1.0) == pytest.approx(0.19)


def test_training_steps_train_and_inference_does_not(workload):
    """Weights move in one mode only."""
    before = workload.model[1].weight.detach().clone()
    seconds_of(workload.step("inference", 4), 2, workload.device)
    assert torch.equal(workload.model[1].weight, before)
    seconds_of(workload.step("train", 4), 2, workload.device)
    assert not torch.equal(workload.model[1].weight, before)
