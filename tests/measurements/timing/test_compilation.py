"""torch.compile: used when asked for, and with "auto" only where it is measured to be faster."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from bench.measurements.device import Device
from bench.measurements.timing import compilation
from bench.measurements.timing.steps import Workload
from bench.spec import Execution, Recipe


class Slowed(nn.Module):
    """A module that takes a while longer; stands for a compiled one, or for what it replaces."""

    def __init__(self, inner, seconds, clock):
        super().__init__()
        self.inner, self.seconds, self.clock = inner, seconds, clock

    def forward(self, x):
        if self.clock:
            self.clock.pass_by(self.seconds)
        return self.inner(x)


class Uncompilable(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, _):
        raise RuntimeError("no C++ compiler")


def make(seconds=0.0, clock=None):
    model = Slowed(nn.Sequential(nn.Flatten(), nn.Linear(48, 4)), seconds, clock)
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    return Workload(model, Recipe(), device, (3, 4, 4), 4)


def decide(workload, wanted, **options):
    return compilation.decide(workload, Execution(device="cpu", compile=wanted), batch_size=4, **options)


def pretend(monkeypatch, module):
    monkeypatch.setattr(torch, "compile", lambda model, **_: module)


@pytest.mark.parametrize(("wanted", "variant"), [("off", "eager"), ("on", "compiled")])
def test_off_and_on_measure_nothing(wanted, variant):
    decisions = decide(make(), wanted)
    assert decisions.compile_variant == variant
    assert decisions.compile_trial is None


@pytest.mark.parametrize(("eager", "compiled", "faster"), [(0.01, 0.02, "eager"), (0.02, 0.01, "compiled")])
def test_auto_takes_the_faster_and_says_by_how_much(monkeypatch, clock, eager, compiled, faster):
    """Medians, spread and compile time of both are recorded, and the weights are as before."""
    workload = make(eager, clock)
    pretend(monkeypatch, Slowed(workload.model.inner, compiled, clock))
    before = workload.model.inner[1].weight.detach().clone()
    decisions = decide(workload, "auto")
    assert decisions.compile_variant == faster
    assert decisions.compile_trial == pytest.approx({"eager": eager, "compiled": compiled})
    assert set(decisions.compile_spread) == set(decisions.compile_seconds) == {"eager", "compiled"}
    assert torch.equal(workload.model.inner[1].weight, before)
    assert workload.model.inner[1].weight.grad is None


def test_auto_falls_back_to_eager_and_says_why(monkeypatch):
    """A machine without a compiler still trains."""
    pretend(monkeypatch, Uncompilable())
    decisions = decide(make(), "auto")
    assert decisions.compile_variant == "eager"
    assert "no C++ compiler" in decisions.compile_failures["compiled"]
    assert list(decisions.compile_trial) == ["eager"]


def test_a_network_that_fails_as_written_is_not_excused():
    workload = make()
    workload.model.inner = Uncompilable()
    with pytest.raises(RuntimeError, match="compiler"):
        decide(workload, "auto")


def test_auto_measures_nothing_where_results_must_repeat(monkeypatch):
    """What wins by a hair may lose the next time, and compiled code rounds differently."""
    pretend(monkeypatch, Uncompilable())
    assert decide(make(), "auto", deterministic=True) == decide(make(), "off")


def test_getting_ready_changes_nothing():
    """Compiling takes a few steps; weights, running statistics and gradients are as before."""
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 4))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    module = compilation.make_ready(Workload(model, Recipe(), device, (3, 4, 4), 4), "compiled", 4)
    assert module is not model
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize(("kind", "sizes"), [("cuda", [8] * compilation.FIRST_STEPS + [3] * 3), ("cpu", [])])
def test_an_accelerator_is_warmed_up_at_every_batch_size(monkeypatch, kind, sizes):
    """No epoch's time includes choosing kernels; a CPU has none to choose. Weights stay as they are."""
    taken = []
    given = make()
    given = replace(given, device=replace(given.device, handle=torch.device(kind)))
    before = given.model.inner[1].weight.detach().clone()

    def step(workload, mode, size):
        def act():
            taken.append(size)
            with torch.no_grad():
                workload.model.inner[1].weight.add_(1)

        return act

    monkeypatch.setattr(Workload, "step", step)
    monkeypatch.setattr(compilation, "seconds_of", lambda act, count, _: [act() for _ in range(count)])
    compilation.warm_up(given, [8, 3])
    assert taken == sizes
    assert torch.equal(given.model.inner[1].weight, before)


def test_what_was_compiled_can_be_let_go():
    """Until it is called again: its memory is wanted by another network."""
    count = torch._dynamo.utils.counters["stats"]
    module = compilation.compiled(nn.Linear(4, 4), "compiled")
    images = torch.rand(2, 4)
    module(images)
    before = count["unique_graphs"]
    module(images)
    assert count["unique_graphs"] == before
    compilation.forget_compiled()
    module(images)
    assert count["unique_graphs"] == before + 1


def test_compiled_steps_give_the_same_numbers():
    """Really compiled: same logits, same gradients up to rounding."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 4))
    module = compilation.compiled(model, "compiled")
    images = torch.rand(5, 3, 4, 4)
    logits, expected = module(images), model(images)
    torch.testing.assert_close(logits, expected)
    logits.sum().backward()
    gradient = model[0].weight.grad.clone()
    model.zero_grad()
    expected.sum().backward()
    torch.testing.assert_close(gradient, model[0].weight.grad)
