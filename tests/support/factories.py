"""Synthetic run directories that look like real ones, written through the store and without torch."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.plan import Trial, make_plan, run_id
from bench.records import (
    ACTIVATION_COLUMNS,
    CALIBRATION_COLUMNS,
    CLASS_COLUMNS,
    CONFUSION_COLUMNS,
    EPOCH_COLUMNS,
    FIRST_STEPS_COLUMNS,
    GRADIENT_COLUMNS,
    LANDSCAPE_COLUMNS,
    LAYER_COLUMNS,
    LAYER_TIME_COLUMNS,
    LEDGER_COLUMNS,
    PROFILE_COLUMNS,
    PROFILE_PHASE_COLUMNS,
    BandwidthPeak,
    Certificate,
    Choices,
    DataFacts,
    EpochFacts,
    LargestBatchFacts,
    LatencyFacts,
    MatrixPeak,
    MemoryFacts,
    MemoryParts,
    PeakFacts,
    PhaseFacts,
    ProfileFacts,
    SplitFacts,
    StaticFacts,
    ThroughputFacts,
    TrainingFacts,
    TrialRecord,
)
from bench.store import Run, RunInfo, TrialStore
from bench.suite_file import check_document

STEPS = (-1.0, 0.0, 1.0)
WHEN = "2026-01-02T03:04:05Z"

DOCUMENT: dict[str, Any] = {
    "title": "Plain CNN against a residual network",
    "description": "Does the shortcut help at this size?",
    "dataset": {"name": "cifar10"},
    "recipe": {"epochs": 12, "seeds": [0, 1, 2]},
    "measure": {"convergence": {"targets": [0.6, 0.7]}},
    "architectures": [
        {"label": "CNN", "name": "plain_cnn"},
        {"label": "ResNet", "name": "shared_resnet", "recipe": {"optimizer": {"lr": 5e-4}}},
        {"label": "ResNet, MLP head", "name": "shared_resnet", "args": {"head": "mlp"}},
    ],
    "claims": [
        {
            "architecture": "CNN",
            "metric": "test_accuracy",
            "value": 0.742,
            "tolerance": 0.02,
            "source": "Published report, 25 epochs",
            "protocol": {"dataset": "cifar10"},
        },
        {"architecture": "CNN", "metric": "params", "value": 81578, "source": "Published report"},
    ],
}
"""A suite that resembles the first real one."""

PEAKS = PeakFacts(
    matrix=MatrixPeak(
        precision="bfloat16", flops_per_second=2e12, low=1.95e12, high=2.03e12, size=2048, sweep={2048: 2e12}
    ),
    bandwidth=BandwidthPeak(
        bytes_per_second=2.5e10, low=2.45e10, high=2.52e10, kernel="triad", array_bytes=1 << 28
    ),
    threads=2,
    load_average=0.5,
    measured_at=WHEN,
)
"""A device whose roof bends at 80 FLOPs a byte."""

Change = Callable[[TrialRecord], TrialRecord | None]


def document(**changes: Any) -> dict[str, Any]:
    """The example suite with some top-level keys replaced."""
    return {**DOCUMENT, **changes}


def architectures(count: int) -> list[dict[str, Any]]:
    """So many architectures with different labels."""
    return [{"label": f"Network {number}", "name": "plain_cnn"} for number in range(count)]


def write_run(
    folder: Path,
    suite: dict[str, Any] | None = None,
    change: Change | None = None,
    text: str = "# suite\n",
    name: str = "example",
) -> Run:
    """Write a run with a record for every trial of a suite.

    Args:
        folder: The directory of runs.
        suite: A suite document; by default `DOCUMENT`.
        change: Called with each record before it is written; returns what to write, or None for a trial
            that left nothing.
        text: The verbatim suite text.
        name: Of the suite.
    """
    info = make_info(suite or DOCUMENT, name)
    run = Run.create(folder, info, text)
    for trial in info.plan:
        write_trial(run, trial, change)
    return run


def make_info(suite: dict[str, Any], name: str = "example") -> RunInfo:
    """The description of a run of this suite document."""
    suite_model = check_document(suite, "test")
    plan = make_plan(suite_model)
    return RunInfo(
        run_id=run_id(plan),
        suite_name=name,
        suite=suite_model,
        plan=plan,
        environment={"python": "3.11.7", "torch": "2.8.0", "cpu": {"model": "Example CPU", "cores": 2}},
        command=("bench", "run", "example.toml"),
        created_at=WHEN,
    )


def write_trial(run: Run, trial: Trial, change: Change | None = None) -> None:
    """Write the tables and the record of one trial."""
    order = [entry.label for entry in run.info.suite.architectures].index(trial.label)
    record, epochs, layers = make_record(trial, order)
    changed = change(record) if change else record
    if changed is None:
        return
    store = run.trial(trial)
    store.write_table("epochs", EPOCH_COLUMNS, epochs)
    store.write_table("layers", LAYER_COLUMNS, layers)
    store.write_table("ledger", LEDGER_COLUMNS, _ledger(record))
    write_predictions(store, record)
    if trial.gradient_flow:
        _write_gradients(store, trial, order)
    if trial.loss_landscape:
        rows = [
            {"x": x, "y": y, "loss": 1 + x * x + y * y / 2, "accuracy": 0.5} for x in STEPS for y in STEPS
        ]
        store.write_table("landscape", LANDSCAPE_COLUMNS, rows)
    if trial.profile:
        _write_profile(store)
        facts = ProfileFacts(
            batch_size=128, steps=5, clock="host", step_milliseconds=11.0, unprofiled_milliseconds=10.0,
            layers_milliseconds=12.0,
        )  # fmt: skip
        changed = changed.model_copy(update={"profile": facts})
    store.write_record(changed.model_copy(update={"files": store.digests()}))


def _write_gradients(store: TrialStore, trial: Trial, order: int) -> None:
    """Six layers; the gradient of the second network and of every later one is lost on its way back."""
    noise = random.Random(f"gradients {trial.label} {trial.seed}")
    decay = 0.1 + 0.4 * min(order, 1)
    gradients, activations = [], []
    for epoch in range(trial.recipe.epochs + 1):
        for depth in range(1, 7):
            norm = 10 ** (decay * (depth - 6) + noise.gauss(0, 0.01))
            cells = (epoch, depth, f"conv{depth}", norm, 2.0, norm / 2)
            gradients.append(dict(zip(GRADIENT_COLUMNS, cells, strict=True)))
            cells = (epoch, depth, f"conv{depth}", "rectified", 0.5, 1.0, 0.5, order, 16)
            activations.append(dict(zip(ACTIVATION_COLUMNS, cells, strict=True)))
    store.write_table("gradient_flow", GRADIENT_COLUMNS, gradients)
    store.write_table("activations", ACTIVATION_COLUMNS, activations)
    steps = [
        dict(
            zip(
                FIRST_STEPS_COLUMNS,
                (step, 2.3 - 0.01 * step, 1.0, 0.1, 1.0, noise.gauss(0.2, 0.1)),
                strict=True,
            )
        )
        for step in range(1, 101)
    ]
    store.write_table("first_steps", FIRST_STEPS_COLUMNS, steps)


def make_record(
    trial: Trial, order: int
) -> tuple[TrialRecord, list[dict[str, object]], list[dict[str, object]]]:
    """A finished trial of the architecture at place `order`, its epochs, and its layers.

    The curve rises to a height of its own for each architecture, with noise for each seed, so that a
    comparison has something to find.
    """
    noise = random.Random(f"{trial.label} {trial.seed}")
    params, macs = 81_578 * (order + 1), 14_000_000 + 5_100_000 * order
    images = 45_000
    flops = 6 * macs * images
    speed = 5_200.0 / (1 + 0.55 * order)
    height = 0.725 + 0.004 * math.sin(3.0 * order) + noise.gauss(0, 0.0035)
    rows = []
    for epoch in range(1, trial.recipe.epochs + 1):
        reached = 1 - math.exp(-(epoch + 1.5) / (3.0 + 0.8 * order))
        accuracy = height * reached + noise.gauss(0, 0.004)
        seconds = images / speed * (1 + abs(noise.gauss(0, 0.01)))
        rows.append(
            EpochFacts(
                epoch=epoch,
                learning_rate=1e-3 * (1 - epoch / (trial.recipe.epochs + 1)),
                train_loss=2.3 * math.exp(-epoch / 7),
                train_accuracy=min(1.0, accuracy + 0.012 * epoch),
                validation_loss=2.3 - 2.0 * accuracy + 0.01 * epoch,
                validation_accuracy=accuracy - 0.003,
                test_loss=2.3 - 2.0 * accuracy + 0.011 * epoch,
                test_accuracy=accuracy,
                train_seconds=seconds,
                train_images_per_second=images / seconds,
                train_flops=flops,
            )
        )
    layers = _layers(params, macs)
    record = TrialRecord(
        trial=trial,
        trial_id=trial.id,
        status="done",
        started_at=WHEN,
        finished_at="2026-01-02T03:14:05Z",
        environment={"python": "3.11.7", "torch": "2.8.0"},
        choices=Choices(
            device="cpu",
            device_name="Example CPU with AMX",
            precision="bfloat16",
            memory_format="channels_last",
            compile=False,
            threads=2,
        ),
        data=DataFacts(
            name=trial.dataset.name,
            fingerprint="0123456789abcdef",
            layout="parquet",
            train_images=images,
            validation_images=5_000,
            test_images=10_000,
            classes=("airplane", "automobile", "bird", "cat"),
            image_shape=(3, 32, 32),
            validated_on_test=False,
            reencoded=False,
        ),
        static=StaticFacts(
            params=params,
            params_frozen=0,
            params_body=params - 16_010,
            buffers=256 * order,
            macs=macs,
            flops=2 * macs,
            flops_train=6 * macs,
            activations=93_000 + 1_000 * order,
            elements_moved=150_000 + 20_000 * order,
            weights_read=params,
            output_shape=(10,),
        ),
        training=TrainingFacts(
            epochs=len(rows),
            train_seconds=sum(row.train_seconds for row in rows),
            evaluation_seconds=0.4 * len(rows),
            train_images_per_second=sorted(row.train_images_per_second for row in rows)[len(rows) // 2],
            train_flops=flops * len(rows),
            last=rows[-1],
            best=max(rows, key=lambda row: row.test_accuracy),
            selected=max(rows, key=lambda row: row.validation_accuracy or 0.0),
            certificate=certificate(),
        ),
        splits=_splits(rows[-1], images),
        throughput=_throughput(trial, speed),
        latency=_latency(trial, speed),
        phases=_phases(trial, speed),
        peaks=PEAKS if trial.throughput else None,
        memory=_memory(trial, params) if trial.memory else (),
        largest_batch=_largest_batch(trial, order),
    )
    return record, [row.model_dump() for row in rows], layers


def _splits(last: EpochFacts, images: int) -> tuple[SplitFacts, ...]:
    """The final weights do a little better on the training set than the running accuracy says."""
    measured = (
        ("train", images, min(1.0, last.train_accuracy + 0.01), last.train_loss),
        ("validation", 5_000, last.validation_accuracy or 0.0, last.validation_loss or 0.0),
        ("test", 10_000, last.test_accuracy, last.test_loss),
    )
    return tuple(
        SplitFacts(
            split=split,
            images=count,
            loss=loss,
            accuracy=accuracy,
            top5_accuracy=None,
            precision=min(1.0, accuracy + 0.004),
            recall=accuracy,
            f1=min(1.0, accuracy + 0.001),
            calibration_error=0.05 + (1 - accuracy) / 10,
        )
        for split, count, accuracy, loss in measured
    )


def write_predictions(store: TrialStore, record: TrialRecord) -> None:
    """Tables of classes, confusion and calibration: four classes, of which the last two are mixed up."""
    accuracy = {facts.split: facts.accuracy for facts in record.splits}
    scores = [
        (split, number, height, height + shift, height + shift / 2, 2_500)
        for split, height in accuracy.items()
        for number, shift in enumerate((0.02, 0.01, -0.01, -0.02))
    ]
    store.write_table(
        "classes", CLASS_COLUMNS, (dict(zip(CLASS_COLUMNS, row, strict=True)) for row in scores)
    )
    found = round(2_500 * accuracy["test"])
    confused = [
        (true, guess, found if true == guess else 2_500 - found)
        for true in range(4)
        for guess in (true, {0: 1, 1: 0, 2: 3, 3: 2}[true])
    ]
    store.write_table(
        "confusion", CONFUSION_COLUMNS, (dict(zip(CONFUSION_COLUMNS, row, strict=True)) for row in confused)
    )
    bins = [
        (split, place, 100 * place, (place + 0.5) / 15, min(1.0, height * (place + 1) / 12))
        for split, height in accuracy.items()
        for place in range(2, 15)
    ]
    store.write_table(
        "calibration", CALIBRATION_COLUMNS, (dict(zip(CALIBRATION_COLUMNS, row, strict=True)) for row in bins)
    )


def _layers(params: int, macs: int) -> list[dict[str, object]]:
    shares = (0.1, 0.2, 0.3, 0.4)
    return [
        {
            "layer": f"body.{number}",
            "type": "Conv2d",
            "output_shape": f"{32 * (number + 1)}x30x30",
            "params": int(params * share),
            "macs": int(macs * share),
            "activations": 28_800,
        }
        for number, share in enumerate(shares)
    ]


PHASES = {"data": 1.0, "forward": 3.0, "loss": 0.1, "backward": 5.9, "optimizer": 0.5, "other": 0.5}
"""Milliseconds."""

LAYER_TIMES = (
    ("body.0", "Conv2d", 1.5, 2.0), ("body.1", "Conv2d", 0.5, 1.0), ("norm", "BatchNorm2d", 0.25, 0.5),
    ("body.2", "Conv2d", 0.5, 1.0), ("body.3", "Conv2d", 0.5, 1.0), ("(model)", "Network", 0.25, 0.0),
)  # fmt: skip
"""Milliseconds forward and backward: body.0 has a tenth of the MACs and takes the longest."""


def _write_profile(store: TrialStore) -> None:
    """The tables of a profiled step."""
    total = sum(PHASES.values())
    phases = [(name, spent, spent / total) for name, spent in PHASES.items()]
    operators = [(f"aten::operator_{number}", 2.0, 1 / number, 0.4 / number) for number in range(1, 31)]
    for name, columns, table in (
        ("profile_phases", PROFILE_PHASE_COLUMNS, phases),
        ("profile", PROFILE_COLUMNS, operators),
        ("layer_times", LAYER_TIME_COLUMNS, LAYER_TIMES),
    ):
        store.write_table(name, columns, [dict(zip(columns, row, strict=True)) for row in table])


def _ledger(record: TrialRecord) -> list[dict[str, object]]:
    macs = record.static.macs if record.static else 0
    terms = (
        ("convolution + linear", "MACs", "MACs", macs),
        ("fvcore", "mixed", "MACs", macs),
        ("fvcore", "mixed", "batch normalisation, 2 per element", 12_345),
    )
    return [dict(zip(LEDGER_COLUMNS, term, strict=True)) for term in terms]


def certificate(**changes: Any) -> Certificate:
    """A certificate of a timing that nothing disturbed."""
    conditions = {
        "synchronised": "none needed: the CPU computes before a call returns", "clock": "time.perf_counter",
        "samples": 20, "seconds": 1.0, "spread": 0.01, "drift": 0.004, "cores": 2, "own_cores": 1.97,
        "other_cores": 0.02, "stolen_cores": 0.0, "preemptions_per_second": 12.0, "quota_seconds": 0.0,
        "load_average": 1.2, "unreadable": ("cpu celsius",),
    }  # fmt: skip
    return Certificate.model_validate(conditions | changes)


def _latency(trial: Trial, speed: float) -> LatencyFacts | None:
    if trial.throughput is None or not trial.throughput.latency:
        return None
    p50 = 1000 / speed
    return LatencyFacts(calls=600, p50=p50, p95=1.2 * p50, p99=1.5 * p50, certificate=certificate())


def _phases(trial: Trial, speed: float) -> PhaseFacts | None:
    if trial.throughput is None or not trial.throughput.phases:
        return None
    step = 1000 * trial.recipe.batch_size / speed
    return PhaseFacts(
        batch_size=trial.recipe.batch_size,
        steps=40,
        data_milliseconds=0.05 * step,
        forward_milliseconds=0.3 * step,
        backward_milliseconds=0.6 * step,
        optimiser_milliseconds=0.05 * step,
        certificate=certificate(),
    )


def _throughput(trial: Trial, speed: float) -> tuple[ThroughputFacts, ...]:
    if trial.throughput is None:
        return ()
    return tuple(
        ThroughputFacts(
            mode=mode,
            batch_size=size,
            images_per_second=rate,
            low=rate * 0.985,
            high=rate * 1.012,
            milliseconds=1000 * size / rate,
            blocks=25,
            steps_per_block=4,
            visits=5,
            drift=0.004,
            certificate=certificate(),
        )
        for mode in trial.throughput.modes
        for size in trial.throughput.batch_sizes
        for rate in [speed * (3 if mode == "inference" else 1) * size / (size + 6)]
    )


def _memory(trial: Trial, params: int) -> tuple[MemoryFacts, ...]:
    """Twice the weights of Adam's moments in training, and activations for each image."""
    size = trial.recipe.batch_size
    facts = []
    for mode, moments, image in (("train", 2, 400_000), ("inference", 0, 100_000)):
        gradients = 4 * params if mode == "train" else 0
        parts = MemoryParts(
            params=4 * params,
            buffers=0,
            gradients=gradients,
            optimizer=4 * moments * params,
            inputs=12_288 * size,
        )
        facts.append(
            MemoryFacts(
                mode=mode,
                batch_size=size,
                peak_bytes=sum(parts.model_dump().values()) + image * size,
                parts=parts,
                method="resident set",
            )
        )
    return tuple(facts)


def _largest_batch(trial: Trial, order: int) -> tuple[LargestBatchFacts, ...]:
    if trial.largest_batch is None:
        return ()
    return tuple(
        LargestBatchFacts(mode=mode, batch_size=900 - 100 * order, smallest_unfit=910 - 100 * order)
        for mode in trial.largest_batch.modes
    )
