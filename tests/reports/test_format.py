"""How numbers look."""

from __future__ import annotations

import math

import pytest

from reports import format as show


def plain(text):
    """Text with ordinary spaces and minus signs."""
    return text.replace(show.NARROW, " ").replace(show.MINUS, "-")


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (show.percent, 0.73412, "73.41 %"),
        (show.percent, 1.0, "100.00 %"),
        (show.points, 0.0062, "+0.62"),
        (show.points, -0.0062, "-0.62"),
        (show.signed_percent, 0.004, "+0.4 %"),
        (show.count, 23528522, "23 528 522"),
        (show.count, 0, "0"),
        (show.si, 81578, "81.6 k"),
        (show.si, 14380000, "14.4 M"),
        (show.si, 999.6e3, "1.00 M"),
        (show.si, 4.536e13, "45.4 T"),
        (show.si, 512, "512"),
        (show.rate, 5160.4, "5 160"),
        (show.rate, 42.345, "42.3"),
        (show.seconds, 0.00834, "8.34 ms"),
        (show.seconds, 7.4249, "7.42 s"),
        (show.seconds, 83.4, "83.4 s"),
        (show.seconds, 119.7, "2 min 00 s"),
        (show.seconds, 7500, "2 h 05 min"),
        (show.milliseconds, 25.77, "25.8 ms"),
        (show.ratio, 7.4984, "7.5\u00d7"),
        (show.ratio, 1234.0, "1 234\u00d7"),
        (show.exact, 81578.0, "81578"),
        (show.exact, 0.734, "0.734"),
        (show.exact, math.inf, "inf"),
        (show.exact, math.nan, ""),
        (show.exact, None, ""),
    ],
)
def test_numbers(function, value, expected):
    """Rounded, with unit, digits in groups, a true minus."""
    assert plain(function(value)) == expected


@pytest.mark.parametrize(
    "function", [show.percent, show.points, show.count, show.si, show.rate, show.seconds, show.number]
)
@pytest.mark.parametrize("value", [math.nan, None])
def test_what_is_not_there_is_a_dash(function, value):
    """Never "nan", never "None"."""
    assert function(value) == show.ABSENT


def test_an_interval_is_half_its_width_in_points():
    """72.89 to 73.93 % is 73.41 with 0.52 to either side; one seed shows the mean alone."""
    assert plain(show.percent_interval(0.7341, 0.7289, 0.7393)) == "73.41 \u00b1 0.52 %"
    assert plain(show.percent_interval(0.7341, math.nan, math.nan)) == "73.41 %"
    assert plain(show.percent_range(0.7289, 0.7393)) == "72.89 to 73.93 %"
    assert plain(show.points_range(-0.01, 0.02)) == "-1.00 to +2.00"


def test_the_non_breaking_digits_stay_together():
    """Groups and units are joined by a narrow no-break space."""
    assert show.count(81578) == "81\u202f578"
    assert "\u2212" in show.points(-0.01)
