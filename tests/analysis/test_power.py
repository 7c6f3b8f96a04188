"""Seeds needed to resolve a difference: against published tables, scipy's distributions, and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.power import MOST_SEEDS, POWER, power, seeds_needed


@pytest.mark.parametrize(("effect", "seeds"), [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_published_sample_sizes(effect, seeds):
    """Paired t-test, two-sided level 0.05, power 0.8: the sizes that Cohen's tables and G*Power give."""
    assert seeds_needed(effect, 1.0) == seeds


@pytest.mark.parametrize(("effect", "seeds"), [(1.0, 3), (0.7, 6), (0.4, 20)])
def test_power_by_brute_force(effect, seeds):
    """As often as scipy's own t-test finds the difference in simulated runs."""
    draws = np.random.default_rng(1).normal(effect, 1.0, (40_000, seeds))
    found = (stats.ttest_1samp(draws, 0.0, axis=1).pvalue < 0.05).mean()
    assert power(effect, seeds) == pytest.approx(found, abs=0.01)


@given(st.floats(0.01, 3), st.integers(2, 60))
def test_power_is_that_of_the_noncentral_t(effect, seeds):
    """Mass of the noncentral t distribution beyond both critical values."""
    critical, shift = stats.t.ppf(0.975, seeds - 1), effect * math.sqrt(seeds)
    above = stats.nct.sf(critical, seeds - 1, shift)
    below = np.nan_to_num(stats.nct.cdf(-critical, seeds - 1, shift))
    assert power(effect, seeds) == pytest.approx(above + below, abs=1e-9)


@given(st.floats(0.01, 5), st.floats(0.1, 3))
def test_it_is_the_smallest_number_with_that_power(mean, deviation):
    """At n the power suffices, at n - 1 it does not; beyond the limit none is named."""
    needed = seeds_needed(mean, deviation)
    if needed is None:
        assert power(mean / deviation, MOST_SEEDS) < POWER
        return
    assert power(mean / deviation, needed) >= POWER
    assert needed == 2 or power(mean / deviation, needed - 1) < POWER


@pytest.mark.parametrize("mean", [0.0, math.nan])
def test_no_difference_needs_no_number(mean):
    """No number of seeds finds what is not there."""
    assert seeds_needed(mean, 1.0) is None


def test_the_sign_does_not_matter():
    """Which architecture is named first is a matter of order."""
    assert seeds_needed(-0.5, 1.0) == seeds_needed(0.5, 1.0)
