"""A suite under torchrun: two processes train each network together, whatever happens to one of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from bench.execution.execute import execute
from bench.store import CHECKPOINT_FILE, Run, TrialStore

SUPPORT = Path(__file__).parents[2] / "support"
SUITE = """
title = "Together"
[dataset]
name = "digits"
limit = 90
validation = 0.2
[recipe]
epochs = 3
batch_size = 25
optimizer = { name = "sgd", lr = 0.05 }
augment = ["crop"]
seeds = [0]
[execution]
device = "cpu"
precision = "float32"
threads = 1
[measure]
throughput = false
memory = false
"""
LABELS = ("Killed", "Raises", "Small")


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The finished run, and what torchrun's processes said."""
    folder = tmp_path_factory.mktemp("torchrun")
    tables = (
        f'[[architectures]]\nlabel = "{label}"\nname = "torchrun_networks:{label.lower()}"'
        for label in LABELS
    )
    (folder / "suite.toml").write_text("\n".join([SUITE, *tables]))
    command = (
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        "--max-restarts", "1", "-m", "bench", "run", "suite.toml",
    )  # fmt: skip
    path = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    said = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    runs = list((folder / "runs").glob("suite/*"))
    assert len(runs) == 1, said.stderr
    return Run.open(runs[0]), said


def record(together, label):
    return {record.trial.label: record for record in together[0].records()}[label]


def test_a_killed_process_costs_an_epoch_at_most(together):
    """Torchrun starts all anew, and the trial goes on from its checkpoint: one row an epoch."""
    killed = record(together, "Killed")
    assert (killed.status, killed.training.resumed, killed.distribution.restarts) == ("done", 1, 1)
    rows = together[0].trial(killed.trial).read_table("epochs")
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]


def test_weights_are_those_of_one_process(together, tmp_path):
    """With the same batches, whether or not a process was killed on the way."""
    for label in ("Killed", "Small"):
        trial = record(together, label).trial
        store = TrialStore(tmp_path / label)
        execute(trial, store, data_root=None, report=lambda _: None)
        alone, found = (
            torch.load(where / CHECKPOINT_FILE, weights_only=True)["model"]
            for where in (store.folder, together[0].trial(trial).folder)
        )
        for name, weight in alone.items():
            torch.testing.assert_close(found[name], weight, rtol=1e-4, atol=1e-6)


def test_a_failure_of_any_process_fails_the_trial_alone(together):
    """The reason names the process; none waits for it, and the trials after it are run."""
    failed = record(together, "Raises")
    assert failed.status == "failed"
    assert failed.reason.startswith("rank 1: ValueError: only here")
    assert record(together, "Small").status == "done"
    assert "exitcode  : 4" in together[1].stderr


def test_the_record_says_who_trained(together):
    """How many, at which batch each, and what batch norm saw."""
    facts = record(together, "Small").distribution
    assert (facts.world_size, facts.backend, facts.nodes) == (2, "gloo", 1)
    assert (facts.global_batch_size, facts.device_batch_sizes) == (25, (13, 12))
    assert (facts.batch_norm, facts.epochs_by_world_size) == ("none", {2: 3})


def test_only_the_first_process_speaks(together):
    """Every line of progress once; the log of another lies beside that of the first."""
    lines = [line for line in together[1].stdout.splitlines() if "Small seed 0  epoch" in line]
    assert len(lines) == 3
    folder = together[0].trial(record(together, "Raises").trial).folder
    assert "only here" in (folder / "log-rank1.txt").read_text("utf-8")
