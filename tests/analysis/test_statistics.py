"""Intervals and paired differences, against scipy and against cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.statistics import mean_interval, paired_difference, seeds_needed


def test_worked_by_hand():
    """1, 2, 3: mean 2, standard deviation 1, t(0.975, 2) = 4.302653, half-width 4.302653 / sqrt(3)."""
    interval = mean_interval([1.0, 2.0, 3.0])
    assert interval.n == 3
    assert interval.mean == pytest.approx(2.0)
    assert interval.high - interval.mean == pytest.approx(4.3026527 / math.sqrt(3), rel=1e-7)
    assert interval.mean - interval.low == pytest.approx(interval.high - interval.mean)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12).filter(lambda values: np.std(values) > 1e-3))
def test_agrees_with_scipy(values):
    """The interval is scipy's Student-t interval."""
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    interval = mean_interval(values)
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-9, abs=1e-9)


def test_one_seed_has_no_interval():
    """A single value has no spread to judge by: the interval is absent, not of width zero."""
    interval = mean_interval([0.7])
    assert (interval.n, interval.mean) == (1, 0.7)
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_absent_values_do_not_count():
    """NaN is left out of the mean and of n; nothing at all has no mean."""
    assert mean_interval([1.0, math.nan, 3.0]).n == 2
    assert math.isnan(mean_interval([math.nan]).mean)


def test_equal_values_have_an_interval_of_width_zero():
    """Rounding noise in the mean of equal values does not count as spread."""
    interval = mean_interval([0.1, 0.1, 0.1])
    assert interval.low == interval.high == interval.mean


def test_differences_are_paired_by_seed():
    """Only seeds that both have count, and the interval is that of scipy's paired t-test."""
    first, second = {0: 0.74, 1: 0.75, 2: 0.77, 9: 0.1}, {2: 0.75, 0: 0.73, 1: 0.735, 5: 0.9}
    difference = paired_difference(first, second)
    test = stats.ttest_rel([0.74, 0.75, 0.77], [0.73, 0.735, 0.75])
    assert difference.n == 3
    assert difference.mean == pytest.approx(0.015)
    assert (difference.low, difference.high) == pytest.approx(tuple(test.confidence_interval()))
    assert difference.effect_size == pytest.approx(3.0)  # mean 0.015, standard deviation 0.005


def test_pairing_finds_what_seeds_hide():
    """A constant lead under a large spread between seeds is told apart when paired."""
    spread = {0: 0.60, 1: 0.70, 2: 0.80}
    ahead = {seed: value + 0.01 + 0.0001 * seed for seed, value in spread.items()}
    assert paired_difference(ahead, spread).verdict == "first"
    assert paired_difference(spread, ahead).verdict == "second"


def test_an_interval_with_zero_in_it_is_indistinguishable():
    """Where the seeds disagree about the winner, there is none."""
    assert paired_difference({0: 0.70, 1: 0.72}, {0: 0.71, 1: 0.70}).verdict == "indistinguishable"


def test_the_same_numbers_are_indistinguishable():
    """No difference at all has an interval of zero width that contains zero, and no effect size."""
    difference = paired_difference({0: 0.7, 1: 0.8}, {0: 0.7, 1: 0.8})
    assert difference.verdict == "indistinguishable"
    assert math.isnan(difference.effect_size)
    assert difference.seeds_needed is None


@pytest.mark.parametrize("second", [{0: 0.6}, {5: 0.6}, {}])
def test_fewer_than_two_common_seeds_tell_nothing(second):
    """One pair gives a difference without an interval; no pair gives nothing."""
    difference = paired_difference({0: 0.7, 1: 0.8}, second)
    assert difference.verdict == "unknown"
    assert math.isnan(difference.low)


@given(st.floats(0.01, 5), st.floats(0.1, 3))
def test_the_number_of_seeds_needed_is_the_smallest_that_resolves(mean, deviation):
    """At n the interval excludes zero, at n - 1 it does not."""
    needed = seeds_needed(mean, deviation)
    if needed is None:
        assert stats.t.ppf(0.975, 999) * deviation / math.sqrt(1000) >= mean
        return
    half = [stats.t.ppf(0.975, n - 1) * deviation / math.sqrt(n) for n in (needed, max(needed - 1, 2))]
    assert half[0] < mean
    assert needed == 2 or half[1] >= mean
