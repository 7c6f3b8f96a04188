"""The interval of a repeated measurement: worked by hand, and held by simulated second measurements."""

import math

import numpy as np
import pytest

from bench.measurements.timing.repeatability import repeat_interval


def test_two_visits_by_hand():
    """t(0.975, 1) = 12.7062, s = ln 1.1 / sqrt 2, n = 2: the reach is t s sqrt(pi / 2) on the logarithm."""
    median, low, high = repeat_interval([[1.0], [1.1]])
    reach = 12.7062 * math.log(1.1) / math.sqrt(2) * math.sqrt(math.pi / 2)
    assert median == pytest.approx(1.05)
    assert (low, high) == pytest.approx((1.05 * math.exp(-reach), 1.05 * math.exp(reach)), rel=1e-4)


def test_the_median_is_that_of_all_blocks():
    """One slow visit moves the interval, not the median."""
    median, low, high = repeat_interval([[1.0, 1.1], [1.0, 1.2], [5.0, 6.0]])
    assert median == pytest.approx(1.15)
    assert low > 0
    assert high > 6


def test_equal_visits_leave_no_doubt():
    """Without scatter the interval is a point."""
    assert repeat_interval([[2.0, 2.0]] * 5) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("visits", [3, 5])
@pytest.mark.parametrize("tail", [0.0, 0.2])
def test_a_second_measurement_lies_inside_often_enough(visits, tail):
    """At least 95 % of pairs, with visits that differ more than blocks do, and with slow outliers as well."""
    rng = np.random.default_rng(0)

    def measured():
        states = 1 + 0.03 * rng.standard_normal((visits, 1)) + tail * rng.exponential(size=(visits, 1))
        return (states * (1 + 0.01 * rng.standard_normal((visits, 4)))).tolist()

    hits = 0
    for _ in range(1000):
        _, low, high = repeat_interval(measured())
        hits += low <= repeat_interval(measured())[0] <= high
    assert hits / 1000 >= 0.94
