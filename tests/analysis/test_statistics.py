"""Intervals and paired differences, against scipy and against cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.statistics import hedges_correction, mean_interval, paired_difference


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
    assert difference.p_value == pytest.approx(test.pvalue)
    correction = 1 / math.sqrt(math.pi)  # gamma(1) / gamma(1/2) for two degrees of freedom
    assert difference.effect_size == pytest.approx(3.0 * correction)  # mean 0.015, standard deviation 0.005


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


@pytest.mark.parametrize("freedom", [2, 5, 30])
def test_hedges_correction_removes_the_bias(freedom):
    """The mean over many experiments of d_z, corrected, is the true effect; uncorrected it is too large."""
    rng = np.random.default_rng(0)
    values = rng.normal(1.0, 1.0, (200_000, freedom + 1))
    raw = (values.mean(1) / values.std(1, ddof=1)).mean()
    assert raw > 1.02
    assert hedges_correction(freedom) * raw == pytest.approx(1.0, abs=0.02)


def test_two_seeds_have_no_effect_size():
    """With one degree of freedom the bias is infinite; a number would say nothing."""
    difference = paired_difference({0: 0.7, 1: 0.8}, {0: 0.6, 1: 0.72})
    assert math.isnan(difference.effect_size)
    assert not math.isnan(difference.low)


@pytest.mark.parametrize("images", [50_000, 100_000])
def test_rounding_noise_of_what_is_subtracted_is_no_spread(images):
    """Always one image apart: decimals differ in their last bit, and their differences in many."""
    heights = [0.6151, 0.64726, 0.60176, 0.7, 0.123]
    difference = paired_difference(
        {seed: height + 1 / images for seed, height in enumerate(heights)}, dict(enumerate(heights))
    )
    assert (difference.low, difference.high) == (difference.mean, difference.mean)
    assert math.isnan(difference.effect_size)


def test_an_infinite_value_leaves_no_interval():
    difference = paired_difference({0: -math.inf, 1: 0.5}, {0: 0.1, 1: 0.2})
    assert (difference.n, difference.mean, difference.verdict) == (2, -math.inf, "unknown")


def test_a_constant_lead_is_certain():
    """No spread at all: p is 0, and two seeds are enough."""
    difference = paired_difference({0: 0.75, 1: 0.75}, {0: 0.5, 1: 0.5})
    assert (difference.verdict, difference.p_value, difference.seeds_needed) == ("first", 0.0, 2)
