"""This suite, as its worker process runs a trial; timed from the progress that it reports."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path

from bench.execution.execute import execute
from bench.measurements.memory.allocator import keep_freed_memory
from bench.measurements.timing import decisions
from bench.plan import Trial
from bench.store import TrialStore
from peers.setting import Setting
from peers.stopwatch import Stopwatch


def train(setting: Setting, stopwatch: Stopwatch) -> float:
    """Run the trial with the defaults of a suite; the test accuracy after the last epoch."""
    return run(setting.trial(), setting, stopwatch)


def run(trial: Trial, setting: Setting, stopwatch: Stopwatch) -> float:
    """Run a trial; what it decides by measuring comes before the first step, and is not timed."""
    keep_freed_memory()  # the worker's first act
    seen = 0

    def report(event: dict[str, object]) -> None:
        nonlocal seen
        if event["kind"] == "step":
            done = int(str(event["seen"]))
            stopwatch.step(done - seen)
            seen = done
        elif event["kind"] == "epoch":
            stopwatch.pause()
            seen = 0

    with tempfile.TemporaryDirectory() as folder:
        root = Path(setting.data_root) if setting.data_root else None
        try:
            record = execute(trial, TrialStore(Path(folder)), data_root=root, report=report)
        finally:  # time may be up
            decided = Path(folder) / decisions.FILE
            if decided.exists():
                stopwatch.notes["decisions"] = json.loads(decided.read_text(encoding="utf-8"))
    return record.training.last.test_accuracy if record.training else math.nan
