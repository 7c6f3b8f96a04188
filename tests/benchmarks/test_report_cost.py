"""What a report costs: seconds, which are reported, and bytes, which keep to a budget."""

from __future__ import annotations

import pytest
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from reports import assets

DATA_BYTES = 1_500_000
"""Bytes beside plotly, records included, for 60 trials of 150 epochs."""


def make(folder, networks):
    """A run with three seeds of each network and 150 epochs."""
    suite = document(architectures=architectures(networks), claims=[], recipe={"epochs": 150})
    return write_run(folder, suite)


def data_bytes(page):
    """What a report holds beside plotly."""
    return len(page.encode()) - len(assets.plotly()[0])


def test_sixty_trials_stay_within_the_budget(tmp_path, benchmark):
    """60 trials of 150 epochs: at most 1.5 MB of data; the seconds (aim: 5) are reported, not asserted."""
    run = make(tmp_path, 20)
    page = benchmark.pedantic(lambda: reports.report(run), rounds=3, warmup_rounds=1)
    benchmark.extra_info["data_bytes"] = data_bytes(page)
    assert data_bytes(page) < DATA_BYTES


@pytest.mark.parametrize("networks", [5, 10, 20])
def test_rendering(benchmark, tmp_path, networks):
    """15, 30 and 60 trials; the median should grow no faster than they do."""
    run = make(tmp_path, networks)
    page = benchmark.pedantic(lambda: reports.report(run), rounds=3, warmup_rounds=1)
    benchmark.extra_info |= {"trials": 3 * networks, "data_bytes": data_bytes(page)}
    assert "Network 0" in page


def test_the_page_grows_with_the_trials_and_no_faster(tmp_path):
    """From 15 to 60 trials, four times as many, it holds about four times as much."""
    little, much = (
        data_bytes(reports.report(make(tmp_path / str(networks), networks))) for networks in (5, 20)
    )
    assert 2 < much / little < 4.5


@pytest.mark.parametrize("networks", [1, 2])
def test_curves_are_stored_once(tmp_path, networks):
    """Switching the axis of a figure repeats no numbers: each column of each architecture is there once."""
    tables = load(make(tmp_path, networks))
    from reports.figures.curves import learning_curves
    from reports.sections.ranking import suite_looks

    spec = learning_curves(tables, suite_looks(tables))
    axes, lines = 3, 6 * 3
    assert len(spec["columns"]) == networks * (axes + lines)
