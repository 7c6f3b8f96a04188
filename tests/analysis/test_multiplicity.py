"""Holm's correction, by hand and by what it promises."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.analysis.multiplicity import holm


def test_worked_by_hand():
    """0.01 x 4; 0.02 x 3; 0.03 x 2, both 0.06; 0.5 x 1."""
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])


def test_one_comparison_stays_as_it_is():
    """Nothing to correct for."""
    assert holm([0.04]) == [0.04]


def test_never_above_one_and_never_out_of_order():
    """An adjusted p-value is a probability, and a smaller p-value keeps a smaller place."""
    assert holm([0.6, 0.5, 0.9]) == [1.0, 1.0, 1.0]


def test_a_pair_without_test_does_not_count():
    """Its NaN stays, and the others are adjusted for two, not for three."""
    adjusted = holm([0.01, math.nan, 0.04])
    assert math.isnan(adjusted[1])
    assert (adjusted[0], adjusted[2]) == pytest.approx((0.02, 0.04))


def test_any_false_finding_is_rare():
    """Of ten comparisons without a difference, one or more is found in 5 % of runs, not in 40 %."""
    p_values = np.random.default_rng(2).uniform(size=(20_000, 10))
    assert (p_values < 0.05).any(1).mean() > 0.35
    assert np.mean([min(holm(list(row))) < 0.05 for row in p_values]) == pytest.approx(0.05, abs=0.006)
