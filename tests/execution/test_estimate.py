"""From a few steps to the cost of trials: plain arithmetic."""

import pytest

from bench.data.sizes import Sizes
from bench.execution.estimate import cost
from bench.execution.rehearsal import Rehearsal
from bench.plan import Trial
from bench.spec import Dataset, Execution, LossLandscape, Recipe, Throughput

SIZES = Sizes(1000, 200, (8, 8, 1), 76_800, here=True, decoded=True)
FOUND = Rehearsal(
    device="x", batch_size=10, steps=5, step_seconds=(0.1, 0.2), evaluation_seconds=(0.001, 0.001),
    weight_bytes=100, gradient_bytes=90, optimizer_bytes=180, saved_bytes=1000, allocator_bytes=None,
    epochs_done=(0,),
)  # fmt: skip


def trial(*, validation=0.1, epochs=4, batch_size=10, **measure):
    return Trial(
        label="A", architecture="plain_cnn", dataset=Dataset(validation=validation), execution=Execution(),
        recipe=Recipe(epochs=epochs, batch_size=batch_size, seeds=(0,)), **measure,
    )  # fmt: skip


def test_training_is_steps_and_evaluations():
    """900 images in steps of 10, then 100 for validation and 200 for testing, four times; widened by 10 %."""
    span = cost([trial()], FOUND, SIZES).training
    assert span.low == pytest.approx(0.9 * 4 * (90 * 0.1 + 0.3))
    assert span.high == pytest.approx(1.1 * 4 * (90 * 0.2 + 0.3))


def test_validation_on_the_test_set_trains_on_everything():
    """And evaluates once."""
    span = cost([trial(validation="test")], FOUND, SIZES).training
    assert span.low == pytest.approx(0.9 * 4 * (100 * 0.1 + 0.2))


def test_epochs_of_a_checkpoint_are_left_out():
    """A trial that has them all still has its measurements before it."""
    both = FOUND.model_copy(update={"epochs_done": (3, 4)})
    left = cost([trial(), trial()], both, SIZES)
    assert (left.trials, left.epochs) == (2, 1)
    assert left.measuring.low > 0


def test_steps_of_a_part_of_the_batch_are_scaled_and_say_less():
    """Per image they count the same, but the span is wider."""
    whole = cost([trial(batch_size=10)], FOUND, SIZES).training
    part = cost([trial(batch_size=40)], FOUND, SIZES).training
    assert part.low < whole.low
    assert part.high > whole.high


def test_memory_grows_with_the_batch_and_not_with_the_weights_alone():
    """Weights, gradients and the optimiser's state once; what the backward pass needs for each image."""
    assert cost([trial(batch_size=10)], FOUND, SIZES).memory.low == 370 + 1000
    assert cost([trial(batch_size=40)], FOUND, SIZES).memory.low == 370 + 4000


def test_an_allocator_that_says_its_peak_is_believed():
    """Weights are in it already."""
    on_cuda = FOUND.model_copy(update={"allocator_bytes": 1370})
    assert cost([trial()], on_cuda, SIZES).memory.low == 1370


@pytest.mark.parametrize(
    "measure",
    [
        {"throughput": Throughput(seconds=0.5)},
        {"memory": True},
        {"profile": True},
        {"loss_landscape": LossLandscape(points=5, images=100)},
    ],
)
def test_whatever_is_measured_takes_time(measure):
    without, with_it = (cost([trial(**given)], FOUND, SIZES).measuring for given in ({}, measure))
    assert with_it.low > without.low
    assert with_it.high > without.high


def test_gradient_flow_makes_epochs_longer():
    assert (
        cost([trial(gradient_flow=True)], FOUND, SIZES).training.low
        > cost([trial()], FOUND, SIZES).training.low
    )


def test_disk_holds_a_checkpoint_for_each_trial():
    one, two = (
        cost([trial()] * n, FOUND.model_copy(update={"epochs_done": (0,) * n}), SIZES) for n in (1, 2)
    )
    assert two.disk == 2 * one.disk
    assert one.disk > one.checkpoint == 280


def test_data_of_unknown_size_cost_nothing_yet():
    """The dry run says so; nothing is divided by them."""
    unknown = Sizes(0, 0, (8, 8, 1), 0, here=True, decoded=False)
    assert cost([trial()], FOUND, unknown).training.high == 0
