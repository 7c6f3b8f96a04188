"""The measurement: real training steps under torch.profiler, once as they are and once with named layers."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from torch.profiler import record_function

from bench.measurements.memory import allocator
from bench.measurements.profiling.layers import layer_rows, naming_layers
from bench.measurements.profiling.operators import operator_rows
from bench.measurements.profiling.phases import phase_rows
from bench.measurements.profiling.trace import Session, trace
from bench.measurements.subject import Subject
from bench.records import LAYER_TIME_COLUMNS, PROFILE_COLUMNS, PROFILE_PHASE_COLUMNS, ProfileFacts

FOLDER = "trace"
"""Below the folder of the trial; TensorBoard takes it for a run and the sessions for its workers."""


def measure(subject: Subject) -> dict[str, object]:
    """Write the traces, profile.csv, profile_phases.csv and layer_times.csv; the record's `profile` field.

    Training goes on while it is traced, so the weights change.
    """
    folder = subject.store.folder / FOLDER
    for earlier in folder.glob("*.pt.trace.json"):  # of an attempt that failed later on
        earlier.unlink()
    training = replace(subject.training, mark=record_function, after_backward=[])
    step = trace(training, Session("training-step", folder))
    # A compiled network has no layers left that could be timed, so layers are those of the eager one.
    eager = replace(training, step_model=training.model)
    with naming_layers(training.model) as names:
        layers = trace(eager, Session("layers", folder))
    allocator.release_freed_memory()  # the worker would keep what was reserved for tracing
    store = subject.store
    store.write_table("profile_phases", PROFILE_PHASE_COLUMNS, phase_rows(step))
    store.write_table("profile", PROFILE_COLUMNS, operator_rows(step))
    store.write_table("layer_times", LAYER_TIME_COLUMNS, layer_rows(layers, names))
    facts = ProfileFacts(
        batch_size=step.batch_size,
        steps=len(step.steps),
        clock="device" if step.on_device else "host",
        step_milliseconds=step.milliseconds,
        unprofiled_milliseconds=1000 * median(step.unprofiled_seconds),
        layers_milliseconds=layers.milliseconds,
        layers_compiled_away=training.step_model is not training.model,
    )
    return {"profile": facts}
