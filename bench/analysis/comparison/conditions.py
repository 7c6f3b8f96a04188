"""Under which conditions an architecture was measured, and which of them each kind of metric depends on.

The rules, kind by kind:

- counts follow from the network and from the geometry of its task;
- what is learned depends on data, split, recipe, precision, torch's version, on how many processes trained
  together, and on what a recipe means to the program; neither the device nor the compiler change what is
  computed by more than rounding;
- speed depends on the machine, on how steps are run, and on torch's version; in training also on what a step
  does, and for whole epochs on how many images there are and where they are kept;
- the network is shown where it differs, and is no obstacle: one label may well stand for a new version;
- memory depends on the device and on how steps are run; its batch size is compared with the reading itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.analysis.comparison.side import Side
from bench.analysis.distribution import processes, statistics_of
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import flattened

Matters = frozenset[str]
"""Names of conditions, or beginnings of them that end in a dot."""

NOT_RECORDED = "not recorded"

SPLIT = frozenset({"data fingerprint", "validation split", "limit"})
"""What must be equal for the same seed to mean the same images."""

GEOMETRY = frozenset({"input", "classes"})
TOGETHER = frozenset({"processes", "batch norm over"})
"""Who trained: several processes sum in another order, draw other dropout, and take other seconds."""
LEARNING = GEOMETRY | SPLIT | TOGETHER | {
    "dataset", "normalize", "recipe.", "precision", "torch", "meaning of a trial",
}  # fmt: skip
HARDWARE = frozenset({"device", "device name", "host CPU", "threads"})
EXECUTION = frozenset({"precision", "compile mode", "convolutions", "memory format", "torch"})
STEP = frozenset(
    {"recipe.optimizer.name", "recipe.optimizer.nesterov", "recipe.optimizer.newton_schulz_steps"}
)
"""What an update of the weights computes; its rates cost nothing."""
INFERENCE_SPEED = GEOMETRY | HARDWARE | EXECUTION | {"recipe.deterministic"}
EPOCH_SPEED = INFERENCE_SPEED | STEP | TOGETHER | {
    "training images", "stored size", "images kept", "recipe.batch_size", "recipe.augment",
}  # fmt: skip
MEMORY = GEOMETRY | EXECUTION | {"device", "device name", "recipe.deterministic"}


def conditions(side: Side, label: str) -> dict[str, tuple[str, ...]]:
    """Every condition of an architecture: its distinct values over the trials, in the order of the plan."""
    found: dict[str, dict[str, None]] = {}
    for record in side.records(label):
        for name, value in (*_planned(record.trial), *_met(record)):
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


def concerns(matters: Matters, condition: str) -> bool:
    """Whether a metric to which these conditions matter depends on this one."""
    return any(condition == one or (one.endswith(".") and condition.startswith(one)) for one in matters)


def _planned(trial: Trial) -> Iterator[tuple[str, str]]:
    """What the suite asked for."""
    yield "network", f"{trial.architecture} {trial.args}" if trial.args else trial.architecture
    yield "dataset", trial.dataset.name
    yield "validation split", str(trial.dataset.validation)
    yield "limit", str(trial.dataset.limit or "none")
    yield "normalize", trial.dataset.normalize
    yield "stored size", str(trial.dataset.stored_size or "image size")
    yield "meaning of a trial", f"version {trial.meaning}"
    for key, value in _recipe(trial):
        yield f"recipe.{key}", value
    if trial.origin:
        yield from ((f"recipe.init_from.recipe.{key}", value) for key, value in _recipe(trial.origin))


def _recipe(trial: Trial) -> Iterator[tuple[str, str]]:
    """Without seeds, which are compared as replicates, and without the path of a checkpoint."""
    settings = trial.recipe.model_dump(mode="json", exclude={"seeds": True, "init_from": {"checkpoint"}})
    yield from flattened(settings)


def _met(record: TrialRecord) -> Iterator[tuple[str, str]]:
    """What the trial found, and what "auto" became."""
    choices, data, environment = record.choices, record.data, record.environment
    dataset = record.trial.dataset
    size = dataset.image_size or NOT_RECORDED
    yield "input", " x ".join(map(str, data.image_shape)) if data else f"{dataset.channels} x {size} x {size}"
    yield "classes", str(len(data.classes)) if data else NOT_RECORDED
    yield "data fingerprint", data.fingerprint if data else NOT_RECORDED
    yield "training images", f"{data.train_images:,}" if data else NOT_RECORDED
    yield "images kept", data.residency if data else NOT_RECORDED
    yield "device", choices.device.partition(":")[0] if choices else NOT_RECORDED
    yield "device name", choices.device_name if choices else NOT_RECORDED
    yield "precision", choices.precision if choices else NOT_RECORDED
    yield "compile mode", choices.compile_variant if choices else NOT_RECORDED
    yield "convolutions", choices.convolutions if choices else NOT_RECORDED
    yield "memory format", choices.memory_format if choices else NOT_RECORDED
    yield "threads", str(choices.threads) if choices else NOT_RECORDED
    yield "processes", processes(record)
    yield "batch norm over", statistics_of(record)
    yield "host CPU", str(environment.get("cpu", NOT_RECORDED))
    yield "torch", _minor(environment)


def _minor(environment: Mapping[str, Any]) -> str:
    """Torch's major and minor version: patches are taken to change no number."""
    libraries = environment.get("libraries")
    version = str(libraries.get("torch", "")) if isinstance(libraries, dict) else ""
    match = re.match(r"\d+\.\d+", version)
    return match[0] if match else version or NOT_RECORDED
