"""Differences, their intervals, and what is made of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.comparison.censored import of_costs
from bench.analysis.comparison.changes import of_counts, of_seeds, of_single
from bench.analysis.comparison.readings import BySeed, Costs, Count, Once
from bench.analysis.statistics import welch_difference

VALUES = st.lists(st.floats(-100, 100), min_size=2, max_size=9).filter(lambda values: np.std(values) > 1e-3)


def by_seed(*values):
    """Figures of seeds 0, 1, 2 and so on."""
    return BySeed(dict(enumerate(values)))


@given(VALUES, VALUES)
def test_welch_agrees_with_scipy(first, second):
    """Interval of the difference of two means of unequal spread."""
    found = welch_difference(first, second)
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-6)


def test_common_seeds_are_paired():
    """Pairing takes the spread between seeds out: 1 point is found beneath 10 points of spread."""
    change = of_seeds(by_seed(0.5, 0.6, 0.7), by_seed(0.511, 0.609, 0.71), "higher", same_seeds=True)
    assert (change.method, change.verdict) == ("paired by seed", "better")
    assert change.difference == pytest.approx(0.01)


def test_other_splits_are_not_paired():
    """Where a seed means other images, it pairs nothing, and the same figures cannot be told apart."""
    change = of_seeds(by_seed(0.5, 0.6, 0.7), by_seed(0.511, 0.609, 0.71), "higher", same_seeds=False)
    assert (change.method, change.verdict) == ("Welch", "indistinguishable")


def test_figures_are_those_of_the_seeds_that_are_compared():
    """With other seeds beside the common ones, B minus A is still the difference shown."""
    change = of_seeds(by_seed(0.5, 0.6), by_seed(0.6, 0.7, 0.1), "higher", same_seeds=True)
    assert change.b.value - change.a.value == pytest.approx(change.difference)
    assert "2 common seeds of 2 and 3" in change.method


@pytest.mark.parametrize("same_seeds", [True, False])
def test_one_seed_has_a_difference_and_no_interval(same_seeds):
    """And so neither better nor worse."""
    change = of_seeds(by_seed(0.5), by_seed(0.4, 0.41), "higher", same_seeds=same_seeds)
    assert change.verdict == "no interval"
    assert math.isnan(change.low)
    assert change.difference < 0


@pytest.mark.parametrize(("better", "verdict"), [("higher", "worse"), ("lower", "better")])
def test_the_metric_says_what_is_better(better, verdict):
    """Less accuracy is worse, less time is better."""
    assert of_seeds(by_seed(1, 2, 3), by_seed(0, 1.01, 2), better, same_seeds=True).verdict == verdict


def test_equal_figures_are_unchanged():
    """Bit for bit, as after a run that was only copied."""
    assert of_seeds(by_seed(1, 2), by_seed(1, 2), "lower", same_seeds=True).verdict == "unchanged"


@pytest.mark.parametrize(("now", "verdict"), [(100, "unchanged"), (101, "changed"), (99, "changed")])
def test_counts_are_exact(now, verdict):
    """One element more is a change, and no verdict on its worth."""
    change = of_counts(Count(100), Count(now))
    assert (change.verdict, change.difference, change.low) == (verdict, now - 100, now - 100)


@pytest.mark.parametrize(
    ("b", "verdict"),
    [
        (Once(110, 108, 112), "better"),
        (Once(102, 100, 104), "indistinguishable"),
        (Once(90, 88, 92), "worse"),
    ],
)
def test_repeated_measurements_are_combined(b, verdict):
    """2 % more is within the noise of two measurements that are each good to 2 %, 10 % is not."""
    assert of_single(Once(100, 98, 102), b, "higher").verdict == verdict


def test_the_interval_of_a_ratio_by_hand():
    """Both good to a factor of 1.1: the ratio is good to 1.1 to the power of the square root of 2."""
    change = of_single(Once(100, 100 / 1.1, 110), Once(200, 200 / 1.1, 220), "higher")
    factor = 1.1 ** math.sqrt(2)
    assert (change.low, change.high) == pytest.approx((100 * (2 / factor - 1), 100 * (2 * factor - 1)))


@pytest.mark.parametrize("odd", [Once(5.0), Once(0, 0, 0), Once(1, 2, 3), Once(1, 1e-300, 1e308)])
def test_without_a_sound_interval_there_is_no_verdict(odd):
    """A record may say anything; nothing is made up from it, and nothing breaks."""
    assert of_single(Once(4.0, 3.9, 4.1), odd, "lower").verdict in ("no interval", "indistinguishable")


def costs(*values):
    """Costs by seed; a negative one was not reached when that much had been paid."""
    return Costs({seed: (abs(value), value > 0) for seed, value in enumerate(values)})


def test_costs_that_were_all_paid_are_compared_as_figures():
    """Means, paired by seed; less is better."""
    change = of_costs(costs(10, 11, 12), costs(8, 9.1, 10), same_seeds=True)
    assert (change.method, change.verdict) == ("paired by seed", "better")


def test_a_censored_cost_is_not_dropped():
    """Median and budget are shown; three seeds cannot tell, however clear they look."""
    change = of_costs(costs(10, 11, 12), costs(-20, -20, -20), same_seeds=True)
    assert change.verdict == "no interval"
    assert "too few" in change.method
    assert (change.b.value, change.b.reached, change.b.budget) == (math.inf, 0, 20)
    assert change.difference == math.inf


@pytest.mark.parametrize(
    ("b", "verdict"),
    [((-20,) * 6, "worse"), ((-20,) * 3 + (1,) * 3, "indistinguishable"), ((1,) * 5 + (-5,), "no interval")],
)
def test_a_sign_test_needs_six_seeds(b, verdict):
    """Six of six are enough at the level of 95 %; a seed that was stopped earlier says nothing."""
    assert of_costs(costs(*(10,) * 6), costs(*b), same_seeds=True).verdict == verdict


def test_a_diverged_seed_is_known_to_be_dearer():
    """However early it diverged; more epochs would not have helped it."""
    early = Costs(dict.fromkeys(range(6), (1, False)), diverged=frozenset(range(6)))
    change = of_costs(costs(*(10,) * 6), early, same_seeds=True)
    assert (change.verdict, change.b.budget) == ("worse", 1)


def test_a_median_exceeds_the_middle_budget():
    """One long trial says nothing of the two others."""
    assert of_costs(costs(1, 1, 1), costs(-5, -50, -6), same_seeds=True).b.budget == 6


def test_where_nobody_arrived_nothing_is_known():
    """Neither the difference nor its sign."""
    change = of_costs(costs(-20, -20), costs(-20, -20), same_seeds=True)
    assert math.isnan(change.difference)
    assert change.verdict == "no interval"


def test_censored_costs_of_other_seeds_are_not_tested():
    """Without pairs there is no sign test."""
    assert of_costs(costs(1, 1), costs(-2, -2), same_seeds=False).verdict == "no interval"
