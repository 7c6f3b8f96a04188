"""Pareto sets that respect intervals: nobody is removed by a lead that could be chance."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bench.analysis.pareto import pareto_table

COLUMNS = ["first", "second", "verdict"]


def front(costs, *verdicts):
    """Labels in the Pareto set, given the cost of each and verdicts on pairs of them."""
    summary = pd.DataFrame({"label": list(costs), "params": list(costs.values()), "timings_doubtful": 0})
    table = pareto_table(summary, pd.DataFrame(list(verdicts), columns=COLUMNS), ("params",))
    return list(table.loc[table["on_front"].astype(bool), "label"])


def test_dearer_and_surely_worse_is_out():
    """Another costs less and is more accurate beyond the interval."""
    assert front({"A": 1, "B": 2}, ("A", "B", "first")) == ["A"]


@pytest.mark.parametrize("verdict", ["indistinguishable", "unknown"])
def test_a_lead_that_could_be_chance_removes_nobody(verdict):
    """Neither where the interval contains zero nor where one seed has none."""
    assert front({"A": 1, "B": 2}, ("A", "B", verdict)) == ["A", "B"]


def test_more_accurate_at_a_higher_cost_is_in():
    """That is the trade the set is about, whichever of the pair is named first."""
    assert front({"A": 1, "B": 2}, ("A", "B", "second")) == ["A", "B"]


def test_the_same_cost_counts_as_no_more():
    """At equal cost the surely better one removes the other."""
    assert front({"A": 3, "B": 3}, ("B", "A", "first")) == ["B"]


def test_who_removes_is_named():
    """All of them; an architecture without this cost takes no part."""
    summary = pd.DataFrame({"label": list("ABCD"), "params": [1, 2, 3, math.nan], "timings_doubtful": 0})
    pairs = [("A", "C", "first"), ("C", "B", "second"), ("C", "D", "second")]
    table = pareto_table(summary, pd.DataFrame(pairs, columns=COLUMNS), ("params",)).set_index("label")
    assert list(table.index) == ["A", "B", "C"]
    assert table.loc["C", "dominated_by"] == "A, B"


def test_a_doubtful_time_is_marked_and_a_count_is_not():
    """Of the architecture whose timing it is."""
    summary = pd.DataFrame(
        {"label": ["A", "B"], "params": [1, 2], "train_seconds": [3.0, 4.0], "timings_doubtful": [1, 0]}
    )
    table = pareto_table(summary, pd.DataFrame([], columns=COLUMNS), ("params", "train_seconds"))
    assert list(table["doubtful"]) == [False, False, True, False]
