"""What a trial leaves behind: frozen, versioned, and enough to make every table without torch."""

from __future__ import annotations

from typing import Any, Literal

from bench.plan import Trial
from bench.spec import Model

SCHEMA_VERSION: Literal[1] = 1

EPOCH_COLUMNS = (
    "epoch", "learning_rate", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
    "test_loss", "test_accuracy", "train_seconds", "train_images_per_second", "train_flops",
)  # fmt: skip
"""Columns of epochs.csv: one row an epoch; losses in nats, accuracies as fractions, seconds and FLOPs of
that epoch's training alone; a column without a value stays empty."""

LAYER_COLUMNS = ("layer", "type", "output_shape", "params", "macs", "activations")
"""Columns of layers.csv: one row a leaf module, in the order of first call."""

LEDGER_COLUMNS = ("convention", "unit", "term", "value")
"""Columns of ledger.csv: one row a term; the terms of a convention add up to its figure, per image."""

Status = Literal["done", "failed", "diverged", "interrupted"]


class Choices(Model):
    """What "auto" became, and every other choice that can move a number."""

    device: str
    """For example "cpu" or "cuda:0"."""
    device_name: str
    """The hardware's own name."""
    precision: Literal["float32", "bfloat16"]
    """Arithmetic of convolutions and matrix products; weights stay in float32."""
    memory_format: Literal["channels_last", "contiguous"]
    """Layout of convolution tensors."""
    compile: bool
    """Whether torch.compile was used."""
    compile_trial: dict[str, float] | None = None
    """With `compile = "auto"`: seconds per step, eager and compiled, that decided it."""
    threads: int
    """CPU threads."""


class DataFacts(Model):
    """The data a trial saw."""

    name: str
    """Catalogue name, or the path of a folder or parquet dataset."""
    fingerprint: str
    """SHA-256 of the decoded images and labels, 16 hex digits."""
    layout: str
    """Which layout it was read from, for example "parquet" or "torchvision"."""
    train_images: int
    """Images trained on."""
    validation_images: int
    """Images held out; 0 when the test set is used for validation."""
    test_images: int
    """Images of the test set."""
    classes: tuple[str, ...]
    """Class names, in label order."""
    image_shape: tuple[int, int, int]
    """C, H, W of the network's input."""
    validated_on_test: bool
    """Whether "validation" numbers come from the test set."""
    reencoded: bool
    """Whether the images are a lossy copy of the originals, so that published figures are not comparable."""
    note: str = ""
    """What a reader must know about these data."""


class StaticFacts(Model):
    """Counts of the network at the trial's input size; per image, forward, unless stated otherwise."""

    params: int
    """Unique trainable elements; a shared module counted once."""
    params_frozen: int
    """Unique elements that need no gradient."""
    params_body: int
    """Trainable elements without the classifier head."""
    buffers: int
    """Elements of buffers, for example running statistics."""
    macs: int
    """Multiply-accumulates of convolutions, linear layers and matrix products, at every call."""
    flops: int
    """2 x MACs."""
    flops_train: int
    """FLOPs of forward and backward for one image, by torch's own counter, which takes the weight gradient
    of a grouped convolution for that of a dense one; this is mended."""
    activations: int
    """Output elements of convolutions and linear layers."""
    output_shape: tuple[int, ...]
    """Shape of the output for one image, without the batch dimension."""
    unsupported: dict[str, int] = {}
    """Operators that no counter covers, and how often they are called; never silently zero."""


class EpochFacts(Model):
    """One row of epochs.csv."""

    epoch: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    test_loss: float
    test_accuracy: float
    train_seconds: float
    train_images_per_second: float
    train_flops: int


class TrainingFacts(Model):
    """How training went."""

    epochs: int
    """Epochs completed."""
    train_seconds: float
    """Training alone, evaluation excluded, all epochs."""
    evaluation_seconds: float
    """Evaluation on validation and test set, all epochs."""
    train_images_per_second: float
    """Median over epochs."""
    train_flops: int
    """Forward and backward, all epochs."""
    last: EpochFacts
    """The last epoch."""
    best: EpochFacts
    """The epoch with the best test accuracy: optimistic, since it is selected on the test set."""
    selected: EpochFacts | None
    """The epoch with the best validation accuracy; none when there is no validation set of its own."""
    resumed: int = 0
    """How often the trial was continued from a checkpoint."""


class ThroughputFacts(Model):
    """One measured combination of batch size and mode."""

    mode: Literal["train", "inference"]
    batch_size: int
    images_per_second: float
    """Median over blocks."""
    low: float
    """Lower end of the 95 % interval of the median (order statistics)."""
    high: float
    """Upper end of it."""
    milliseconds: float
    """Median time of one step or one forward pass."""
    blocks: int
    """Number of timed blocks."""
    steps_per_block: int
    """Steps timed together between two synchronisations."""
    drift: float
    """Median of the last quarter of the blocks over that of the first, minus one."""
    load_average: float | None = None
    """One-minute load average before the measurement."""


class TrialRecord(Model):
    """Everything known about one trial; written last and atomically, so that its presence means: finished."""

    schema_version: Literal[1] = SCHEMA_VERSION
    trial: Trial
    trial_id: str
    status: Status
    reason: str | None = None
    """Why it is not "done", in one or a few lines."""
    started_at: str
    """ISO 8601, UTC."""
    finished_at: str
    """ISO 8601, UTC."""
    environment: dict[str, Any]
    """Libraries, git revision, CPU features; see bench.environment."""
    choices: Choices | None = None
    data: DataFacts | None = None
    static: StaticFacts | None = None
    training: TrainingFacts | None = None
    throughput: tuple[ThroughputFacts, ...] = ()
    files: dict[str, str] = {}
    """SHA-256 of every table beside the record, by file name."""
