"""TensorBoard on a real run directory: its curves, and torch-tb-profiler's views of the traces, over HTTP."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

SUITE = """
title = "Traced"
[dataset]
name = "digits"
limit = 100
image_size = 16
[recipe]
epochs = 2
batch_size = 16
seeds = [0]
[execution]
device = "cpu"
precision = "float32" # autocast would call some operators twice
threads = 1
[[architectures]]
label = "Narrow"
name = "plain_cnn"
args = { width = 4 }
[[architectures]]
label = "Wide"
name = "plain_cnn"
args = { width = 8 }
[measure]
throughput = false
profile = true
"""

PATIENCE = 240
"""Seconds; starting takes ten on a quiet machine."""

GZIP = b"\x1f\x8b"
"""How compressed content begins; traces are sent so."""

PLUGIN = "data/plugin/pytorch_profiler"
STEP = "training-step"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two profiled architectures."""
    home = tmp_path_factory.mktemp("home")
    (home / "traced.toml").write_text(SUITE)
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "bench.cli", "run", "traced.toml"],
        cwd=home, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder,) = (home / "runs" / "traced").iterdir()
    return folder


@pytest.fixture(scope="module")
def ask(run, tmp_path_factory):
    """A function that asks TensorBoard for JSON; TensorBoard and all it started end with the tests."""
    log = tmp_path_factory.mktemp("tensorboard") / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", str(run), "--host", "127.0.0.1",
             "--port", "0", "--load_fast=false"],
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def get(route, **arguments):
        with urlopen(f"{address(log)}{route}?{urlencode(arguments)}", timeout=60) as answer:
            content = answer.read()
            return json.loads(gzip.decompress(content) if content.startswith(GZIP) else content)

    try:
        until(lambda: answered(get, server), server, log)
        yield get
    finally:
        # Loaders are children in the same group.
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def address(log):
    """Where it says that it serves, on a port that it found free."""
    said = re.search(r"http://\S+:\d+/", log.read_text())
    if said is None:
        raise URLError("not yet")
    return said[0]


def answered(get, server):
    """Whether the plug-in has loaded every run; false while it does not answer yet."""
    try:
        found = get(f"{PLUGIN}/runs")
    except (URLError, OSError):
        return False
    return len(found["runs"]) == 2 and not found["loading"]


def until(condition, server, log):
    """Wait for a condition, as long as the server lives."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.5)


@pytest.fixture(scope="module")
def runs(ask):
    """The plug-in's names of the runs."""
    return ask(f"{PLUGIN}/runs")["runs"]


def test_every_profiled_trial_is_a_run_that_says_which(runs):
    """By label and seed."""
    assert [name.split("/")[1].rsplit("-", 1)[0] for name in runs] == ["narrow-s0", "wide-s0"]


def test_runs_have_the_plug_ins_views(ask, runs):
    """Overview, operators and trace."""
    for name in runs:
        assert ask(f"{PLUGIN}/views", run=name) == ["Overview", "Operator", "Trace"]


def test_sessions_are_its_workers(ask, runs):
    """The step as it is, and the step with named layers; one time span each."""
    for name in runs:
        assert sorted(ask(f"{PLUGIN}/workers", run=name, view="Overview")) == ["layers", STEP]
        assert ask(f"{PLUGIN}/spans", run=name, worker=STEP) == ["1"]


def test_the_operator_table_holds_the_networks_operators(ask, runs):
    """As often as five steps call four convolutions, taking time."""
    for name in runs:
        table = ask(f"{PLUGIN}/operation/table", run=name, worker=STEP, span="1", group_by="Operation")
        found = {row["name"]: row for row in table["data"]}
        for operator in ("aten::conv2d", "aten::convolution_backward"):
            assert found[operator]["calls"] == 4 * 5
            assert found[operator]["host_total_duration"] > 0


def test_the_overview_shows_every_step(ask, runs):
    """Five. Its share of data stays 0: of the marks in a trace, version 0.4.3 reads those of steps only."""
    overview = ask(f"{PLUGIN}/overview", run=runs[0], worker=STEP, span="1")
    shares = {row["name"]: row["value"] for row in overview["performance"][0]["children"]}
    assert shares["CPU Exec"] > 0
    assert len(overview["steps"]["rows"]) == 5


def test_the_trace_shows_phases_and_layers(ask, runs):
    """By name, in what the trace viewer is given."""
    shown = ask(f"{PLUGIN}/trace", run=runs[1], worker="layers", span="1")["traceEvents"]
    named = {event.get("name") for event in shown}
    assert {"data", "forward", "backward", "optimizer", "layer body.0", "layer head"} <= named


def test_curves_are_scalars(ask, run):
    """Loss and accuracy of both trials, one value an epoch."""
    end = time.monotonic() + PATIENCE
    while len(tags := ask("data/plugin/scalars/tags")) < 2:  # read by another thread than the traces
        assert time.monotonic() < end
        time.sleep(0.5)
    assert sorted(tags) == sorted(f"trials/{path.name}" for path in (run / "trials").iterdir())
    for name, found in tags.items():
        assert {"loss/train", "accuracy/test", "learning_rate"} <= set(found)
        values = ask("data/plugin/scalars/scalars", run=name, tag="accuracy/test")
        assert [step for _, step, _ in values] == [1, 2]
