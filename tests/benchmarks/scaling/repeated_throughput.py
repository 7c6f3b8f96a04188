"""One throughput, measured twice in a row, in a process of its own."""

from __future__ import annotations

from typing import Any

import fresh_process
import torch

import architectures
from bench.measurements.device import Device
from bench.measurements.memory.allocator import keep_freed_memory
from bench.measurements.timing.steps import Workload
from bench.measurements.timing.throughput import time_workload
from bench.spec import Execution, Recipe, Throughput

SIDE, CLASSES, BATCH_SIZE = 32, 10, 128


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Images per second with the ends of its interval, of `network` in `mode`, as `first` and `second`."""
    keep_freed_memory()
    device = Device.chosen(Execution())
    torch.manual_seed(0)
    model = architectures.build(task["network"], num_classes=CLASSES, in_channels=3, image_size=SIDE)
    model = device.hold(model)
    workload = Workload(model, Recipe(), device, (3, SIDE, SIDE), CLASSES)
    wanted = Throughput(batch_sizes=(BATCH_SIZE,), modes=(task["mode"],), seconds=task["seconds"])
    runs = [time_workload(workload, wanted)[0][0] for _ in range(2)]
    return {
        name: [run.images_per_second, run.low, run.high]
        for name, run in zip(("first", "second"), runs, strict=True)
    }


if __name__ == "__main__":
    fresh_process.answer(measure)
