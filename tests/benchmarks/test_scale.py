"""Many trials: what the driver does for each, beside a stub that trains nothing."""

from __future__ import annotations

import pytest
from scale import stub

from bench.execution.drive import Watcher, drive
from bench.execution.local import LocalEngine
from bench.store import Run

TRIALS = 100


def test_the_driver_handles_stub_trials(tmp_path, benchmark):
    """Every one has its record and its table; milliseconds a trial are reported, not asserted."""
    run = Run.create(tmp_path, stub.describe(TRIALS), "# stub\n")
    with LocalEngine(None, stub.serve) as engine:
        benchmark.pedantic(lambda: drive(run, run.info.plan, engine, Watcher()), rounds=1, warmup_rounds=0)
    assert [record.status for record in run.records()] == ["done"] * TRIALS


@pytest.mark.parametrize("trials", [100, 1000])
def test_stub_trials_differ_by_seed_and_network(trials):
    """A hundred seeds of each network."""
    plan = stub.describe(trials).plan
    assert len({trial.id for trial in plan}) == min(trials, stub.SEEDS)
    assert len({(trial.label, trial.seed) for trial in plan}) == trials
