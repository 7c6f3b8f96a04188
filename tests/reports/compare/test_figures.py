"""How the figures of a comparison are written."""

from __future__ import annotations

import math

import pytest
from comparisons import compared, row

from bench.analysis.comparison.changes import Estimate
from reports.compare import figures


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("fraction", -0.005, "\u22120.50\u202fpt"),
        ("fraction", 0.0, "0.00\u202fpt"),
        ("count", 1234, "+1\u202f234"),
        ("count", 0, "0"),
        ("seconds", -0.25, "\u2212250\u202fms"),
        ("images/s", 1234.0, "+1\u202f234"),
        ("bytes", -2_000_000, "\u22122.00\u202fMB"),
        ("epochs", math.inf, "later than the budget"),
        ("epochs", math.nan, "\u2013"),
    ],
)
def test_a_difference_has_a_sign_and_a_unit(unit, value, text):
    """A true minus, points for fractions, and nothing where nothing is known."""
    assert figures.difference(unit, value) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.71, 0.70, 0.72, 3), "71.00 \u00b1 1.00\u202f%"),
        (Estimate(0.71, n=1), "71.00\u202f%"),
        (Estimate(math.inf, n=3, reached=1, budget=0.5), "> 50.00\u202f% (1 of 3)"),
        (Estimate(0.4, n=3, reached=2, budget=0.5), "40.00\u202f% (2 of 3)"),
    ],
)
def test_an_estimate_says_how_far_it_goes(estimate, text):
    """An interval for several seeds, none for one, the budget for those that never arrived."""
    assert figures.estimate("fraction", estimate) == text


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("params", "Params"),
        ("train_throughput@128", "Training images/s, batch 128"),
        ("epochs_to_target@0.3", "Training epochs to 30\u202f%"),
    ],
)
def test_a_title_names_the_setting(name, title):
    """Batch sizes and targets."""
    assert figures.title(row(compared(), name)) == title
