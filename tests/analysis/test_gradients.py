"""Gradients over depth: hand-worked small cases, and what becomes of a run's tables."""

import math

import pandas as pd
import pytest
from factories import architectures, document, write_run

from bench.analysis.gradients import signal_table, slope
from bench.analysis.tables import load

SUITE = document(architectures=architectures(2), claims=[], measure={"gradient_flow": True})


def gradients(norms, epoch=0):
    """One network whose layers have these norms, from the input on."""
    rows = [
        ("A", 0, "done", epoch, depth, f"l{depth}", norm, 1.0, norm) for depth, norm in enumerate(norms, 1)
    ]
    columns = ["label", "seed", "status", "epoch", "depth", "layer", "gradient_norm", "weight_norm", "ratio"]
    return pd.DataFrame(rows, columns=columns)


def signal(norms, rectified=()):
    columns = ["label", "seed", "epoch", "kind", "dead_units", "units"]
    activations = pd.DataFrame([("A", 0, 0, *call) for call in rectified], columns=columns)
    return signal_table(gradients(norms), activations).iloc[0]


@pytest.mark.parametrize(
    ("norms", "change", "spread"),
    [
        ([1, 1, 1, 9], 0, 0),  # preserved; the last is the classifier's
        ([0.01, 0.1, 1, 9], -2, 2),  # a decade lost at each layer on the way back
        ([100, 10, 1, 9], 2, 2),  # exploding
        ([1, 10, 1, 9], 0, 1),  # up and down again
        ([math.nan, 0.1, 1, 9], -1, 1),  # a frozen layer has no gradient to lose
        ([0.1, 0, 1, 9], -1, 1),  # behind a zero in a branch, and past it by the shortcut
        ([0, 0.1, 1, 9], -math.inf, 1),  # nothing arrives at the first layer
        ([math.nan, 0, 1, 9], -math.inf, 0),
        ([0, 0, 0, 9], math.nan, math.nan),  # nothing leaves the classifier, as at first where that is zero
        ([1, 9], math.nan, 0),  # one layer has no slope
    ],
)
def test_change_and_spread_in_decades(norms, change, spread):
    found = signal(norms)
    assert found.gradient_change == pytest.approx(change, abs=1e-12, nan_ok=True)
    assert found.gradient_spread == pytest.approx(spread, abs=1e-12, nan_ok=True)


def test_the_slope_is_that_of_least_squares():
    """(0, 1), (1, 3), (2, 2): the mean rise is a half."""
    assert slope([0, 1, 2], [1, 3, 2]) == pytest.approx(0.5)


def test_dead_units_are_summed_over_rectifiers():
    """Outputs of layers have none."""
    found = signal([1, 1, 1], [("rectified", 2, 16), ("output", math.nan, math.nan), ("rectified", 1, 32)])
    assert (found.dead_units, found.units) == (3, 48)


def test_a_network_without_rectifiers_has_no_dead_units():
    assert math.isnan(signal([1, 1, 1]).dead_units)


def test_a_run_gives_one_row_a_trial_and_epoch(tmp_path):
    """The second network of the example loses half a decade a layer."""
    tables = load(write_run(tmp_path, SUITE))
    epochs = SUITE["recipe"]["epochs"] + 1
    assert len(tables.signals) == epochs * len(tables.trials)
    means = tables.signals.groupby("label")["gradient_change"].mean()
    assert means["Network 0"] == pytest.approx(-0.4, abs=0.05)
    assert means["Network 1"] == pytest.approx(-2.0, abs=0.05)


def test_a_run_without_them_has_empty_tables(tmp_path):
    tables = load(write_run(tmp_path, document(architectures=architectures(2), claims=[])))
    for table in (tables.gradients, tables.signals, tables.first_steps, tables.landscape, tables.twins):
        assert not len(table)
