"""Latency: single calls, and percentiles only where enough of them were timed."""

import pytest
import torch
from torch import nn

from bench.measurements.device import Device
from bench.measurements.timing import latency
from bench.measurements.timing.steps import Workload
from bench.spec import Execution, Recipe


class Seen(nn.Module):
    """Notes what it is called with."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def forward(self, images):
        self.calls.append((len(images), self.training, torch.is_inference_mode_enabled()))
        return images.flatten(1)


@pytest.fixture
def workload():
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(Seen(), Recipe(), device, (3, 4, 4), 4)


def test_each_call_is_one_image_in_inference_mode(workload):
    """Evaluation mode, no gradients, batch size 1; there are more calls than timed ones, for warm-up."""
    facts, _ = latency.time_calls(workload, 0.02)
    assert set(workload.model.calls) == {(1, False, True)}
    assert len(workload.model.calls) > facts.calls >= latency.FEWEST_CALLS


def test_percentiles_are_in_order(workload):
    """p50 to p99, in milliseconds, of at most a thousand calls."""
    facts, times = latency.time_calls(workload, 30.0)
    assert facts.calls == latency.MOST_CALLS == facts.certificate.samples == len(times)
    assert 0 < facts.p50 <= facts.p95 <= facts.p99


@pytest.mark.parametrize(
    ("calls", "known"),
    [(99, (False, False)), (100, (True, False)), (499, (True, False)), (500, (True, True))],
)
def test_too_few_calls_tell_no_tail(workload, monkeypatch, calls, known):
    """A percentile needs five calls beyond it."""
    monkeypatch.setattr(latency, "_calls", lambda step, workload, seconds: [1.0] * calls)
    facts, _ = latency.time_calls(workload, 0.02)
    assert (facts.p95 is not None, facts.p99 is not None) == known
    assert facts.p50 == 1000


@pytest.mark.parametrize(("share", "value"), [(50, 50), (95, 95), (99, 99)])
def test_percentile_is_the_nearest_rank(share, value):
    """Of 1 to 100 the 95th percentile is 95, whatever their order."""
    assert latency.percentile([float(number) for number in range(100, 0, -1)], share) == value
    assert latency.percentile([3.0], share) == 3.0
