"""`bench run` of a suite whose second trial starts from the checkpoint of its first."""

import json
import os
import subprocess
import sys

import pytest

SUITE = """
title = "Continued"
[dataset]
name = "digits"
limit = 300
image_size = 16
[recipe]
epochs = 2
batch_size = 32
schedule = "constant"
seeds = [0]
[[architectures]]
label = "First half"
name = "plain_cnn"
args = { width = 4 }
[[architectures]]
label = "Second half"
name = "plain_cnn"
args = { width = 4 }
recipe = { epochs = 4, init_from = { trial = "First half", keep = "training" } }
[[architectures]]
label = "At once"
name = "plain_cnn"
args = { width = 4 }
recipe = { epochs = 4 }
[measure]
throughput = false
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "continued.toml").write_text(SUITE)
    environment = {**os.environ, "BENCH_CACHE": str(tmp_path / "cache")}

    def bench(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "bench.cli", "run", "continued.toml", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    return bench


def records(folder):
    found = [json.loads(path.read_text()) for path in folder.glob("runs/*/*/trials/*/record.json")]
    return {record["trial"]["label"]: record for record in found}


def test_two_halves_make_the_whole(run, tmp_path):
    """The last epoch has the losses of a training that never stopped, and the record knows its origin."""
    assert run().returncode == 0
    found = records(tmp_path)
    ends = [found[label]["training"]["last"] for label in ("Second half", "At once")]
    assert [end["test_loss"] for end in ends] == [ends[0]["test_loss"]] * 2
    assert [end["epoch"] for end in ends] == [4, 4]
    start = found["Second half"]["initial"]
    assert (start["label"], start["trial_id"]) == ("First half", found["First half"]["trial_id"])
    assert found["At once"]["initial"] is None


def test_without_its_first_half_a_trial_fails_with_the_reason(run, tmp_path):
    """The other trials would still run; exit 4."""
    shown = run("--only", "Second half")
    assert shown.returncode == 4, shown.stderr
    assert "train 'First half' first" in records(tmp_path)["Second half"]["reason"]
