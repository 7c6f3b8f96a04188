"""Parameters that are not trained to the end: which, what stays as it is, and what they cost."""

import pytest
from small_training import Plain, make, normed, outcome
from stopping import StoppedHereError, silent
from torch import nn

from bench.measurements.parallel import ALONE
from bench.measurements.training.freezing import flops_by_epoch, frozen, frozen_in, problem
from bench.spec import Freeze

BODY = {"body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias"}
LATER = (Freeze(parameters="body.*", after=1),)


def values(model):
    """All parameters, as they are now."""
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def moved(before, after):
    """Names of those that differ."""
    return {name for name in before if not before[name].equal(after[name])}


@pytest.mark.parametrize(
    ("freeze", "epoch", "expected"),
    [
        ((), 1, set()),
        (LATER, 1, set()),
        (LATER, 2, BODY),
        ((Freeze(parameters="*.bias"),), 1, {"body.0.bias", "body.1.bias", "head.bias", "idle.bias"}),
        ((*LATER, Freeze(parameters="head.w?ight")), 1, {"head.weight"}),
        ((*LATER, Freeze(parameters="head.weight")), 3, {"head.weight", *BODY}),
    ],
)
def test_patterns_say_which_and_epochs_when(freeze, epoch, expected):
    assert frozen_in(normed(), freeze, epoch) == expected


def test_what_the_network_itself_freezes_stays_frozen():
    model = normed()
    model.head.bias.requires_grad_(False)
    names = frozen_in(model, (Freeze(parameters="head.*"),), 1)
    with frozen(model, names):
        assert not model.head.weight.requires_grad
    assert model.head.weight.requires_grad
    assert not model.head.bias.requires_grad


def test_neither_gradient_nor_momentum_nor_decay_moves_them(tmp_path):
    """They learn for an epoch; running statistics go on."""
    training = make(ALONE, "normed", epochs=3, freeze=LATER)
    seen = [values(training.model)]
    statistics = []
    training.after_epoch.append(lambda _: seen.append(values(training.model)))
    training.after_epoch.append(lambda _: statistics.append(training.model.body[1].running_mean.clone()))
    training.run(tmp_path / "c.pt", silent)
    _, start, first, second, third = seen
    assert moved(start, first) >= BODY - {"body.0.bias"}  # batch norm takes the bias before it away
    assert moved(first, second) == moved(second, third) == {"head.weight", "head.bias"}
    assert not statistics[1].equal(statistics[2])
    assert all(parameter.requires_grad for parameter in training.model.parameters())


def test_a_training_that_is_stopped_continues_as_if_it_had_not(tmp_path):
    whole = make(ALONE, "normed", epochs=4, freeze=LATER)
    whole.run(tmp_path / "whole.pt", silent)
    first = make(ALONE, "normed", epochs=4, freeze=LATER)

    def stop(epochs):
        if epochs == 3:
            raise StoppedHereError

    first.after_epoch.append(stop)
    with pytest.raises(StoppedHereError):
        first.run(tmp_path / "c.pt", silent)
    again = make(ALONE, "normed", epochs=4, freeze=LATER)
    again.run(tmp_path / "c.pt", silent)
    assert again.resumed == 1
    assert outcome(again) == outcome(whole)


def test_arithmetic_by_hand():
    """A convolution of 8 x 8 pixels to 6 channels of 3 x 3, and a linear layer of 54 to 4."""
    convolution, linear = 2 * 9 * 6 * 9, 2 * 54 * 4
    whole = 2 * convolution + 3 * linear  # the images need no gradient
    assert flops_by_epoch(Plain, (1, 8, 8), (), 2, whole) == (whole, whole)
    body = flops_by_epoch(Plain, (1, 8, 8), LATER, 4, whole)
    assert body == (whole, *[convolution + 2 * linear] * 3)
    both = (Freeze(parameters="body.*", after=2), Freeze(parameters="head.weight", after=1))
    bias_alone = convolution + linear  # and the sum of its gradients, which is no product
    frozen_head = 2 * convolution + 2 * linear  # the gradient passes the head all the same
    assert flops_by_epoch(Plain, (1, 8, 8), both, 3, whole) == (whole, frozen_head, bias_alone)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (
            "layer9.*",
            "freeze: no trained parameter is called 'layer9.*'; there are body.0.weight, ",
        ),
        ("*", "freeze: nothing would be left to train"),
        ("body.*", None),
    ],
)
def test_mistakes_are_named_before_training(pattern, why):
    found = problem(normed(), (Freeze(parameters=pattern),))
    assert (found is None) == (why is None)
    assert why is None or found.startswith(why)


def test_many_names_are_told_in_part():
    """A transformer has hundreds."""
    many = nn.Sequential(*(nn.Linear(1, 1) for _ in range(6)))
    assert problem(many, (Freeze(parameters="x"),)).endswith("3.bias and 4 more")
