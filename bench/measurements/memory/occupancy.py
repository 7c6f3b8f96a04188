"""Memory that a network takes with one batch: asked of a process that has done nothing else before."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import register_optimizer_step_post_hook

from bench import environment
from bench.measurements.construction import Geometry, constructor
from bench.measurements.device import Device
from bench.measurements.memory import allocator, resident_set
from bench.measurements.memory.exhaustion import is_exhaustion
from bench.measurements.timing.steps import Workload
from bench.plan import Trial

STEPS = 3
"""The second training step holds the state of the optimiser and the gradients of the first, beside all
activations; the third finds nothing new."""

SMALL_PAD = 1 << 20
"""Bytes that the allocator takes at a time; more would make a small budget coarse."""

WARM_UP_BATCH = 2
"""Batch norm cannot train on one image."""


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Answer a `Question`; whatever goes wrong in the network is the answer, too."""
    try:
        return _measure(question)
    except Exception as error:  # noqa: BLE001 - somebody else's network may raise anything
        if is_exhaustion(error):
            return {"exhausted": True}
        return {"reason": f"{type(error).__name__}: {str(error)[:500]}"}


def _measure(question: dict[str, Any]) -> dict[str, Any]:
    trial = Trial.model_validate(question["trial"])
    # The layout may have been chosen by measuring; a network takes other memory in another one.
    layout = torch.channels_last if question["channels_last"] else torch.contiguous_format
    device = replace(Device.chosen(trial.execution), memory_format=layout)
    device.prepare(
        deterministic=trial.recipe.deterministic,
        threads=trial.execution.threads or environment.usable_cores(),
    )
    if device.handle.type == "cuda":
        return _on_cuda(trial, device, question)
    if device.handle.type == "cpu" and resident_set.supported():
        return _on_cpu(trial, device, question)
    return {"reason": f"this system does not tell the peak memory of {device.handle.type!r}"}


def _on_cuda(trial: Trial, device: Device, question: dict[str, Any]) -> dict[str, Any]:
    if question["budget"] is not None:
        total = torch.cuda.mem_get_info(device.handle)[1]
        torch.cuda.set_per_process_memory_fraction(min(question["budget"] / total, 1.0), device.handle)
    torch.cuda.reset_peak_memory_stats(device.handle)
    workload = _workload(trial, device, question)
    parts = _run(workload, question)
    return {
        "peak_bytes": torch.cuda.max_memory_allocated(device.handle),
        "reserved_bytes": torch.cuda.max_memory_reserved(device.handle),
        "parts": parts,
    }


def _on_cpu(trial: Trial, device: Device, question: dict[str, Any]) -> dict[str, Any]:
    if question["allocator"] == "returning":
        allocator.return_freed_memory()
    else:
        allocator.keep_freed_memory(pad=SMALL_PAD)
    # Code, threads and caches of the libraries come into memory with the first step; they are not counted.
    _run(_workload(trial, device, question), {**question, "batch_size": WARM_UP_BATCH})
    gc.collect()
    allocator.release_freed_memory()
    if question["budget"] is not None:
        resident_set.limit_growth(question["budget"])
    before = resident_set.resident()
    resident_set.restart_peak()
    parts = _run(_workload(trial, device, question), question)
    return {"peak_bytes": max(resident_set.peak() - before, 0), "parts": parts}


def _workload(trial: Trial, device: Device, question: dict[str, Any]) -> Workload:
    """The network as it is trained, with other weights."""
    channels, height, width = question["shape"]
    geometry = Geometry(channels, height, question["classes"])
    model = device.hold(constructor(trial.architecture, trial.args, geometry)())
    if question["compiled"]:
        model = torch.compile(model)  # type: ignore[assignment]
    return Workload(model, trial.recipe, device, (channels, height, width), question["classes"])


def _run(workload: Workload, question: dict[str, Any]) -> dict[str, int]:
    """A few steps, as they are timed; returns the fields of `bench.records.MemoryParts`."""
    weights, parts = list(workload.model.parameters()), {"gradients": 0, "optimizer": 0}

    def look(optimizer: torch.optim.Optimizer, *_: object) -> None:
        # After an update all gradients are there; a step may drop them before it ends.
        parts["gradients"] = _bytes(weight.grad for weight in weights)
        parts["optimizer"] = _bytes(one for state in optimizer.state.values() for one in state.values())

    hook = register_optimizer_step_post_hook(look)
    try:
        step = workload.step(question["mode"], question["batch_size"])
        for _ in range(STEPS):
            step()
    finally:
        hook.remove()
    workload.device.synchronize()
    return parts | {
        "params": _bytes(weights),
        "buffers": _bytes(workload.model.buffers()),
        "inputs": question["batch_size"] * prod(workload.shape) * torch.float32.itemsize,
    }


def _bytes(values: Iterable[object]) -> int:
    tensors = (value for value in values if isinstance(value, Tensor))
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
