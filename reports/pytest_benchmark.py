"""The timed rounds of a run as a file that `pytest-benchmark compare` reads."""

from __future__ import annotations

import json
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.analysis.comparison import Side, read_side
from bench.analysis.comparison.readings import Once, speeds
from bench.analysis.imported.own_run import conditions_of, subject_of
from bench.analysis.imported.pytest_benchmark import OURS
from bench.analysis.trials import Outcome
from bench.errors import StoreError
from bench.printable import printable
from bench.store import Run, TrialStore, write_atomically

FILE = "pytest-benchmark.json"


class Rounds(NamedTuple):
    """What was timed at one setting."""

    quantity: str
    """As `bench compare` calls it, for example "train_throughput"."""
    batch_size: int
    seconds: list[float]
    """Of one step or call, round by round."""
    iterations: int
    """Steps that were timed together in a round."""

    @property
    def name(self) -> str:
        """For people: "train", "inference" or "latency"."""
        return self.quantity.partition("_")[0]


def write_pytest_benchmark(run: Run) -> list[Path]:
    """pytest-benchmark.json: throughput and latency of every architecture, round by round.

    Raises:
        StoreError: No trial kept timed rounds.
    """
    side = read_side(run)
    benchmarks = [entry for outcome in side.outcomes for entry in _benchmarks(side, run, outcome)]
    if not benchmarks:
        raise StoreError(
            f"{run.folder}: no timed rounds; they are kept where [measure] throughput is asked for, and were "
            "not by earlier versions: run the suite again with --fresh"
        )
    environment = run.info.environment
    content = {
        "machine_info": _machine(environment),
        "commit_info": {
            "id": environment.get("git_revision"), "dirty": bool(environment.get("git_dirty")),
            "project": run.info.suite_name, "branch": "(unknown)", "time": None, "author_time": None,
        },
        "benchmarks": benchmarks,
        "datetime": run.info.created_at,
        "version": "5.0.0",
    }  # fmt: skip
    path = run.folder / FILE
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())
    return [path]


def _benchmarks(side: Side, run: Run, outcome: Outcome) -> Iterator[dict[str, Any]]:
    trial = outcome.trial
    if outcome.record is None:  # its rounds, if there are any, are those of an attempt that was given up
        return
    known, common = speeds(side, trial.label), conditions_of(side, trial.label)
    for one in rounds_of(run.trial(trial)):
        setting = None if one.name == "latency" else float(one.batch_size)
        reading = known.get((one.quantity, setting))
        if not isinstance(reading, Once):
            continue
        conditions = {**common, "batch size": str(one.batch_size)}
        param = printable(f"{trial.label}-{one.batch_size}")
        yield {
            "group": f"{one.name}, batch {one.batch_size}",
            "name": f"{one.name}[{param}]",
            "fullname": f"{side.info.suite_name}::{one.name}[{param}]",
            "params": {"architecture": trial.label, "batch_size": one.batch_size},
            "param": param,
            "extra_info": {
                OURS: {
                    "network": subject_of(trial),
                    "quantity": one.quantity,
                    "value": reading.value,
                    "conditions": conditions,
                    "doubts": [doubt.kind for doubt in reading.doubts],
                }
            },
            "options": {
                "disable_gc": False, "timer": "perf_counter", "min_rounds": len(one.seconds),
                "max_time": sum(one.seconds) * one.iterations, "min_time": 0.0, "warmup": True,
            },
            "stats": statistics_of(one.seconds, one.iterations),
        }  # fmt: skip


def rounds_of(store: TrialStore) -> Iterator[Rounds]:
    """What a trial kept of its timings; nothing where it was not timed, or by an earlier version.

    Raises:
        StoreError: A table cannot be read.
    """
    settings: dict[tuple[str, int], list[dict[str, str]]] = {}
    try:
        for row in store.read_table("rounds"):
            settings.setdefault((row["mode"], int(row["batch_size"])), []).append(row)
        for (mode, batch_size), rows in settings.items():
            seconds = [float(row["seconds"]) for row in rows]
            yield Rounds(f"{mode}_throughput", batch_size, seconds, int(rows[0]["steps"]))
        if calls := [float(row["seconds"]) for row in store.read_table("latency_calls")]:
            yield Rounds("latency_p50", 1, calls, 1)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{store.folder}: damaged table of timed rounds: {error}") from error


def statistics_of(seconds: Sequence[float], iterations: int) -> dict[str, Any]:
    """pytest-benchmark's figures of some rounds, with Tukey's fences for outliers.

    Args:
        seconds: Of one iteration, round by round; at least one.
        iterations: In a round.
    """
    data = sorted(seconds)
    mean, deviation = statistics.fmean(data), statistics.stdev(data) if len(data) > 1 else 0.0
    q1, q3 = _quartiles(data)
    reach = 1.5 * (q3 - q1)
    low, high = data[bisect_left(data, q1 - reach)], data[bisect_right(data, q3 + reach) - 1]
    beyond_deviation = sum(abs(value - mean) > deviation for value in data)
    beyond_fences = sum(not low <= value <= high for value in data)
    return {
        "min": data[0], "max": data[-1], "mean": mean, "stddev": deviation, "rounds": len(data),
        "median": statistics.median(data), "iqr": q3 - q1, "q1": q1, "q3": q3,
        "iqr_outliers": beyond_fences, "stddev_outliers": beyond_deviation,
        "outliers": f"{beyond_deviation};{beyond_fences}", "ld15iqr": low, "hd15iqr": high,
        "ops": 1 / mean if mean else 0.0, "total": sum(data), "iterations": iterations,
    }  # fmt: skip


def _quartiles(data: list[float]) -> tuple[float, float]:
    if len(data) == 1:
        return data[0], data[0]
    q1, _, q3 = statistics.quantiles(data, n=4, method="inclusive")
    return q1, q3


def _machine(environment: dict[str, Any]) -> dict[str, Any]:
    system, _, machine = str(environment.get("system", "")).partition(" ")
    return {
        "node": "", "processor": machine, "machine": machine, "system": system, "release": "",
        "python_compiler": "", "python_implementation": "CPython", "python_implementation_version": "",
        "python_version": str(environment.get("python", "")), "python_build": ["", ""],
        "cpu": {"brand_raw": str(environment.get("cpu", "")), "count": environment.get("cores")},
    }  # fmt: skip
