"""Run one trial: load, build, count, train, time; from a `Trial` to its `TrialRecord`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

import architectures
from bench import environment
from bench.data import catalogue
from bench.data.batches import ImageSet, Pipeline, derive_seed
from bench.data.loading import Arrays, load
from bench.data.split import split
from bench.measurements import compilation, profile, static, throughput
from bench.measurements.counting.variants import variants
from bench.measurements.device import Device
from bench.measurements.gradient_flow import IMAGES, GradientFlow
from bench.measurements.profile import PROFILE_COLUMNS
from bench.measurements.steps import Workload
from bench.measurements.training import DivergedError, Report, Training
from bench.plan import Trial
from bench.records import (
    EPOCH_COLUMNS,
    LAYER_COLUMNS,
    LEDGER_COLUMNS,
    DataFacts,
    EpochFacts,
    Status,
    ThroughputFacts,
    TrainingFacts,
    TrialRecord,
)
from bench.spec import Dataset
from bench.store import TrialStore

CHECKPOINT = "checkpoint.pt"
CONFUSION_COLUMNS = ("true", "predicted", "images")


@lru_cache(maxsize=1)
def load_arrays(dataset: Dataset, data_root: Path | None) -> Arrays:
    """The decoded dataset; kept, since the trials of a suite share it."""
    return load(dataset, data_root=data_root)


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
    torch.set_num_threads(trial.execution.threads or environment.usable_cores())
    torch.use_deterministic_algorithms(trial.recipe.deterministic)

    arrays = load_arrays(trial.dataset, data_root)
    channels, image_size, classes = catalogue.geometry(trial.dataset, data_root=data_root)
    shape = (channels, image_size, image_size)
    train, validation, test, facts = _images(trial, arrays, shape, device)
    pipeline = Pipeline.fitted(
        trial.dataset, train, channels=channels, image_size=image_size, memory_format=device.memory_format
    )

    torch.manual_seed(derive_seed(trial.seed, "weights"))
    construct = partial(
        architectures.build,
        trial.architecture,
        num_classes=classes,
        in_channels=channels,
        image_size=image_size,
        **trial.args,
    )
    model = construct()
    counts, layers, ledger = static.measure(model, shape, variants(construct, trial.args, shape))
    store.write_table("layers", LAYER_COLUMNS, layers)
    store.write_table("ledger", LEDGER_COLUMNS, ledger)
    model = model.to(device.handle).to(memory_format=device.memory_format)
    workload = Workload(model, trial.recipe, device, shape, classes)
    step_model, compile_trial = compilation.choose(workload, trial.execution, trial.recipe.batch_size)
    workload = replace(workload, model=step_model)

    training = Training(
        trial, model, step_model, train, validation, test, pipeline, device, counts.flops_train
    )
    if trial.gradient_flow:
        training.after_epoch.append(GradientFlow(model, *_fixed_batch(training), device, store))
    status, reason = _train(training, store, report)
    _write_confusion(training, store)
    speed: tuple[ThroughputFacts, ...] = ()
    if trial.throughput and status == "done":
        report({"kind": "stage", "stage": "throughput"})
        speed = throughput.measure(workload, trial.throughput)
    if trial.profile and status == "done":
        report({"kind": "stage", "stage": "profile"})
        rows = profile.measure(workload, trial.recipe.batch_size, store.folder / "trace")
        store.write_table("profile", PROFILE_COLUMNS, rows)
    return TrialRecord(
        trial=trial,
        trial_id=trial.id,
        status=status,
        reason=reason,
        started_at=started_at,
        finished_at=environment.now(),
        environment=environment.describe(),
        choices=device.choices(trial.execution, compiled=step_model is not model, trial=compile_trial),
        data=facts,
        static=counts,
        training=_summary(training),
        throughput=speed,
        files=store.digests(),
    )


def _images(
    trial: Trial, arrays: Arrays, shape: tuple[int, int, int], device: Device
) -> tuple[ImageSet, ImageSet | None, ImageSet, DataFacts]:
    """Split the training set by the trial's seed and put everything on the device."""
    fraction, chosen, held_out = trial.dataset.validation, None, None
    if fraction != "test":
        chosen, held_out = split(arrays.train_labels, fraction, trial.seed)
    train = ImageSet.of(arrays.train_images, arrays.train_labels, chosen, device.handle)
    test = ImageSet.of(arrays.test_images, arrays.test_labels, None, device.handle)
    validation = None
    if held_out is not None:
        validation = ImageSet.of(arrays.train_images, arrays.train_labels, held_out, device.handle)
    facts = DataFacts(
        name=trial.dataset.path or trial.dataset.name,
        fingerprint=arrays.fingerprint,
        layout=arrays.layout,
        train_images=len(train),
        validation_images=0 if validation is None else len(validation),
        test_images=len(test),
        classes=arrays.classes,
        image_shape=shape,
        validated_on_test=fraction == "test",
        reencoded=arrays.reencoded,
        note=arrays.note,
    )
    return train, validation, test, facts


def _fixed_batch(training: Training) -> tuple[Tensor, Tensor]:
    """The same unaugmented training images for every measurement along training."""
    images = ImageSet(training.train.images[:IMAGES], training.train.labels[:IMAGES])
    return training.pipeline(images.images), images.labels


def _train(training: Training, store: TrialStore, report: Report) -> tuple[Status, str | None]:
    """Train, and keep epochs.csv up to date whether or not it ends well."""
    try:
        training.run(store.folder / CHECKPOINT, report)
    except DivergedError as error:
        return "diverged", str(error)
    finally:
        store.write_table("epochs", EPOCH_COLUMNS, (epoch.model_dump() for epoch in training.history))
    return "done", None


def _write_confusion(training: Training, store: TrialStore) -> None:
    """How often each class was taken for which, on the test set after the last epoch."""
    if training.last_test is None:
        return
    pairs = Counter(zip(training.test.labels.tolist(), training.last_test.predictions.tolist(), strict=True))
    rows = (
        {"true": true, "predicted": guess, "images": count} for (true, guess), count in sorted(pairs.items())
    )
    store.write_table("confusion", CONFUSION_COLUMNS, rows)


def _summary(training: Training) -> TrainingFacts | None:
    history = training.history
    if not history:
        return None

    def validated(epoch: EpochFacts) -> float:
        return -1.0 if epoch.validation_accuracy is None else epoch.validation_accuracy

    return TrainingFacts(
        epochs=len(history),
        train_seconds=sum(epoch.train_seconds for epoch in history),
        evaluation_seconds=training.evaluation_seconds,
        train_images_per_second=median(epoch.train_images_per_second for epoch in history),
        train_flops=sum(epoch.train_flops for epoch in history),
        last=history[-1],
        best=max(history, key=lambda epoch: epoch.test_accuracy),
        selected=max(history, key=validated) if training.validation is not None else None,
        resumed=training.resumed,
    )
