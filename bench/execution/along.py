"""Measure while a network trains; a measurement that fails costs itself alone."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence

from bench.errors import BenchError
from bench.measurements.failure import reason
from bench.measurements.subject import AlongTraining, Subject


def follow(subject: Subject, measurements: Sequence[AlongTraining]) -> dict[str, str]:
    """Let the wanted measurements see the training.

    Returns:
        What could not be measured, and why: filled while the network trains.
    """
    failed: dict[str, str] = {}
    for along in measurements:
        if along.wanted(subject.trial):
            subject.training.after_epoch.append(_careful(along.stage, along.start(subject), failed))
    return failed


def _careful(stage: str, observe: Callable[[int], None], failed: dict[str, str]) -> Callable[[int], None]:
    """The measurement, until it fails for the first time."""

    def observe_if_possible(epochs: int) -> None:
        if stage in failed:
            return
        try:
            observe(epochs)
        except BenchError:  # nothing can be written, or a file is damaged: no fault of the measurement
            raise
        except Exception as error:  # noqa: BLE001 - recorded, and said in the report
            traceback.print_exc()
            failed[stage] = reason(error)

    return observe_if_possible
