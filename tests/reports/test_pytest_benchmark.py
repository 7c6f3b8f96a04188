"""Timed rounds as pytest-benchmark writes them, and back."""

import json
import statistics
import sys

import pytest
from comparisons import certain, small
from factories import write_run
from pytest_benchmark.cli import main as pytest_benchmark
from pytest_benchmark.stats import Stats

from bench.analysis.comparison import read_side
from bench.analysis.imported import of_run, read, side_by_side
from bench.commands.report import report
from bench.errors import StoreError
from bench.records import CALL_COLUMNS, ROUND_COLUMNS
from reports.pytest_benchmark import statistics_of

ROUNDS = (0.024, 0.025, 0.0245, 0.031)
CALLS = tuple(0.001 + number * 1e-6 for number in range(100))


def keep_rounds(run):
    """What a measurement leaves beside the record of the first trial."""
    store = run.trial(run.info.plan[0])
    settings = [(mode, size) for mode in ("train", "inference") for size in (1, 128)]
    rows = [
        (mode, size, visit, 3, seconds) for mode, size in settings for visit, seconds in enumerate(ROUNDS, 1)
    ]
    store.write_table("rounds", ROUND_COLUMNS, (dict(zip(ROUND_COLUMNS, row, strict=True)) for row in rows))
    calls = (dict(zip(CALL_COLUMNS, row, strict=True)) for row in enumerate(CALLS, 1))
    store.write_table("latency_calls", CALL_COLUMNS, calls)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A run and its file."""
    run = write_run(tmp_path_factory.mktemp("runs"), small(), certain)
    keep_rounds(run)
    report(run.folder, format="pytest-benchmark")
    return run, run.folder / "pytest-benchmark.json"


def test_every_setting_is_a_benchmark_with_its_rounds(written):
    """Throughput by mode and batch size, and latency."""
    entries = {entry["name"]: entry for entry in json.loads(written[1].read_text())["benchmarks"]}
    assert list(entries) == [
        "train[Network 0-1]", "train[Network 0-128]", "inference[Network 0-1]", "inference[Network 0-128]",
        "latency[Network 0-1]",
    ]  # fmt: skip
    stats = entries["train[Network 0-128]"]["stats"]
    assert (stats["rounds"], stats["iterations"], stats["median"]) == (4, 3, statistics.median(ROUNDS))
    assert entries["latency[Network 0-1]"]["stats"]["rounds"] == len(CALLS)


def test_pytest_benchmark_compares_two_of_them(written, tmp_path, capsys, monkeypatch):
    """The tool's own command reads the file."""
    copies = [tmp_path / "0001_before.json", tmp_path / "0002_after.json"]
    for copy in copies:
        copy.write_bytes(written[1].read_bytes())
    asked = ["pytest-benchmark", "compare", *map(str, copies), "--group-by", "group"]
    monkeypatch.setattr(sys, "argv", [*asked, "--columns", "median,iqr,outliers,ops,rounds"])
    pytest_benchmark()
    shown = capsys.readouterr().out
    assert shown.count("train[Network 0-128]") == 2
    assert "benchmark 'latency, batch 1': 2 tests" in shown


@pytest.mark.parametrize("data", [(0.5,), (0.2, 0.1), ROUNDS, (*[0.1] * 9, 0.5)])
def test_statistics_are_those_of_pytest_benchmark(data):
    """Quartiles may be interpolated differently; everything else is the same."""
    theirs = Stats()
    for value in data:
        theirs.update(value)
    mine = statistics_of(data, 1)
    assert set(mine) == {*theirs.fields, "iterations"}
    for name in ("min", "max", "mean", "stddev", "rounds", "median", "ops", "total", "stddev_outliers"):
        assert mine[name] == pytest.approx(getattr(theirs, name)), name
    assert mine["min"] <= mine["ld15iqr"] <= mine["hd15iqr"] <= mine["max"]
    assert mine["q1"] <= mine["median"] <= mine["q3"]


def test_it_comes_back_as_what_it_was(written):
    """The same throughputs under the same conditions, so that every pair is comparable."""
    run, path = written
    lines = side_by_side(of_run(read_side(run)), read(path)).lines
    assert len(lines) == 5
    assert {(line.ratio, line.reasons) for line in lines} == {(1.0, ())}


def test_a_run_without_rounds_is_told(tmp_path):
    """As one of an earlier version."""
    run = write_run(tmp_path, small(), certain)
    with pytest.raises(StoreError, match=r"no timed rounds; .*--fresh"):
        report(run.folder, format="pytest-benchmark")


def test_a_damaged_table_is_told(tmp_path):
    run = write_run(tmp_path, small(), certain)
    keep_rounds(run)
    (run.trial(run.info.plan[0]).folder / "rounds.csv").write_text("mode,batch_size\ntrain,x\n")
    with pytest.raises(StoreError, match="damaged table of timed rounds"):
        report(run.folder, format="pytest-benchmark")
