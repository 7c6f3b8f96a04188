"""The speeds of a run, as they stand beside the tables of other tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.analysis.comparison.conditions import NOT_RECORDED, conditions
from bench.analysis.comparison.readings import Once, speeds
from bench.analysis.comparison.side import Side
from bench.analysis.imported.measured import QUANTITIES, Measured, Source, measured
from bench.plan import Trial

TOLD = ("precision", "memory format", "compile mode", "device name", "threads", "torch")


def of_run(side: Side) -> Source:
    """Throughput and latency of every architecture, under the name that other tools know it by."""
    rows = tuple(one for label, trial in side.architectures.items() for one in _speeds(side, label, trial))
    without = [label for label in side.architectures if not speeds(side, label)]
    return Source(
        f"{side.info.suite_name} {side.info.run_id}",
        "run",
        rows,
        tuple(f"{label}: no speed" for label in without),
    )


def subject_of(trial: Trial) -> str:
    """Timm's or torchvision's name of a network as it is published, else the label."""
    library, _, name = trial.architecture.partition(":")
    if trial.args:
        return trial.label
    return name.partition(".")[0] if library in ("timm", "torchvision") else trial.label


def conditions_of(side: Side, label: str) -> dict[str, str]:
    """What the speeds of an architecture depend on, as far as files of other tools may say it, too."""
    found = conditions(side, label)
    told = {
        name: " and ".join(found[name])
        for name in TOLD
        if NOT_RECORDED not in found.get(name, (NOT_RECORDED,))
    }
    size = " and ".join(found.get("input", ())).rpartition(" x ")[2]
    return told | ({"image size": size} if size.isdigit() else {})


def _speeds(side: Side, label: str, trial: Trial) -> Iterator[Measured]:
    common: Mapping[str, str] = conditions_of(side, label)
    for (name, setting), reading in speeds(side, label).items():
        if name not in QUANTITIES or not isinstance(reading, Once):
            continue
        batch_size = f"{setting:g}" if setting is not None else "1"
        one = measured(subject_of(trial), name, reading.value, {**common, "batch size": batch_size})
        if one is not None:
            yield one
