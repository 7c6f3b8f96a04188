"""Performance profiles and AlgoPerf's score, worked by hand, with censoring."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bench.analysis.profiles import performance_profile, problems, profile_scores

COSTS = pd.DataFrame(
    [
        ("one", "A", 10.0), ("one", "B", 20.0),
        ("two", "A", 30.0), ("two", "B", 10.0),
        ("three", "A", 5.0), ("three", "B", math.inf),
        ("four", "A", math.inf), ("four", "B", math.inf),
    ],
    columns=["problem", "label", "cost"],
)  # fmt: skip


def steps(label):
    """Ratio and share at each step of one profile."""
    profile = performance_profile(COSTS)
    mine = profile[profile["label"] == label]
    return list(zip(mine["ratio"], mine["share"], strict=True))


def test_profiles_worked_by_hand():
    """A is cheapest in two of four and needs 3 x in one; B is cheapest in one and needs 2 x in one."""
    assert steps("A") == [(1.0, 0.5), (3.0, 0.75)]
    assert steps("B") == [(1.0, 0.25), (2.0, 0.5)]


def test_a_censored_problem_is_never_solved():
    """Nobody solved the fourth; it counts in every share, so that no profile reaches one."""
    assert performance_profile(COSTS)["share"].max() == 0.75


def test_scores_worked_by_hand():
    """A: (2 x 0.5 + 1 x 0.75) / 3; B: (1 x 0.25 + 2 x 0.5) / 3; the best comes first."""
    scores = profile_scores(COSTS)
    assert list(scores["label"]) == ["A", "B"]
    assert list(scores["score"]) == pytest.approx([1.75 / 3, 1.25 / 3])
    assert list(scores["solved"]) == [3, 2]


def test_what_lies_beyond_the_largest_ratio_scores_nothing():
    """Ten times the cost of the fastest is solved in the profile, and worth nothing in the score."""
    costs = pd.DataFrame({"problem": ["p", "p"], "label": ["A", "B"], "cost": [1.0, 10.0]})
    scores = profile_scores(costs).set_index("label")["score"]
    assert (scores["A"], scores["B"]) == (1.0, 0.0)


def test_an_architecture_that_did_not_take_part_did_not_solve_it():
    """It is measured against all problems, not against those of its choice."""
    costs = pd.DataFrame({"problem": ["p", "p", "q"], "label": ["A", "B", "A"], "cost": [1.0, 1.0, 1.0]})
    shares = performance_profile(costs).set_index("label")["share"]
    assert (shares["A"], shares["B"]) == (1.0, 0.5)


def test_a_network_without_a_product_costs_nothing():
    """Zero FLOPs: nothing is a multiple of that, and two of nothing are equal."""
    costs = pd.DataFrame({"problem": ["p"] * 3, "label": ["A", "B", "C"], "cost": [0.0, 0.0, 5.0]})
    scores = profile_scores(costs).set_index("label")["score"]
    assert dict(scores) == {"A": 1.0, "B": 1.0, "C": 0.0}


def test_several_suites_make_several_problems():
    """Each target of each suite is one; the median over seeds is its cost."""
    table = pd.DataFrame({"label": ["A", "A"], "target": [0.6, 0.7], "seconds_median": [3.0, math.inf]})
    found = problems({"digits": table, "cifar10": table.head(1)}, "seconds")
    assert list(found["problem"]) == ["digits: 0.6", "digits: 0.7", "cifar10: 0.6"]
    assert list(found["cost"]) == [3.0, math.inf, 3.0]
