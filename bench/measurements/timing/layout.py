"""In which layout images and weights of convolutions lie: measured, since networks differ."""

from __future__ import annotations

from dataclasses import replace

import torch

from bench.measurements.copies import copy_of
from bench.measurements.timing.contest import compete
from bench.measurements.timing.steps import Step, Workload, seconds_of
from bench.records import Layout
from bench.spec import Execution

LAYOUTS: dict[Layout, torch.memory_format] = {
    "channels_last": torch.channels_last,
    "contiguous": torch.contiguous_format,
}


def decide(
    workload: Workload, execution: Execution, batch_size: int, *, deterministic: bool = False
) -> tuple[Layout, dict[Layout, float] | None]:
    """Choose the layout of training steps; copies of the network are timed, it is not touched.

    Args:
        workload: The network as it was built.
        execution: Says "channels_last", "contiguous", or "auto", which measures.
        batch_size: Images per training step.
        deterministic: Measure nothing, since what wins by a hair may lose the next time.

    Returns:
        The layout; seconds per step of each with "auto".
    """
    if execution.memory_format != "auto":
        return execution.memory_format, None
    if deterministic:
        return "channels_last", None
    steps: dict[Layout, Step] = {}
    for layout in LAYOUTS:
        step = in_layout(replace(workload, model=copy_of(workload.model)), layout).step("train", batch_size)
        seconds_of(step, 1, workload.device)
        steps[layout] = step
    outcome = compete(steps, workload.device)
    return outcome.fastest, outcome.medians


def in_layout(workload: Workload, layout: Layout) -> Workload:
    """Lay the network's weights out so, and every batch that it will be given."""
    memory_format = LAYOUTS[layout]
    model = workload.model.to(memory_format=memory_format)
    return replace(workload, model=model, device=replace(workload.device, memory_format=memory_format))
