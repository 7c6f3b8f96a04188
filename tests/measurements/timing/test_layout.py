"""Layout: as the suite says, or the faster of the two, without touching the network that is timed."""

import pytest
import torch
from torch import nn

from bench.measurements.device import Device
from bench.measurements.timing import contest, layout
from bench.measurements.timing.steps import Workload
from bench.spec import Execution, Recipe


@pytest.fixture
def workload():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 4))
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(model, Recipe(), device, (3, 4, 4), 4)


def decide(workload, wanted, **options):
    return layout.decide(workload, Execution(device="cpu", memory_format=wanted), batch_size=4, **options)


@pytest.mark.parametrize("wanted", ["channels_last", "contiguous"])
def test_a_stated_layout_is_not_measured(workload, wanted):
    assert decide(workload, wanted) == (wanted, None)


def test_where_results_must_repeat_nothing_is_measured(workload):
    assert decide(workload, "auto", deterministic=True) == ("channels_last", None)


@pytest.mark.parametrize("faster", ["channels_last", "contiguous"])
def test_auto_takes_the_faster(workload, monkeypatch, faster):
    """Both are really run; the clock is ours."""
    run = []

    def compete(steps, _):
        for name, step in steps.items():
            step()
            run.append(name)
        return contest.Outcome({name: 1.0 if name == faster else 2.0 for name in steps}, {})

    monkeypatch.setattr(layout, "compete", compete)
    chosen, times = decide(workload, "auto")
    assert chosen == faster
    assert times[faster] == 1.0
    assert run == ["channels_last", "contiguous"]


def test_the_network_is_left_as_it_was(workload):
    """Copies are timed: weights, running statistics and layout stay."""
    before = {name: value.clone() for name, value in workload.model.state_dict().items()}
    strides = workload.model[0].weight.stride()
    _, times = decide(workload, "auto")
    assert min(times.values()) > 0
    torch.testing.assert_close(dict(workload.model.state_dict()), before, rtol=0, atol=0)
    assert workload.model[0].weight.stride() == strides
    assert all(parameter.grad is None for parameter in workload.model.parameters())


@pytest.mark.parametrize("wanted", ["channels_last", "contiguous"])
def test_weights_and_batches_lie_as_chosen(workload, wanted):
    laid = layout.in_layout(workload, wanted)
    expected = layout.LAYOUTS[wanted]
    seen = []
    laid.model.register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs[0].is_contiguous(memory_format=expected))
    )
    laid.step("inference", 2)()
    assert seen == [True]
    assert laid.model[0].weight.is_contiguous(memory_format=expected)


def test_a_contest_names_the_fastest(clock):
    """Both take the same number of steps."""
    calls = {"slow": 0, "fast": 0}

    def step(name, seconds):
        def run():
            calls[name] += 1
            clock.pass_by(seconds)

        return run

    device = Device.chosen(Execution(device="cpu", precision="float32"))
    outcome = contest.compete({"slow": step("slow", 0.04), "fast": step("fast", 0.01)}, device)
    assert outcome.fastest == "fast"
    assert outcome.medians == pytest.approx({"slow": 0.04, "fast": 0.01})
    assert calls["slow"] == calls["fast"] == 1 + contest.ROUNDS * contest.MOST_STEPS


def test_slow_steps_are_timed_one_by_one(clock):
    """So that choosing for a large network does not take minutes."""
    calls = []

    def step():
        calls.append(None)
        clock.pass_by(contest.SECONDS_A_BLOCK)

    device = Device.chosen(Execution(device="cpu", precision="float32"))
    contest.compete({"only": step}, device)
    assert len(calls) == 1 + contest.ROUNDS
