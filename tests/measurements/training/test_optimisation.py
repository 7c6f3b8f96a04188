"""Learning-rate schedules against torch's own and against their papers."""

import pytest
import torch
from torch import nn

from bench.measurements.training import muon
from bench.measurements.training.optimisation import learning_rate, make_optimizer
from bench.records import EpochFacts
from bench.spec import SGD, Adam, Constant, Cosine, Muon, OneCycle, Plateau, Recipe, Step


def recipe(schedule, epochs=10, lr=0.1):
    return Recipe(epochs=epochs, optimizer=SGD(name="sgd", lr=lr), schedule=schedule)


def epochs_with(accuracies):
    return [
        EpochFacts(
            epoch=number, learning_rate=0.1, train_loss=1.0, train_accuracy=0.5, validation_loss=1.0,
            validation_accuracy=accuracy, test_loss=1.0, test_accuracy=0.1, train_seconds=1.0,
            train_images_per_second=1.0, train_flops=1,
        )
        for number, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip


def torch_rates(make, steps, lr=0.1):
    """Learning rates that a scheduler of torch gives, one before each step."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(
    ("model", "fused"),
    [
        (nn.Linear(2, 2), True),
        (nn.Sequential(nn.Linear(2, 2, dtype=torch.complex64), nn.Linear(2, 2)), False),
        (nn.Sequential(nn.Embedding(4, 2, sparse=True), nn.Linear(2, 2)), False),
    ],
    ids=["real", "complex", "sparse"],
)
@pytest.mark.parametrize("optimizer", [SGD(name="sgd"), Adam()])
def test_fused_where_torch_can(model, fused, optimizer):
    """Torch's fused forms refuse complex weights and sparse gradients, which others take."""
    made = make_optimizer(model, Recipe(optimizer=optimizer), torch.device("cpu"))
    assert made.defaults["fused"] is fused


def test_constant_stays():
    assert learning_rate(recipe(Constant(name="constant")), 7.3, []) == 0.1


def test_step_equals_torchs():
    """Multiplied at each milestone."""
    ours = [learning_rate(recipe(Step(name="step", milestones=(3, 6))), epoch, []) for epoch in range(10)]
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 6]), 10)
    assert ours == pytest.approx(theirs)


def test_cosine_equals_torchs():
    """Annealed from the peak to the floor."""
    ours = [learning_rate(recipe(Cosine(min_lr=0.01)), step / 5, []) for step in range(50)]
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 50, eta_min=0.01), 50)
    assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(
    "schedule", [Cosine(warmup_epochs=2), Step(name="step", milestones=(5,), warmup_epochs=2)]
)
def test_warm_up_rises_to_the_peak(schedule):
    """Linear in the step, never zero."""
    rates = [learning_rate(recipe(schedule), epoch, []) for epoch in (0, 1, 2)]
    assert 0 < rates[0] < rates[1] < rates[2] == pytest.approx(0.1)
    assert rates[1] == pytest.approx(0.05, rel=0.02)


def test_one_cycle_rises_and_falls():
    """From `start` over the peak to `end`, linearly."""
    schedule = recipe(OneCycle(name="onecycle", peak=0.2, start=0.1, end=0.0))
    assert [learning_rate(schedule, epoch, []) for epoch in (0, 1, 2, 6, 10)] == pytest.approx(
        [0.01, 0.055, 0.1, 0.05, 0.0]
    )


def test_one_cycle_may_start_at_its_peak():
    """A decay without a warm-up."""
    schedule = recipe(OneCycle(name="onecycle", peak=0.0))
    assert [learning_rate(schedule, epoch, []) for epoch in (0, 5, 10)] == pytest.approx([0.1, 0.05, 0.0])


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_plateau_equals_torchs(patience):
    """Replayed over the history, epoch by epoch."""
    accuracies = [0.1, 0.3, 0.3, 0.2, 0.3, 0.4, 0.4, 0.1, 0.2, 0.3, 0.4, 0.4, 0.5, 0.1]
    schedule = recipe(Plateau(name="plateau", patience=patience, min_lr=1e-4), epochs=len(accuracies))
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="max", factor=0.1, patience=patience, threshold=0, min_lr=1e-4
    )
    for count, accuracy in enumerate(accuracies):
        ours = learning_rate(schedule, count, epochs_with(accuracies[:count]))
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"])
        scheduler.step(accuracy)


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (Adam(name="adam"), torch.optim.Adam),
        (Adam(name="adamw"), torch.optim.Adam),
        (SGD(name="sgd"), torch.optim.SGD),
        (Muon(name="muon"), muon.Muon),
    ],
)
def test_the_recipe_names_the_optimiser(spec, kind):
    """With the settings it gives, and without frozen parameters."""
    network = nn.Linear(3, 2)
    network.bias.requires_grad_(False)
    optimizer = make_optimizer(network, Recipe(optimizer=spec), torch.device("cpu"))
    assert isinstance(optimizer, kind)
    (group,) = optimizer.param_groups
    assert group.get("decoupled_weight_decay", False) == (spec.name == "adamw")
    assert group["lr"] == pytest.approx(spec.lr)
    assert group["weight_decay"] == spec.weight_decay
    assert group["params"] == [network.weight]
