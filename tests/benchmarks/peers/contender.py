"""One contender in a process of its own: train as it does, and say how fast and how well."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import fresh_process
import torch

from bench.errors import BenchError
from bench.measurements.device import Device
from peers.setting import Setting
from peers.stopwatch import Stopwatch, TimeUpError

MODULES = {
    "per-image DataLoader": "peers.per_image",
    "torchvision recipe": "peers.torchvision_reference",
    "timm script": "peers.timm_script",
    "archbench": "peers.this_suite",
    "archbench tuned": "peers.tuned_suite",
}
"""Every contender, in the order of a round; the first is what the others are compared with."""
BASELINE, SUITE = "per-image DataLoader", "archbench"
OURS = (SUITE, "archbench tuned")


def measure(name: str, setting: Setting) -> dict[str, Any]:
    """Train as `name` does; images per second, accuracy (None where time was up), and the precision."""
    train: Callable[[Setting, Stopwatch], float] = import_module(MODULES[name]).train
    torch.set_num_threads(setting.threads)
    seconds = math.inf if setting.epochs else setting.seconds
    stopwatch = Stopwatch(warm_up=0 if setting.epochs else setting.warm_up, seconds=seconds)
    accuracy = None
    with contextlib.suppress(TimeUpError):
        accuracy = train(setting, stopwatch)
    return {
        "images_per_second": stopwatch.images_per_second,
        "images": stopwatch.images,
        "seconds": stopwatch.seconds,
        "test_accuracy": accuracy,
        "precision": precision(name, setting),
        **stopwatch.notes,
    }


def precision(name: str, setting: Setting) -> str:
    """Arithmetic of convolutions and matrix products."""
    if name in OURS:
        return str(Device.chosen(setting.trial().execution).precision).removeprefix("torch.")
    return "bfloat16" if setting.amp and name != BASELINE else "float32"


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Measure what the task says; where it cannot be measured, say why."""
    try:
        return measure(task["contender"], Setting(**task["setting"]))
    except ModuleNotFoundError as error:
        return {"missing": f"{error.name} is not installed"}
    except BenchError as error:
        return {"missing": str(error)}


if __name__ == "__main__":
    fresh_process.answer(answer)
