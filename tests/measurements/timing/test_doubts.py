"""Doubts: each limit, just below and just above."""

import pytest
from factories import certificate

from bench.measurements.timing.doubts import doubts


@pytest.mark.parametrize(
    ("kind", "below", "above"),
    [
        ("imprecise timing", {"spread": 0.24}, {"spread": 0.26}),
        ("unsteady timing", {"drift": -0.04}, {"drift": -0.06}),
        ("busy machine", {"cores": 4, "other_cores": 0.39}, {"cores": 4, "other_cores": 0.41}),
        ("busy host", {"cores": 4, "stolen_cores": 0.07}, {"cores": 4, "stolen_cores": 0.09}),
        ("CPU quota", {"quota_seconds": 0.009}, {"quota_seconds": 0.011}),
        ("CPU throttled", {"cpu_throttle_events": 0}, {"cpu_throttle_events": 1}),
        ("CPU clock changed", {"cpu_megahertz": (2000.0, 2190.0)}, {"cpu_megahertz": (2000.0, 1790.0)}),
        ("GPU clock changed", {"gpu_megahertz": (1000.0, 910.0)}, {"gpu_megahertz": (1000.0, 890.0)}),
        ("GPU throttled", {"gpu_slowdowns": ("power cap",)}, {"gpu_slowdowns": ("power brake",)}),
        ("shared GPU", {"gpu_other_processes": 0}, {"gpu_other_processes": 1}),
    ],
)
def test_each_limit(kind, below, above):
    """What lies within is no doubt, what lies beyond is exactly one."""
    assert doubts(certificate(**below), reach=None) == {}
    assert list(doubts(certificate(**above), reach=None)) == [kind]


def test_the_interval_counts_before_the_spread():
    """A wide interval is a doubt, and said once."""
    assert doubts(certificate(), reach=0.09) == {}
    assert doubts(certificate(spread=0.5), reach=0.11) == {
        "imprecise timing": "interval reaches 11% from the median"
    }
    assert "more than 100%" in doubts(certificate(), reach=5e6)["imprecise timing"]


def test_what_cannot_be_read_is_no_doubt():
    """It is named as unreadable instead."""
    unknown = dict.fromkeys(("drift", "other_cores", "stolen_cores", "quota_seconds", "load_average"))
    assert doubts(certificate(**unknown), reach=None) == {}


def test_a_verdict_follows_from_the_doubts():
    """Good without any."""
    assert certificate().verdict == "good"
    assert certificate(doubts={"busy machine": "x"}).verdict == "doubtful"
