"""A profiler trace of a few training steps for torch-tb-profiler, and its table of operators."""

from __future__ import annotations

from pathlib import Path

from torch.profiler import ProfilerActivity, profile, schedule, tensorboard_trace_handler

from bench.measurements.steps import Workload
from bench.measurements.subject import Subject

PROFILE_COLUMNS = ("operator", "calls", "self_milliseconds", "share")
"""Columns of profile.csv: time spent in the operator itself, per step, and its share of all operators."""

WAIT, WARM_UP, ACTIVE = 1, 2, 3
"""Steps that are skipped, traced but thrown away, and kept."""


def measure(subject: Subject) -> dict[str, object]:
    """Write profile.csv and the trace of a trial."""
    rows = trace(subject.workload, subject.trial.recipe.batch_size, subject.store.folder / "trace")
    subject.store.write_table("profile", PROFILE_COLUMNS, rows)
    return {}


def trace(workload: Workload, batch_size: int, folder: Path) -> list[dict[str, object]]:
    """Trace training steps into `folder`; returns the rows of profile.csv, the most expensive first.

    The model's weights change; measure after everything that needs them.
    """
    step = workload.step("train", batch_size)
    cuda = workload.device.handle.type == "cuda"
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if cuda else [])]
    with profile(
        activities=activities,
        schedule=schedule(wait=WAIT, warmup=WARM_UP, active=ACTIVE, repeat=1),
        on_trace_ready=tensorboard_trace_handler(str(folder), worker_name="bench"),
        record_shapes=True,
    ) as profiler:
        for _ in range(WAIT + WARM_UP + ACTIVE):
            step()
            workload.device.synchronize()
            profiler.step()
    events = [event for event in profiler.key_averages() if not event.key.startswith("ProfilerStep")]
    spent = {
        e.key: (e.self_device_time_total if cuda else e.self_cpu_time_total) / 1000 / ACTIVE for e in events
    }
    total = sum(spent.values()) or 1.0
    rows = [
        dict(
            zip(PROFILE_COLUMNS, (e.key, e.count // ACTIVE, spent[e.key], spent[e.key] / total), strict=True)
        )
        for e in events
        if spent[e.key] > 0
    ]
    return sorted(rows, key=lambda row: -spent[str(row["operator"])])
