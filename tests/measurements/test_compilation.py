"""torch.compile: used when asked for, and with "auto" only where it is measured to be faster."""

import time

import pytest
import torch
from torch import nn

from bench.measurements import compilation
from bench.measurements.device import Device
from bench.measurements.steps import Workload
from bench.spec import Execution, Recipe


class Slowed(nn.Module):
    """A module that takes a while longer; stands for a compiled one, or for what it replaces."""

    def __init__(self, inner, seconds):
        super().__init__()
        self.inner, self.seconds = inner, seconds

    def forward(self, x):
        time.sleep(self.seconds)
        return self.inner(x)


def make(seconds=0.0):
    model = Slowed(nn.Sequential(nn.Flatten(), nn.Linear(48, 4)), seconds)
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(model, Recipe(), device, (3, 4, 4), 4)


def choose(workload, wanted):
    return compilation.choose(workload, Execution(device="cpu", compile=wanted), batch_size=4)


def test_off_keeps_the_model():
    """And measures nothing."""
    workload = make()
    assert choose(workload, "off") == (workload.model, None)


@pytest.mark.parametrize(("eager", "compiled", "faster"), [(0.0, 0.02, "eager"), (0.02, 0.0, "compiled")])
def test_auto_takes_the_faster_and_says_by_how_much(monkeypatch, eager, compiled, faster):
    """Both medians are recorded, and the weights are as before."""
    workload = make(eager)
    other = Slowed(workload.model.inner, compiled)
    monkeypatch.setattr(torch, "compile", lambda model: other)
    before = workload.model.inner[1].weight.detach().clone()
    chosen, times = choose(workload, "auto")
    assert chosen is (workload.model if faster == "eager" else other)
    assert min(times, key=times.get) == faster
    assert torch.equal(workload.model.inner[1].weight, before)
