"""What a report costs: time and size grow in proportion to the trials, within a budget."""

from __future__ import annotations

import time

import pytest
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from reports import assets

SECONDS, DATA_BYTES = 5.0, 1_500_000
"""Processor time, and bytes beside plotly, for 60 trials of 150 epochs."""


def make(folder, networks):
    """A run with three seeds of each network and 150 epochs."""
    suite = document(architectures=architectures(networks), claims=[], recipe={"epochs": 150})
    return write_run(folder, suite)


def cost(run):
    """Processor seconds and bytes of a rendering; unlike wall time, they do not depend on other load."""
    before = time.process_time()
    page = reports.render(load(run))
    return time.process_time() - before, len(page.encode()) - len(assets.plotly()[0])


def test_sixty_trials_stay_within_the_budget(tmp_path, benchmark):
    """60 trials of 150 epochs: at most five seconds and 1.5 MB of data."""
    run = make(tmp_path, 20)
    spent, size = benchmark.pedantic(cost, args=(run,), rounds=1, warmup_rounds=1)
    assert spent < SECONDS
    assert size < DATA_BYTES


def test_time_and_size_grow_with_the_trials_and_no_faster(tmp_path):
    """From 15 to 60 trials, four times as many, the page costs at most about four times as much."""
    small, large = make(tmp_path / "small", 5), make(tmp_path / "large", 20)
    cost(small)  # imports, compiled templates and packed plotly are paid once
    (quick, little), (slow, much) = cost(small), cost(large)
    assert slow < 6 * quick
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
