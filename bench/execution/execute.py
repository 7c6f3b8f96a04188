"""Run one trial: load, build, count, train, measure; from a `Trial` to its `TrialRecord`."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch

from bench import environment
from bench.data.batches import derive_seed
from bench.errors import BenchError
from bench.execution.measurements import AFTER_TRAINING, ALONG_TRAINING
from bench.measurements import compilation, decisions, initial, layout, static
from bench.measurements.construction import constructor
from bench.measurements.counting.variants import variants
from bench.measurements.device import Device
from bench.measurements.failure import reason
from bench.measurements.loggers.following import followed
from bench.measurements.steps import Workload
from bench.measurements.subject import Subject
from bench.measurements.task import Task
from bench.measurements.training import DivergedError, Report, Training
from bench.measurements.training_facts import summarise
from bench.plan import Trial
from bench.records import EPOCH_COLUMNS, LAYER_COLUMNS, LEDGER_COLUMNS, Decisions, Status, TrialRecord
from bench.store import CHECKPOINT_FILE, TrialStore


def execute(trial: Trial, store: TrialStore, *, data_root: Path | None, report: Report) -> TrialRecord:
    """Run a trial and write its tables; the record is returned, and written by the caller.

    Args:
        trial: What to run.
        store: Where tables and checkpoints go; a checkpoint found there is continued.
        data_root: Where datasets are looked for first.
        report: Takes progress events.

    Raises:
        BenchError: Data are missing, or a checkpoint is damaged.
        RuntimeError: Whatever goes wrong in the network or on the device.
    """
    started_at = environment.now()
    device = Device.chosen(trial.execution)
    device.prepare(
        deterministic=trial.recipe.deterministic,
        threads=trial.execution.threads or environment.usable_cores(),
    )

    task = Task.of(trial, device, data_root)
    subject, decided = _build(trial, task, device, store)
    training = subject.training
    training.after_epoch += [along.start(subject) for along in ALONG_TRAINING if along.wanted(trial)]
    with followed(subject) as loggers:
        status, why = _train(training, store, report)
        measured = _measure(subject, report) if status == "done" else {}
    fields = {
        "trial": trial,
        "trial_id": trial.id,
        "status": status,
        "reason": why,
        "started_at": started_at,
        "finished_at": environment.now(),
        "environment": environment.describe(),
        "choices": device.choices(decided),
        "data": task.facts,
        "static": subject.static.facts,
        "initial": training.initial,
        "training": summarise(training),
        "files": store.digests(),
    }
    record = TrialRecord.model_validate(fields | measured)
    loggers.end(record)
    return record


def _build(trial: Trial, task: Task, device: Device, store: TrialStore) -> tuple[Subject, Decisions]:
    """The network with the initial weights of the trial's seed, counted, and ready to be trained."""
    torch.manual_seed(derive_seed(trial.seed, "weights"))
    construct = constructor(trial.architecture, trial.args, task.geometry)
    model = construct()
    counts = static.measure(model, task.geometry.shape, variants(construct, trial.args, task.geometry.shape))
    store.write_table("layers", LAYER_COLUMNS, counts.layers)
    store.write_table("ledger", LEDGER_COLUMNS, counts.ledger)
    model = model.to(device.handle).to(memory_format=device.memory_format)
    workload = Workload(model, trial.recipe, device, task.geometry.shape, task.geometry.classes)
    decided = decisions.decide(trial, workload, task, store)
    workload = layout.in_layout(workload, decided.memory_format)
    step_model = compilation.make_ready(workload, decided.compile_variant, trial.recipe.batch_size)
    device = workload.device
    pipeline = replace(task.pipeline, memory_format=device.memory_format)
    training = Training(
        trial, workload.model, step_model, task.train, task.validation, task.test, pipeline, device,
        counts.facts.flops_train, decided.evaluation_batch_size,
        origin=initial.checkpoint_path(trial, store.folder),
    )  # fmt: skip
    return Subject(trial, counts, training, replace(workload, model=step_model), device, store), decided


def _measure(subject: Subject, report: Report) -> dict[str, object]:
    """Whatever is measured after training; a measurement that fails costs itself alone."""
    measured: dict[str, object] = {}
    unmeasured: dict[str, str] = {}
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
