"""Cost to a target, with censoring."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from bench.analysis.convergence import area_under_curve, epochs_to_converge, over_seeds, to_targets


def curves(accuracies):
    """Epochs of trials (label, seed) with 10 s and 1000 FLOPs an epoch."""
    return pd.DataFrame(
        [
            {
                "label": label,
                "seed": seed,
                "epoch": epoch,
                "test_accuracy": accuracy,
                "cumulative_seconds": 10.0 * epoch,
                "cumulative_flops": 1000.0 * epoch,
            }
            for (label, seed), curve in accuracies.items()
            for epoch, accuracy in enumerate(curve, 1)
        ]
    )


def judged(accuracies, targets, status="done"):
    """Cost of each of these trials to each target."""
    trials = pd.DataFrame(list(accuracies), columns=["label", "seed"]).assign(status=status)
    return to_targets(trials, curves(accuracies), targets)


def row(accuracies, target=0.7):
    """The only row over seeds."""
    (found,) = over_seeds(judged(accuracies, [target])).to_dict("records")
    return found


def test_the_first_evaluation_at_or_above_the_target_counts():
    """Equal is enough, and falling below afterwards does not matter."""
    found = judged({("A", 0): [0.5, 0.7, 0.6, 0.8]}, [0.7]).to_dict("records")[0]
    assert found["reached"]
    assert (found["epochs"], found["seconds"], found["flops"]) == (2, 20.0, 2000.0)


def test_a_trial_that_never_gets_there_is_censored_at_its_budget():
    """It stays in the table, with its whole budget and the mark that it did not reach."""
    found = judged({("A", 0): [0.5, 0.6, 0.69]}, [0.7]).to_dict("records")[0]
    assert not found["reached"]
    assert (found["epochs"], found["seconds"]) == (3, 30.0)


def test_all_seeds_reached():
    """Median and mean over seeds; no budget to state."""
    found = row({("A", 0): [0.7], ("A", 1): [0.1, 0.7], ("A", 2): [0.1] * 5 + [0.7]})
    assert (found["epochs_median"], found["epochs_mean"]) == (2, 3)
    assert found["censored"] == 0
    assert math.isnan(found["epochs_budget"])


def test_one_of_three_censored():
    """The median still stands, the mean does not: dropping the censored seed would flatter."""
    found = row({("A", 0): [0.7], ("A", 1): [0.1, 0.7], ("A", 2): [0.1, 0.1, 0.1]})
    assert found["epochs_median"] == 2
    assert math.isinf(found["epochs_mean"])
    assert (found["reached"], found["censored"]) == (2, 1)
    assert math.isnan(found["epochs_budget"])


def test_early_divergence_makes_no_small_budget():
    """Two seeds diverged in epoch 1, one arrived in epoch 3: the median is beyond that, and not beyond 1."""
    accuracies = {("A", 0): [0.1], ("A", 1): [0.1], ("A", 2): [0.1, 0.1, 0.7]}
    trials = pd.DataFrame(list(accuracies), columns=["label", "seed"])
    trials["status"] = ["diverged", "diverged", "done"]
    (found,) = over_seeds(to_targets(trials, curves(accuracies), [0.7])).to_dict("records")
    assert math.isinf(found["epochs_median"])
    assert (found["epochs_budget"], found["seconds_budget"]) == (3, 30.0)


@pytest.mark.parametrize("reached", [1, 0])
def test_half_or_more_censored_leaves_no_median(reached):
    """With half of the seeds censored the middle is unknown: more than the budget."""
    seeds = {("A", seed): [0.1, 0.7 if seed < reached else 0.2] for seed in range(2)}
    assert math.isinf(row(seeds)["epochs_median"])


def test_each_target_and_architecture_has_a_row():
    """Two architectures and two targets make four rows, in order of appearance."""
    table = over_seeds(judged({("A", 0): [0.7], ("B", 0): [0.9]}, [0.6, 0.8]))
    assert list(zip(table["label"], table["target"], table["reached"], strict=True)) == [
        ("A", 0.6, 1),
        ("A", 0.8, 0),
        ("B", 0.6, 1),
        ("B", 0.8, 1),
    ]


def test_a_trial_that_diverged_before_its_first_evaluation_is_censored():
    """It has no curve at all, and still counts as one that never got there."""
    accuracies = {("A", 0): [0.7], ("A", 1): []}
    (found,) = over_seeds(judged(accuracies, [0.7], "diverged")).to_dict("records")
    assert (found["seeds"], found["reached"], found["censored"]) == (2, 1, 1)


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_what_was_reached_before_a_failure_is_known(status):
    """Of later targets it is unknown whether the trial would have got there, so it is left out."""
    found = judged({("A", 0): [0.1, 0.7]}, [0.6, 0.8], status)
    assert list(zip(found["target"], found["reached"], found["epochs"], strict=True)) == [(0.6, True, 2)]


@pytest.mark.parametrize(
    ("budgets", "diverged", "exceeded"),
    [
        ([100, 1, 10], [], 10),  # two of three took more than 10, so the median did
        ([100, 1, 10], [1], 100),  # and where no budget would do for the shortest, more than 100
        ([100, 1, 10], [0, 1, 2], 100),
        ([5, 7], [], 7),  # of an even number the upper one, which is what makes the median infinite
    ],
)
def test_a_median_exceeds_the_middle_budget(budgets, diverged, exceeded):
    """Not the largest of them: one slow seed says nothing of the others."""
    accuracies = {("A", seed): [0.1] * epochs for seed, epochs in enumerate(budgets)}
    trials = pd.DataFrame(list(accuracies), columns=["label", "seed"])
    trials["status"] = ["diverged" if seed in diverged else "done" for seed in range(len(budgets))]
    (found,) = over_seeds(to_targets(trials, curves(accuracies), [0.7])).to_dict("records")
    assert math.isinf(found["epochs_median"])
    assert found["epochs_budget"] == exceeded


def test_area_under_the_curve():
    """Trapezoids over epochs: (0.2 + 0.6) / 2 and (0.6 + 0.8) / 2, on average 0.55."""
    assert area_under_curve(np.array([0.2, 0.6, 0.8])) == pytest.approx(0.55)
    assert area_under_curve(np.array([0.3])) == pytest.approx(0.3)
    assert math.isnan(area_under_curve(np.empty(0)))


def test_ranks_are_those_of_the_median_time_to_each_target():
    """The fastest is first and sets the scale; equal times share a rank; a censored median has none."""
    table = over_seeds(
        judged({("A", 0): [0.1, 0.7], ("B", 0): [0.7], ("C", 0): [0.1, 0.8], ("D", 0): [0.1]}, [0.7])
    ).set_index("label")
    assert (table.loc["B", "rank"], table.loc["A", "rank"], table.loc["C", "rank"]) == (1, 2, 2)
    assert math.isnan(table.loc["D", "rank"])
    assert list(table.loc[["B", "A"], "times_fastest"]) == [1.0, 2.0]


def test_each_target_has_a_ranking_of_its_own():
    """First to 60 % need not be first to 80 %."""
    table = over_seeds(judged({("A", 0): [0.6, 0.6, 0.8], ("B", 0): [0.5, 0.8]}, [0.6, 0.8]))
    assert list(zip(table["label"], table["rank"], strict=True)) == [("A", 1), ("A", 2), ("B", 2), ("B", 1)]


@pytest.mark.parametrize(
    ("curve", "epochs"),
    [([0.5, 0.792, 0.8], 2), ([0.5, 0.791, 0.8], 3), ([0.8, 0.5, 0.3], 1), ([0.4], 1)],
)
def test_converged_is_within_one_percent_of_its_own_best(curve, epochs):
    """0.99 x 0.8 = 0.792: how soon a network is done, not how good it is."""
    assert epochs_to_converge(np.arange(1.0, len(curve) + 1), np.array(curve)) == epochs
