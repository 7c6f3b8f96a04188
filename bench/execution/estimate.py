"""From a few timed steps to what the trials of an architecture will cost: spans, not promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.data.sizes import Sizes
from bench.execution.rehearsal import Rehearsal
from bench.plan import Trial

MARGIN = 0.1
"""By how much a whole training may be faster or slower than the quartiles of a few steps."""
SCALED_MARGIN = 0.3
"""The same where steps of a smaller batch had to do."""
TEMPORARIES = 0.5
"""Of what is counted on a CPU, what operators may need in passing."""

START = (0.2, 2.0)
"""Seconds of a trial beside training and measurements: building, counting, checkpoints, tables."""
PEAKS = (0.5, 8.0)
"""Seconds in which the device's own peaks are found, once a run."""
MEMORY = (1.0, 20.0)
"""Seconds in which two processes find the peaks of memory."""
PROFILE = (1.0, 15.0)
"""Seconds of a profile, its trace included."""
VISITS, PHASE_STEPS, LATENCY_CALLS = 5, 7, 13
"""Least steps, or least calls, of the measurements of speed."""

PREDICTION_BYTES, TABLE_BYTES = 20, 200_000
"""Of a row of predictions.csv, and of everything else that a trial writes beside its checkpoint."""


@dataclass(frozen=True)
class Span:
    """Between what and what something is expected."""

    low: float
    high: float

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> Span:
        """So many of it."""
        return Span(self.low * factor, self.high * factor)

    def at_least(self, least: float) -> Span:
        """The same, but never below this."""
        return Span(max(self.low, least), max(self.high, least))


NOTHING = Span(0.0, 0.0)


@dataclass(frozen=True)
class Cost:
    """What is left to do of an architecture."""

    trials: int
    epochs: int
    training: Span
    """Seconds, evaluation after each epoch included."""
    measuring: Span
    """Seconds."""
    memory: Span
    """Bytes that a trial has in use at a time, images included where they are kept whole."""
    disk: int
    """Bytes of all its trials."""
    checkpoint: int
    """Bytes; while a trial trains, two of them lie beside each other."""

    @property
    def seconds(self) -> Span:
        """Everything together."""
        return self.training + self.measuring


def cost(trials: Sequence[Trial], found: Rehearsal, sizes: Sizes) -> Cost:
    """Add up what trials of one architecture cost.

    Args:
        trials: Those that are to be run, in the order of `found.epochs_done`.
        found: A few steps of their network.
        sizes: Of their dataset; 0 images where that is not known.
    """
    recipe = trials[0].recipe
    margin = MARGIN if found.batch_size == min(recipe.batch_size, sizes.train) else SCALED_MARGIN
    image = _widened(found.step_seconds, margin).times(1 / found.batch_size)
    evaluated = _widened(found.evaluation_seconds, margin)
    train, held_out = _split(trials[0], sizes)
    epochs = sum(
        max(0, trial.recipe.epochs - done) for trial, done in zip(trials, found.epochs_done, strict=True)
    )
    epoch = image.times(train) + evaluated.times(held_out + sizes.test)
    if trials[0].gradient_flow:  # gradients and activations of one batch each
        epoch += image.times(2 * found.batch_size)
    measuring = NOTHING
    for trial in trials:
        measuring += Span(*START) + evaluated.times(train + held_out + sizes.test)
        measuring += _measurements(trial, image, evaluated)
    checkpoint = found.weight_bytes + found.optimizer_bytes
    return Cost(
        trials=len(trials),
        epochs=epochs,
        training=epoch.times(epochs),
        measuring=measuring,
        memory=_memory(recipe.batch_size, found, sizes),
        disk=len(trials) * (checkpoint + PREDICTION_BYTES * sizes.test + TABLE_BYTES),
        checkpoint=checkpoint,
    )


def _widened(seconds: tuple[float, float], margin: float) -> Span:
    return Span(seconds[0] * (1 - margin), seconds[1] * (1 + margin))


def _split(trial: Trial, sizes: Sizes) -> tuple[int, int]:
    """Images that are trained on, and held out for validation."""
    fraction = trial.dataset.validation
    held_out = 0 if fraction == "test" else round(fraction * sizes.train)
    return sizes.train - held_out, held_out


def _measurements(trial: Trial, image: Span, evaluated: Span) -> Span:
    """Seconds of what is measured after a trial's training; the search for the largest batch is left out."""
    total = NOTHING
    if (wanted := trial.throughput) is not None:
        per_image = {"train": image, "inference": evaluated}
        for mode in wanted.modes:
            for size in wanted.batch_sizes:
                total += per_image[mode].times(2 * VISITS * size).at_least(wanted.seconds)
        if wanted.latency:
            total += evaluated.times(LATENCY_CALLS).at_least(wanted.seconds)
        if wanted.phases:
            total += image.times(PHASE_STEPS * trial.recipe.batch_size).at_least(wanted.seconds / 2)
        if wanted.peaks:
            total += Span(*PEAKS)
    if trial.memory:
        total += Span(*MEMORY) + image.times(4 * trial.recipe.batch_size)
    if trial.profile:
        total += Span(*PROFILE) + image.times(10 * trial.recipe.batch_size)
    if (landscape := trial.loss_landscape) is not None:
        total += evaluated.times(landscape.points**landscape.dimensions * landscape.images)
    return total


def _memory(batch_size: int, found: Rehearsal, sizes: Sizes) -> Span:
    constant = found.weight_bytes + found.gradient_bytes + found.optimizer_bytes
    scale = max(1.0, min(batch_size, sizes.train or batch_size) / found.batch_size)
    if found.allocator_bytes is not None:
        at_peak = constant + max(0, found.allocator_bytes - constant) * scale
        return Span(at_peak, at_peak + sizes.stored_bytes)
    in_use = constant + found.saved_bytes * scale
    return Span(in_use, in_use * (1 + TEMPORARIES) + sizes.stored_bytes)
