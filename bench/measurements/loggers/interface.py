"""What a logger is told, and what it must be able to do."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.plan import Trial
from bench.records import EpochFacts, StaticFacts, Status, TrialRecord
from bench.spec import flattened

TAGS = {
    "train_loss": "loss/train", "validation_loss": "loss/validation", "test_loss": "loss/test",
    "train_accuracy": "accuracy/train", "validation_accuracy": "accuracy/validation",
    "test_accuracy": "accuracy/test",
    "learning_rate": "learning_rate", "train_images_per_second": "train_images_per_second",
}  # fmt: skip
"""Columns of epochs.csv, and what loggers call them."""


@dataclass(frozen=True)
class About:
    """What a logger may want to know of a trial before its first epoch."""

    trial: Trial
    folder: Path
    """Of the trial, `runs/<suite>/<run-id>/trials/<trial>`."""
    counts: StaticFacts

    @property
    def name(self) -> str:
        """For people, for example "CNN s0"."""
        return f"{self.trial.label} s{self.trial.seed}"

    @property
    def run_folder(self) -> Path:
        """Of the run that the trial belongs to."""
        return self.folder.parents[1]

    @property
    def suite(self) -> str:
        """The suite's name."""
        return self.folder.parents[2].name or "archbench"

    @property
    def settings(self) -> dict[str, str]:
        """Hyperparameters by name, as text: the network, its arguments, the data, and every recipe key."""
        trial = self.trial
        recipe = trial.recipe.model_dump(mode="json", exclude={"seeds"}, exclude_none=True)
        return {
            "label": trial.label,
            "seed": str(trial.seed),
            "architecture": trial.architecture,
            "dataset": trial.dataset.name,
            **{f"args.{key}": value for key, value in flattened(trial.args)},
            **dict(flattened(recipe)),
        }


class Logger(Protocol):
    """One tool, for one trial; whatever it raises is told to the user once, and it is not asked again."""

    def begin(self, about: About) -> None:
        """A trial begins, or is continued in another process."""

    def log(self, rows: Sequence[EpochFacts]) -> None:
        """These epochs are done, in order; of a continued trial, at first all of the earlier ones."""

    def end(self, status: Status, summary: Mapping[str, float]) -> None:
        """The trial ended; a failed one may have no summary, and a killed one is never ended."""


def curves(trial: Trial, rows: Sequence[EpochFacts]) -> list[EpochFacts]:
    """Epochs without the test curve under a second name, where the suite has the test set validate."""
    if trial.dataset.validation != "test":
        return list(rows)
    return [row.model_copy(update={"validation_loss": None, "validation_accuracy": None}) for row in rows]


def scalars(row: EpochFacts) -> dict[str, float]:
    """What was measured in an epoch, by tag."""
    values = {tag: getattr(row, column) for column, tag in TAGS.items()}
    return {tag: value for tag, value in values.items() if value is not None}


def wall_times(rows: Sequence[EpochFacts]) -> Iterable[tuple[EpochFacts, float]]:
    """Each epoch with seconds since 1970: the last is now; between two lies the time of training alone."""
    now, left = time.time(), sum(row.train_seconds for row in rows)
    for row in rows:
        left -= row.train_seconds
        yield row, now - left


def summary_of(record: TrialRecord) -> dict[str, float]:
    """The figures of a record that one wants to sort trials by."""
    found: dict[str, float] = {}
    if record.static:
        found |= {"params": record.static.params, "macs": record.static.macs}
    if record.training:
        facts = record.training
        found |= {"test_accuracy": facts.last.test_accuracy, "train_seconds": facts.train_seconds}
        found |= {"best_test_accuracy": facts.best.test_accuracy}
        if facts.selected and record.trial.dataset.validation != "test":  # which would be the best again
            found["selected_test_accuracy"] = facts.selected.test_accuracy
    for one in record.throughput:
        found[f"{one.mode}_images_per_second/batch_{one.batch_size}"] = one.images_per_second
    if record.latency:
        found["latency_p50_milliseconds"] = record.latency.p50
    return found
