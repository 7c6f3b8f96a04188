"""Where the time of a training step goes: data, forward, backward, optimiser, on the trial's own batches.

The device is awaited, or marked with events, between the phases. That costs time, so this is a measurement of
its own, and the unsplit step stays the figure of throughput.
"""

from __future__ import annotations

import itertools
import statistics
import time
from contextlib import closing

import torch

from bench.data.batches import Batches, shuffled
from bench.measurements.device import Device
from bench.measurements.subject import Subject
from bench.measurements.timing.steps import TrainingParts
from bench.measurements.timing.validity import Watch, drift
from bench.measurements.training.loop import Training
from bench.records import PhaseFacts

PHASES = ("data", "forward", "backward", "optimiser")

WARM_UP, FEWEST_STEPS, MOST_STEPS = 2, 5, 100
"""Steps; the first allocate, compile for a new batch size, and choose kernels."""

SHARE_OF_SECONDS = 0.5
"""Of `measure.throughput.seconds`: medians of shares need less time than a rate."""


class Stopwatch:
    """Times what happens between marks: by events on CUDA, else by the clock of a device that was awaited."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._cuda = device.handle.type == "cuda"
        self.clock = "CUDA events" if self._cuda else "time.perf_counter"
        self._events: list[torch.cuda.Event] = []
        self._times: list[float] = []

    def mark(self) -> None:
        """The end of one phase and the beginning of the next."""
        if self._cuda:
            event = torch.cuda.Event(enable_timing=True)
            event.record(torch.cuda.current_stream(self._device.handle))
            self._events.append(event)
            return
        self._device.synchronize()
        self._times.append(time.perf_counter())

    def read(self) -> list[float]:
        """Seconds between the marks; forgets them."""
        self._device.synchronize()
        seconds = [start.elapsed_time(end) / 1000 for start, end in itertools.pairwise(self._events)]
        seconds += [end - start for start, end in itertools.pairwise(self._times)]
        self._events, self._times = [], []
        return seconds


def measure(subject: Subject) -> dict[str, object]:
    """The `phases` field of a trial's record."""
    assert subject.trial.throughput is not None
    parts = subject.workload.training_parts()
    return {"phases": time_phases(subject.training, parts, subject.trial.throughput.seconds)}


def time_phases(training: Training, parts: TrainingParts, seconds: float) -> PhaseFacts:
    """Time the phases of training steps; the model's weights change.

    Args:
        training: Whose data, batch size and augmentation are used.
        parts: What a step consists of.
        seconds: Stop after half of that, or after a hundred steps.
    """
    stopwatch, watch, steps = Stopwatch(training.device), Watch(training.device), list[list[float]]()
    with closing(_batches(training)) as batches:
        for _ in range(WARM_UP):
            _step(parts, batches, stopwatch)
        end = time.perf_counter() + seconds * SHARE_OF_SECONDS
        with watch:
            while len(steps) < FEWEST_STEPS or (len(steps) < MOST_STEPS and time.perf_counter() < end):
                steps.append(_step(parts, batches, stopwatch))
    totals = [sum(step) for step in steps]
    medians = [statistics.median(column) for column in zip(*steps, strict=True)]
    certificate = watch.certificate(totals, drift=drift(totals), clock=stopwatch.clock)
    assert certificate is not None
    return PhaseFacts(
        batch_size=min(training.trial.recipe.batch_size, len(training.train)),
        steps=len(steps),
        data_milliseconds=1000 * medians[0],
        forward_milliseconds=1000 * medians[1],
        backward_milliseconds=1000 * medians[2],
        optimiser_milliseconds=1000 * medians[3],
        certificate=certificate,
    )


def _step(parts: TrainingParts, batches: Batches, stopwatch: Stopwatch) -> list[float]:
    """Seconds of data, forward, backward, optimiser."""
    stopwatch.mark()
    inputs, labels = next(batches)
    stopwatch.mark()
    loss = parts.forward(inputs, labels)
    stopwatch.mark()
    parts.backward(loss)
    stopwatch.mark()
    parts.update()
    stopwatch.mark()
    return stopwatch.read()


def _batches(training: Training) -> Batches:
    """Full batches of the training set without end, augmented as in training."""
    recipe = training.trial.recipe
    full = min(recipe.batch_size, len(training.train))
    for epoch in itertools.count(1):
        one_epoch = shuffled(training.train, training.pipeline, recipe, seed=training.trial.seed, epoch=epoch)
        with closing(one_epoch) as batches:  # whatever happens, nothing reads ahead any more
            yield from (batch for batch in batches if len(batch[1]) == full)
