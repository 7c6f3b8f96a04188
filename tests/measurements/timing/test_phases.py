"""The phases of a training step: what belongs to which, on which batches."""

import pytest
import torch

from bench.measurements.device import Device
from bench.measurements.timing import phases
from bench.measurements.timing.steps import Workload
from bench.measurements.training.optimisation import make_optimizer, set_learning_rate
from bench.spec import Execution


@pytest.fixture
def training(make_training):
    return make_training(batch_size=32)


@pytest.fixture
def parts(training):
    workload = Workload(training.model, training.trial.recipe, training.device, (1, 8, 8), 4)
    return workload.training_parts()


def test_a_step_is_split_into_its_phases(training, parts):
    """Each takes some time, all steps are counted, and the trained weights stay."""
    before = training.model.head.weight.detach().clone()
    facts = phases.time_phases(training, parts, 0.02)
    assert facts.steps >= phases.FEWEST_STEPS
    assert facts.batch_size == 32
    assert all(getattr(facts, f"{phase}_milliseconds") > 0 for phase in phases.PHASES)
    assert facts.certificate.samples == facts.steps
    assert torch.equal(training.model.head.weight, before)


def test_time_is_put_down_to_the_phase_it_was_spent_in(training, parts, monkeypatch):
    """With a clock that moves only inside the phases: data 1 s, forward 2 s, backward 3 s, optimiser 4 s."""
    now = [0.0]
    monkeypatch.setattr(phases.time, "perf_counter", lambda: now[0])

    def slow(seconds, function):
        def wrapped(*arguments):
            now[0] += seconds
            return function(*arguments)

        return wrapped

    monkeypatch.setattr(type(training.pipeline), "__call__", slow(1, type(training.pipeline).__call__))
    for seconds, name in ((2, "forward"), (3, "backward"), (4, "update")):
        monkeypatch.setattr(type(parts), name, slow(seconds, getattr(type(parts), name)))
    monkeypatch.setattr(phases, "Watch", lambda device: NoWatch())
    facts = phases.time_phases(training, parts, 0.02)
    measured = [getattr(facts, f"{phase}_milliseconds") for phase in phases.PHASES]
    assert measured == [1000, 2000, 3000, 4000]


class NoWatch:
    """Certifies without a clock."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def certificate(self, samples, **_):
        from factories import certificate

        return certificate(samples=len(samples))


def test_only_full_batches_are_timed(training):
    """The incomplete one at the end of an epoch is left out, and epochs follow each other without end."""
    batches = phases._batches(training)  # 200 images: six full batches an epoch
    sizes = [len(next(batches)[1]) for _ in range(15)]
    assert sizes == [32] * 15


def test_a_batch_larger_than_the_data_is_all_of_them(make_training):
    """200 images are one batch of 200."""
    training = make_training(batch_size=1000)
    assert len(next(phases._batches(training))[1]) == 200


def test_split_steps_are_whole_steps(training, parts):
    """Phase by phase, the weights become those of the unsplit step, at the rate of training."""
    set_learning_rate(parts.optimizer, training.trial.recipe.optimizer.lr)
    state = {name: value.clone() for name, value in training.model.state_dict().items()}
    inputs, labels = training.pipeline(training.train.images[:32]), training.train.labels[:32]
    torch.manual_seed(0)
    parts.backward(parts.forward(inputs, labels))
    parts.update()
    split = training.model.head.weight.detach().clone()
    training.model.load_state_dict(state)
    torch.manual_seed(0)
    optimizer = make_optimizer(training.model, training.trial.recipe, training.device.handle)
    training.step(inputs, labels, optimizer)
    assert torch.equal(split, training.model.head.weight)
    assert not torch.equal(split, state["head.weight"])


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_cuda_events_tell_the_time():
    """A matrix product takes time on the device, though its call returns at once."""
    device = Device.chosen(Execution(device="cuda", precision="float32"))
    stopwatch, matrix = phases.Stopwatch(device), torch.rand(4096, 4096, device=device.handle)
    stopwatch.mark()
    matrix @ matrix
    stopwatch.mark()
    (seconds,) = stopwatch.read()
    assert seconds > 0
    assert stopwatch.clock == "CUDA events"
