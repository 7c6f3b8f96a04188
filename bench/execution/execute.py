"""Run one trial: load, build, count, train, measure; from a `Trial` to its `TrialRecord`."""

from __future__ import annotations

import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from bench import environment
from bench.errors import BenchError
from bench.execution import making
from bench.execution.allotment import WHOLE_MACHINE, Allotment
from bench.execution.along import follow
from bench.execution.measurements import AFTER_TRAINING, ALONG_TRAINING
from bench.execution.team.meeting import meet
from bench.execution.team.seat import Seat
from bench.measurements import static
from bench.measurements.construction import constructor
from bench.measurements.counting.variants import variants
from bench.measurements.device import Device
from bench.measurements.failure import reason
from bench.measurements.loggers.following import followed
from bench.measurements.parallel import Replicas
from bench.measurements.subject import Subject
from bench.measurements.task import Task
from bench.measurements.timing import decisions, scaling
from bench.measurements.training import freezing, initial
from bench.measurements.training.facts import summarise
from bench.measurements.training.loop import Report, Training
from bench.measurements.training.running import DivergedError
from bench.plan import Trial
from bench.records import (
    EPOCH_COLUMNS,
    LAYER_COLUMNS,
    LEDGER_COLUMNS,
    Decisions,
    DistributionFacts,
    Status,
    TrialRecord,
)
from bench.store import CHECKPOINT_FILE, TrialStore


def execute(  # noqa: PLR0913 - what a worker is told
    trial: Trial,
    store: TrialStore,
    *,
    data_root: Path | None,
    report: Report,
    seat: Seat | None = None,
    allotment: Allotment = WHOLE_MACHINE,
) -> TrialRecord:
    """Run a trial and write its tables; the record is returned, and written by the caller.

    Args:
        trial: What to run.
        store: Where tables and checkpoints go; a checkpoint found there is continued.
        data_root: Where datasets are looked for first.
        report: Takes progress events.
        seat: The first one, where several processes train together; the others `assist`.
        allotment: What the trial may use of the machine.

    Raises:
        BenchError: Data are missing, or a checkpoint is damaged.
        RuntimeError: Whatever goes wrong in the network or on the device.
    """
    started_at = environment.now()
    device = making.device_of(trial, seat, allotment)
    with ExitStack() as meeting:
        replicas = meeting.enter_context(meet(seat, device.handle))
        device, task = making.task_of(trial, device, replicas, data_root)
        subject, decided = _build(trial, task, device, store, replicas)
        training = subject.training
        missed = follow(subject, ALONG_TRAINING)
        with followed(subject) as loggers:
            status, why = _train(training, store, report)
            distribution = making.distribution(training, seat)
            if status == "done" and replicas.several:
                training.watch.companions(replicas)
                distribution = _with_scaling(distribution, subject, report)
            if seat is not None:
                meeting.close()  # whatever is measured from here on, this process measures by itself
                report({"kind": "apart"})
                training.part()
            measured = _measure(subject, report, missed) if status == "done" else {"unmeasured": missed}
    fields = {
        "trial": trial,
        "trial_id": trial.id,
        "status": status,
        "reason": why,
        "started_at": started_at,
        "finished_at": environment.now(),
        "environment": environment.describe(),
        "choices": subject.device.choices(decided),
        "distribution": distribution,
        "data": task.facts,
        "static": subject.static.facts,
        "initial": training.initial,
        "training": summarise(training),
        "files": store.digests(),
    }
    record = TrialRecord.model_validate(fields | measured)
    loggers.end(record)
    return record


def _build(
    trial: Trial, task: Task, device: Device, store: TrialStore, replicas: Replicas
) -> tuple[Subject, Decisions]:
    """The network with the initial weights of the trial's seed, counted, and ready to be trained."""
    model = making.network(trial, task)
    construct = constructor(trial.architecture, trial.args, task.geometry)
    counts = static.measure(model, task.geometry.shape, variants(construct, trial.args, task.geometry.shape))
    store.write_table("layers", LAYER_COLUMNS, counts.layers)
    store.write_table("ledger", LEDGER_COLUMNS, counts.ledger)
    workload = making.workload_of(trial, model, task, device)
    decided = decisions.decide(trial, workload, task, store, replicas.share.of(trial.recipe.batch_size))
    decided = making.possible(decided, trial, model, replicas)
    replicas.agree(decided.model_dump(mode="json"))
    training, workload = making.ready(workload, trial, task, decided, replicas)
    training.flops_per_image = freezing.flops_by_epoch(
        construct, task.geometry.shape, trial.recipe.freeze, trial.recipe.epochs, counts.facts.flops_train
    )
    training.origin = initial.checkpoint_path(trial, store.folder)
    return Subject(trial, counts, training, workload, workload.device, store), decided


def _with_scaling(
    distribution: DistributionFacts | None, subject: Subject, report: Report
) -> DistributionFacts | None:
    """How much faster all processes are than one; every process measures it at the same time."""
    if distribution is None or subject.trial.throughput is None:
        return distribution
    report({"kind": "stage", "stage": "scaling"})
    found = scaling.measure(subject.training, subject.workload, subject.trial.throughput.seconds)
    return distribution.model_copy(update={"scaling": found})


def _measure(subject: Subject, report: Report, missed: dict[str, str]) -> dict[str, object]:
    """Whatever is measured after training; one that fails costs itself alone, as what was `missed` before."""
    measured: dict[str, object] = {}
    unmeasured = {**missed}
    for measurement in AFTER_TRAINING:
        if not measurement.wanted(subject.trial):
            continue
        report({"kind": "stage", "stage": measurement.stage})
        try:
            found = dict(measurement.measure(subject))
        except BenchError:  # nothing can be written, or a file is damaged: no fault of the measurement
            raise
        except Exception as error:  # noqa: BLE001 - recorded, and said in the report
            traceback.print_exc()
            found = {"unmeasured": {measurement.stage: reason(error)}}
        unmeasured |= cast("dict[str, str]", found.pop("unmeasured", {}))
        measured |= found
    return measured | {"unmeasured": unmeasured}


def _train(training: Training, store: TrialStore, report: Report) -> tuple[Status, str | None]:
    """Train, and keep epochs.csv up to date whether or not it ends well."""
    try:
        training.run(store.folder / CHECKPOINT_FILE, report)
    except DivergedError as error:
        return "diverged", str(error)
    finally:
        store.write_table("epochs", EPOCH_COLUMNS, (epoch.model_dump() for epoch in training.history))
    return "done", None
