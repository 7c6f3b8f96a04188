"""What one training costs, in a process of its own: images per second, seconds an epoch, resident memory."""

from __future__ import annotations

import contextlib
import math
import re
import tempfile
from pathlib import Path
from typing import Any

import fresh_process
from peers.stopwatch import Stopwatch, TimeUpError

from bench.data import load
from bench.execution.execute import execute
from bench.measurements.memory.allocator import keep_freed_memory
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import TrialStore

STATUS = Path("/proc/self/status")


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Train `network` on `dataset` for `epochs`, or for `seconds` after `warm_up`.

    `dataset` and `execution` are the tables of a suite. Memory is in bytes: `peak`, the largest resident set;
    `anonymous`, what of it is at the end not a file's mapped pages, which the system takes back when it needs
    them; `cache`, the uint8 images trained and tested on.
    """
    keep_freed_memory()
    dataset = Dataset(validation="test", **task["dataset"])
    root = Path(task["data_root"]) if task.get("data_root") else None
    trial = Trial(
        label="scaling", architecture=task["network"], dataset=dataset,
        execution=Execution(**task["execution"]),
        recipe=Recipe(epochs=task.get("epochs", 100_000), seeds=(0,)),
    )  # fmt: skip
    stopwatch = Stopwatch(warm_up=task.get("warm_up", 0), seconds=task.get("seconds", math.inf))
    epochs: list[float] = []
    seen = 0

    def report(event: dict[str, Any]) -> None:
        nonlocal seen
        if event["kind"] == "epoch":
            epochs.append(event["train_seconds"])
            seen = 0
            stopwatch.pause()
        elif event["kind"] == "step":
            stopwatch.step(event["seen"] - seen)
            seen = event["seen"]

    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(TimeUpError):
        execute(trial, TrialStore(Path(folder)), data_root=root, report=report)
    resident = memory()
    arrays = load(dataset, data_root=root)
    return {
        "epoch_seconds": epochs[-1] if epochs else None,
        "images_per_second": stopwatch.images_per_second,
        "cache": arrays.train_images.nbytes + arrays.test_images.nbytes,
        **resident,
    }


def memory() -> dict[str, int | None]:
    """Bytes that are and were resident, where the system tells.

    The resource module's peak would include that of the parent process, which this one was forked from.
    """
    text = STATUS.read_text() if STATUS.exists() else ""
    lines = {"peak": "VmHWM", "anonymous": "RssAnon"}
    found = {name: re.search(rf"{key}:\s*(\d+) kB", text) for name, key in lines.items()}
    return {name: int(match[1]) * 1024 if match else None for name, match in found.items()}


if __name__ == "__main__":
    fresh_process.answer(measure)
