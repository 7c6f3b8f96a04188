"""Slow weights: the algorithm's own steps by hand, and a training that ends on them."""

import pytest
import torch
from stopping import numbers, silent
from torch import nn

from bench.measurements.training.slow_weights import SlowWeights
from bench.spec import Constant, Lookahead


@pytest.fixture
def line():
    """One weight, at 1; and one that is not trained."""
    model = nn.Linear(1, 1)
    nn.init.ones_(model.weight)
    model.bias.requires_grad_(requires_grad=False)
    return model


def walk(model, slow, steps, total):
    """Let an optimiser that adds 1 take steps; the weight after each."""
    places = []
    for step in steps:
        with torch.no_grad():
            model.weight += 1
        slow.after_step(step, step / total)
        places.append(model.weight.item())
    return places


def test_two_steps_forward_half_a_way_back(line):
    """From 1 two steps lead to 3, the middle is 2; from there to 4, and the middle of 2 and 4 is 3."""
    slow = SlowWeights(line, Lookahead(every=2, decay=0.5))
    assert walk(line, slow, range(1, 5), 8) == [2, 2, 3, 3]


def test_decay_sets_how_far_back(line):
    """A quarter of the slow weight stays: 0.25 x 1 + 0.75 x 3."""
    slow = SlowWeights(line, Lookahead(every=2, decay=0.25))
    assert walk(line, slow, range(1, 3), 8) == [2, 2.5]


def test_decay_may_grow(line):
    """At half of the training, 0.8 x 0.5^2 = 0.2 of the slow weight stays; at its end 0.8."""
    slow = SlowWeights(line, Lookahead(every=2, decay=0.8, growth=2.0))
    middle, end = 0.2 * 1 + 0.8 * 3, None
    assert walk(line, slow, [1, 2], 4)[-1] == pytest.approx(middle)
    end = 0.8 * middle + 0.2 * (middle + 2)
    assert walk(line, slow, [3, 4], 4)[-1] == pytest.approx(end)


def test_the_slow_weights_are_the_result(line):
    """The last step of a training leaves them, even where no average is due."""
    slow = SlowWeights(line, Lookahead(every=2, decay=0.5))
    assert walk(line, slow, [1, 2, 3], 3) == [2, 2, 2]


def test_what_is_not_trained_is_left_alone(line):
    """Frozen weights have no slow copy."""
    slow = SlowWeights(line, Lookahead())
    assert list(slow.state()) == ["weight"]


def test_running_statistics_are_averaged_where_wanted():
    """A mean of 0 that batches have moved to 1 goes half way back; a counter of batches stays what it is."""
    for wanted, mean in ((False, 1.0), (True, 0.5)):
        norm = nn.BatchNorm1d(1)
        slow = SlowWeights(norm, Lookahead(every=1, decay=0.5, buffers=wanted))
        norm.running_mean.fill_(1)
        norm.num_batches_tracked.fill_(7)
        slow.after_step(1, 0.5)
        assert (norm.running_mean.item(), norm.num_batches_tracked.item()) == (mean, 7)
        assert ("running_mean" in slow.state()) is wanted


def test_it_goes_on_from_a_state(line):
    """As if it had never stopped."""
    spec = Lookahead(every=2, decay=0.5)
    slow = SlowWeights(line, spec)
    walk(line, slow, [1], 8)
    again = SlowWeights(line, spec, {name: weight.clone() for name, weight in slow.state().items()})
    assert walk(line, again, [2], 8) == [2]


def test_a_training_averages(make_training, tmp_path):
    """Other numbers than without; the last are the slow weights', which the checkpoint holds twice."""
    plain, averaged = make_training(), make_training(lookahead=Lookahead(every=4, decay=0.5))
    for name, training in (("plain", plain), ("averaged", averaged)):
        training.run(tmp_path / f"{name}.pt", silent)
    assert numbers(plain) != numbers(averaged)
    state = torch.load(tmp_path / "averaged.pt", weights_only=True)
    for name, weight in state["slow"].items():
        assert torch.equal(weight, state["model"][name])
    assert "slow" not in torch.load(tmp_path / "plain.pt", weights_only=True)


def test_without_decay_nothing_changes(make_training, tmp_path):
    """The slow weights are then the optimiser's, if the last average falls on the last step."""
    plain, averaged = (
        make_training(schedule=Constant(name="constant"), lookahead=lookahead)
        for lookahead in (None, Lookahead(every=1, decay=0.0))
    )
    for name, training in (("plain", plain), ("averaged", averaged)):
        training.run(tmp_path / f"{name}.pt", silent)
    assert numbers(plain) == numbers(averaged)
