"""What a measurement is given: a network in training or trained, and everything it may want to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bench.measurements.device import Device
from bench.measurements.static import Static
from bench.measurements.timing.steps import Workload
from bench.measurements.training.loop import Training
from bench.plan import Trial
from bench.store import TrialStore


@dataclass(frozen=True)
class Subject:
    """One trial under measurement."""

    trial: Trial
    static: Static
    training: Training
    workload: Workload
    device: Device
    store: TrialStore
    """Takes the tables of a measurement."""


class AlongTraining(NamedTuple):
    """A measurement that is repeated while the network trains."""

    stage: str
    """What it is called where it could not be made."""
    wanted: Callable[[Trial], bool]
    start: Callable[[Subject], Callable[[int], None]]
    """Called before training; what it returns is called with the number of completed epochs, from 0 on."""


class AfterTraining(NamedTuple):
    """A measurement that is made once, when training has ended well; it may change the network's weights."""

    stage: str
    """Shown while it runs."""
    wanted: Callable[[Trial], bool]
    measure: Callable[[Subject], Mapping[str, object]]
    """Writes tables, and returns fields of the `TrialRecord`."""
