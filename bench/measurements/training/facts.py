"""What the record says about a training that has ended, or has stopped on its way."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.measurements.timing.validity import drift
from bench.measurements.training.loop import Training
from bench.records import Certificate, EpochFacts, TrainingFacts


def summarise(training: Training) -> TrainingFacts | None:
    """Totals, and the last, the best and the validation-selected epoch; None before the first has ended."""
    history = training.history
    if not history:
        return None
    return TrainingFacts(
        epochs=len(history),
        train_seconds=sum(epoch.train_seconds for epoch in history),
        evaluation_seconds=training.evaluation_seconds,
        train_images_per_second=median(epoch.train_images_per_second for epoch in history),
        train_flops=sum(epoch.train_flops for epoch in history),
        last=history[-1],
        best=max(history, key=lambda epoch: epoch.test_accuracy),
        selected=max(history, key=_validated) if training.validation is not None else None,
        resumed=training.resumed,
        certificate=_certificate(training),
    )


def _validated(epoch: EpochFacts) -> float:
    return -1.0 if epoch.validation_accuracy is None else epoch.validation_accuracy


def _certificate(training: Training) -> Certificate | None:
    """Of the epochs' times; the first epoch is the warm-up of the others."""
    warm = training.history[1:]
    seconds = of_equal_work(warm or training.history)
    return training.watch.certificate(seconds, drift=drift(seconds) if len(warm) > 1 else None)


def of_equal_work(epochs: Sequence[EpochFacts]) -> list[float]:
    """Seconds of each epoch, as if it had the arithmetic of the first: they tell of the machine alone then.

    A recipe that freezes parameters makes its later epochs shorter. By how much is not in the FLOPs, so it is
    taken from the medians of epochs of equal arithmetic: what changes among these is seen, a change of the
    machine just when something is frozen is not.
    """
    alike: dict[int, list[float]] = {}
    for epoch in epochs:
        alike.setdefault(epoch.train_flops, []).append(epoch.train_seconds)
    typical = {flops: median(seconds) for flops, seconds in alike.items()}
    first = typical[epochs[0].train_flops]
    return [epoch.train_seconds * (first / typical[epoch.train_flops]) for epoch in epochs]
