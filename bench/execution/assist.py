"""The part of every process but the first in a trial that several train together."""

from __future__ import annotations

import os
from pathlib import Path

from bench.execution import making
from bench.execution.team.meeting import meet
from bench.execution.team.seat import Seat
from bench.measurements.timing import scaling
from bench.measurements.training.running import DivergedError
from bench.plan import Trial
from bench.records import Decisions


def assist(trial: Trial, seat: Seat, *, data_root: Path | None) -> None:
    """Train together with the process that executes the trial; nothing is written here.

    Args:
        trial: What is run.
        seat: Any but the first.
        data_root: Where datasets are looked for first.

    Raises:
        BenchError: Data are missing here, or are others than those of the first process.
        RuntimeError: Whatever goes wrong in the network or on the device, or another process is lost.
    """
    device = making.device_of(trial, seat)
    with meet(seat, device.handle) as replicas:
        device, task = making.task_of(trial, device, replicas, data_root)
        workload = making.workload_of(trial, making.network(trial, task), task, device)
        decided = Decisions.model_validate(replicas.agree(None))
        training, workload = making.ready(workload, trial, task, decided, replicas)
        try:
            training.run(Path(os.devnull), lambda _: None)
        except DivergedError:
            return  # the first process records it
        training.watch.companions(replicas)
        if trial.throughput is not None:
            scaling.measure(training, workload, trial.throughput.seconds)
