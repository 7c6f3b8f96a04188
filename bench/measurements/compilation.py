"""Whether torch.compile helps this network on this device: measured, since it may slow it down."""

from __future__ import annotations

import statistics
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn

from bench.measurements.steps import Step, Workload, seconds_of
from bench.spec import Execution

ROUNDS, STEPS = 5, 3
"""Eager and compiled steps are timed in alternation, so that other load on the machine hits both."""


def choose(
    workload: Workload, execution: Execution, batch_size: int
) -> tuple[nn.Module, dict[str, float] | None]:
    """The module to train with, which shares the model's weights, and the timings that decided it.

    Returns:
        The model itself or its compiled form; seconds per step of both with `compile = "auto"`.
    """
    if execution.compile == "off":
        return workload.model, None
    compiled: nn.Module = torch.compile(workload.model)  # type: ignore[assignment]
    if execution.compile == "on":
        return compiled, None
    state = deepcopy(workload.model.state_dict())
    steps: dict[str, Step] = {
        "eager": workload.step("train", batch_size),
        "compiled": replace(workload, model=compiled).step("train", batch_size),
    }
    for step in steps.values():
        seconds_of(step, STEPS, workload.device)  # compiles, allocates
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            times[name].append(seconds_of(step, STEPS, workload.device) / STEPS)
    workload.model.load_state_dict(state)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return (compiled if medians["compiled"] < medians["eager"] else workload.model), medians
