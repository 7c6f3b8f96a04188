"""`bench run` of a suite that grew: what another run has finished is taken over."""

import json
import os
import subprocess
import sys

import pytest

SUITE = """
title = "Growing"
[dataset]
name = "digits"
limit = 200
image_size = 16
[recipe]
epochs = 1
batch_size = 32
seeds = [0]
[[architectures]]
label = "Small"
name = "plain_cnn"
args = { width = 4 }
[measure]
throughput = false
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A working directory in which the suite has run with one seed."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "growing.toml").write_text(SUITE)
    assert "taken" not in bench(folder)
    return folder


def bench(folder, *arguments):
    environment = {**os.environ, "BENCH_CACHE": str(folder / "cache"), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.cli", "run", "growing.toml", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def started(folder):
    """When each trial began, and where."""
    found = sorted(folder.glob("runs/growing/*/trials/*/record.json"))
    return {path.parent: json.loads(path.read_text())["started_at"] for path in found}


def test_a_second_seed_trains_only_itself(home):
    """The plan says so, the run does so, the log knows; --fresh trains all; a third seed takes both."""
    (first,) = started(home)
    two = ("--set", "recipe.seeds=[0,1]")
    plan = bench(home, *two, "--dry-run")
    assert "note: 1 trial is taken from run " + first.parents[1].name in plan
    assert "1 finished before and left out" in plan
    assert list(started(home)) == [first]

    shown = bench(home, *two)
    assert "note: 1 trial is taken from run " + first.parents[1].name in shown
    assert "Small seed 0  done before, kept" in shown
    assert "Small seed 0  epoch" not in shown
    assert "Small seed 1  epoch 1/1" in shown
    (again,) = [place for place in started(home) if place.name == first.name and place != first]
    assert started(home)[again] == started(home)[first]
    log = [json.loads(line) for line in (again.parents[1] / "bench.log").read_text().splitlines()]
    assert f"trial taken from run {first.parents[1].name}" in [entry["message"] for entry in log]
    assert "taken from another run" in (again.parents[1] / "report.html").read_text(encoding="utf-8")

    assert "2 trials are taken from run" in bench(home, "--set", "recipe.seeds=[0,1,2]")
    fresh = bench(home, *two, "--fresh")
    assert "taken" not in fresh
    assert "Small seed 0  epoch 1/1" in fresh
