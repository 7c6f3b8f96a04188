"""Run training steps under torch.profiler, write the trace, and give its events a shape to work with."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile, schedule, tensorboard_trace_handler

from bench.data.batches import Batches
from bench.measurements.memory import allocator, resident_set
from bench.measurements.training.loop import Training
from bench.measurements.training.optimisation import make_optimizer
from bench.store.atomic import make_folder, writing

STEP = "ProfilerStep"
"""How torch names its own mark around a step."""

UNPROFILED, WARM_UP, ACTIVE = 4, 1, 5
"""Steps that run without the profiler, of which all but the first are timed; that are traced but thrown away,
since the first traced step pays for setting up; and that are kept."""

RESERVE = 1536 << 20
"""Bytes, at most, that are there for the tensors of traced steps; see `_make_room`."""


@dataclass(frozen=True)
class Session:
    """What a trace is called, and where it is written."""

    name: str
    """The worker in TensorBoard."""
    folder: Path


@dataclass(frozen=True)
class Interval:
    """A stretch of the host's clock, in microseconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Microseconds."""
        return self.end - self.start

    def holds(self, event: FunctionEvent) -> bool:
        """Whether an event began in it. On a device, what the host launches here may run later."""
        return self.start <= float(event.time_range.start) < self.end


@dataclass(frozen=True)
class Trace:
    """The events of some training steps."""

    events: list[FunctionEvent]
    """What the host did; work on a device belongs to the event that launched it. In order of their start."""
    steps: list[Interval]
    """Each ends when the device has finished."""
    on_device: bool
    """Whether times are those of an accelerator's kernels, and not of the host."""
    batch_size: int
    unprofiled_seconds: tuple[float, ...]
    """Of steps just before, without the profiler."""

    @property
    def milliseconds(self) -> float:
        """Median time of a step."""
        return median(step.duration for step in self.steps) / 1000

    def cost(self, event: FunctionEvent) -> float:
        """Microseconds that an event took, with all it called."""
        return float(event.device_time_total if self.on_device else event.cpu_time_total)

    def self_cost(self, event: FunctionEvent) -> float:
        """Microseconds that an event took itself."""
        return float(event.self_device_time_total if self.on_device else event.self_cpu_time_total)

    @cached_property
    def outermost(self) -> list[FunctionEvent]:
        """Operators that no other operator called; together they are all the work, each counted once."""
        return [
            event
            for event in self.events
            if not event.is_user_annotation and all(above.is_user_annotation for above in ancestors(event))
        ]

    def step_of(self, event: FunctionEvent) -> int | None:
        """The step in which an event began, counted from 0."""
        return next((number for number, step in enumerate(self.steps) if step.holds(event)), None)


def ancestors(event: FunctionEvent) -> Iterator[FunctionEvent]:
    """Whatever the event happened in, innermost first."""
    above = event.cpu_parent
    while above is not None:
        yield above
        above = above.cpu_parent


def trace(training: Training, session: Session) -> Trace:
    """Train on real batches under the profiler; writes `<session>.<time>.pt.trace.json`."""
    on_device = training.device.handle.type == "cuda"
    kinds = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_device else [])]
    with writing(session.folder):
        make_folder(session.folder)
    optimizer = make_optimizer(training.model, training.trial.recipe, training.device.handle)
    training.step_model.train()
    if not on_device:
        _make_room()
    seconds, size = [], 0
    with (
        closing(_complete_batches(training)) as batches,
        profile(
            activities=kinds,
            schedule=schedule(wait=UNPROFILED, warmup=WARM_UP, active=ACTIVE, repeat=1),
            on_trace_ready=tensorboard_trace_handler(str(session.folder), worker_name=session.name),
            record_shapes=True,
        ) as profiler,
    ):
        for _ in range(UNPROFILED + WARM_UP + ACTIVE):
            started = time.perf_counter()
            inputs, labels = next(batches)
            training.step(inputs, labels, optimizer)
            training.device.synchronize()
            seconds.append(time.perf_counter() - started)
            size = len(labels)
            profiler.step()
    return collect(profiler.events() or [], on_device, size, tuple(seconds[1:UNPROFILED]))


def _make_room() -> None:
    """Have memory at hand for what the profiler's notes make unusable.

    They are written between tensors, so that the gap which a tensor leaves is too small for the next of its
    size. Each step took new pages then, and their faults were timed as operators: VGG's took 680 ms, not 310.
    """
    free = resident_set.available()
    if free is not None:
        allocator.reserve(min(RESERVE, resident_set.resident(), free // 4))


def collect(
    events: list[FunctionEvent], on_device: bool, batch_size: int, unprofiled_seconds: tuple[float, ...]
) -> Trace:
    """Take the host's events, and find the steps among them.

    Raises:
        RuntimeError: On a device, no kernel was recorded, and so no time.
    """
    # A device has events of its own, kernels and copies of the marks; the host's events know their kernels.
    host = [event for event in events if event.device_type.name == "CPU" and not event.is_async]
    host.sort(key=lambda event: event.time_range.start)
    steps = [
        Interval(event.time_range.start, event.time_range.end)
        for event in host
        if event.name.startswith(STEP)
    ]
    found = Trace(host, steps, on_device, batch_size, unprofiled_seconds)
    if on_device and not any(found.cost(event) for event in host):
        raise RuntimeError("the profiler saw no work of the device; this user or machine may not let it")
    return found


def _complete_batches(training: Training) -> Batches:
    """Batches of epochs after the last, as many as are wanted; all of the same size."""
    size = min(training.trial.recipe.batch_size, len(training.train))
    for epoch in itertools.count(training.trial.recipe.epochs + 1):
        with closing(training.batches(epoch)) as batches:
            for inputs, labels in batches:
                if len(labels) == size:
                    yield inputs, labels
