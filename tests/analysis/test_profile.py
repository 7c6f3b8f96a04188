"""Time beside arithmetic: worked by hand on the example's layers."""

from __future__ import annotations

import pytest
from factories import document, write_run

from bench.analysis.tables import load


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A run whose first seeds were profiled."""
    suite = document(measure={"profile": True}, recipe={"epochs": 2, "seeds": [0, 1]})
    return load(write_run(tmp_path_factory.mktemp("runs"), suite))


@pytest.fixture
def layers(tables):
    """The layers of one network, by name."""
    mine = tables.layer_times[tables.layer_times["label"] == "CNN"]
    return mine.set_index("layer")


def test_shares_of_time_and_of_arithmetic(layers):
    """All layers together take 9 ms; those that multiply have 1, 2, 3, 4 tenths of the MACs."""
    spent = [3.5, 1.5, 0.75, 1.5, 1.5, 0.25]
    assert list(layers["time_share"]) == pytest.approx([one / 9 for one in spent])
    assert list(layers["mac_share"].dropna()) == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-5)


def test_slowness_is_time_per_mac_against_the_average(layers):
    """3.5 of 8 ms for a tenth of the MACs: 4.4 times the average; a layer without MACs has none."""
    assert layers["slowness"]["body.0"] == pytest.approx((3.5 / 8) / 0.1, rel=1e-5)
    assert layers["slowness"]["body.3"] == pytest.approx((1.5 / 8) / 0.4, rel=1e-5)
    assert layers["slowness"][["norm", "(model)"]].isna().all()
    assert list(layers.index[layers["slow"]]) == ["body.0"]


def test_achieved_arithmetic_is_that_of_the_forward_pass(layers):
    """2 x MACs x images over its seconds."""
    assert layers["forward_flops_per_second"]["body.1"] == pytest.approx(
        2 * 2_800_000 * 128 / 0.5e-3, rel=1e-5
    )


def test_the_profilers_own_time_is_known(tables):
    """11 and 12 ms instead of 10."""
    row = tables.profiles.iloc[0]
    assert (row["overhead"], row["layer_overhead"]) == pytest.approx((0.1, 0.2))
    assert list(tables.profiles["label"]) == list(tables.labels)


def test_a_run_without_profile_has_empty_tables(tmp_path):
    """With the same columns."""
    tables = load(write_run(tmp_path, document(recipe={"epochs": 2})))
    for table in (tables.profiles, tables.profile_phases, tables.operators, tables.layer_times):
        assert len(table) == 0
        assert "label" in table.columns
