"""Read the trials of a run one by one; a damaged one becomes a visible hole and not an end of the report."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bench.analysis.cells import read_cells
from bench.analysis.convergence import curve_facts
from bench.analysis.splits import SPLIT_COLUMNS, split_columns
from bench.errors import StoreError
from bench.plan import Trial
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
    TrainingFacts,
    TrialRecord,
)
from bench.store import Run

TABLES = {
    "epochs.csv": EPOCH_COLUMNS,
    "layers.csv": LAYER_COLUMNS,
    "ledger.csv": LEDGER_COLUMNS,
    "classes.csv": CLASS_COLUMNS,
    "confusion.csv": CONFUSION_COLUMNS,
    "calibration.csv": CALIBRATION_COLUMNS,
    "gradient_flow.csv": GRADIENT_COLUMNS,
    "activations.csv": ACTIVATION_COLUMNS,
    "first_steps.csv": FIRST_STEPS_COLUMNS,
    "landscape.csv": LANDSCAPE_COLUMNS,
    "profile_phases.csv": PROFILE_PHASE_COLUMNS,
    "profile.csv": PROFILE_COLUMNS,
    "layer_times.csv": LAYER_TIME_COLUMNS,
}
"""Tables that are read, where a trial left them."""

PREDICTIONS_FILE = "predictions.csv"
"""A row for every test image of a trial; read to choose example images, and not for the report."""

EPOCH_METRICS = (
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy",
)  # fmt: skip

TRIAL_COLUMNS = (
    "label", "seed", "status", "reason", "log_tail", "trial_id", "folder", "epochs_planned", "epochs",
    *EPOCH_METRICS, "best_epoch", "best_test_accuracy", "selected_epoch", "selected_test_accuracy",
    "optimism", *SPLIT_COLUMNS, "area_under_curve", "epochs_to_converge", "seconds_per_epoch",
    "train_seconds", "evaluation_seconds", "train_images_per_second", "train_flops", "timing", "resumed",
    "started_at", "finished_at",
)  # fmt: skip


Ongoing = Mapping[str, Literal["running", "waiting"]]
"""Of a run that is going on: what its unfinished trials are doing, by the name of their folder."""

ONGOING_REASONS = {"running": "is being trained and measured", "waiting": "waits for its turn"}


@dataclass(frozen=True)
class Outcome:
    """What is known of one planned trial."""

    trial: Trial
    record: TrialRecord | None
    """None while it has not finished, or where what it left cannot be read."""
    tables: dict[str, pd.DataFrame]
    """Its CSV tables by file name; those that exist and could be read."""
    damage: str | None = None
    """What is wrong with the files it left; their paths are those below the run."""
    ongoing: Literal["running", "waiting"] | None = None
    """What it is doing while the run goes on; whatever an earlier attempt left does not count then."""
    is_taken: bool = False
    """Whether another run has trained it."""

    @property
    def status(self) -> str:
        """What it is doing, else the record's status, "damaged", or "missing" where nothing was left yet."""
        if self.ongoing:
            return self.ongoing
        if self.damage:
            return "damaged"
        return self.record.status if self.record else "missing"

    @property
    def done(self) -> bool:
        """Whether the trial ran to its end, so that its numbers may be averaged."""
        return self.status == "done"


def read_outcomes(run: Run, ongoing: Ongoing | None = None) -> tuple[Outcome, ...]:
    """One outcome a trial, in the order of the plan."""
    states = ongoing or {}
    return tuple(
        Outcome(trial, None, {}, ongoing=states[trial.folder])
        if trial.folder in states
        else _read(run, trial)
        for trial in run.info.plan
    )


def read_records(run: Run, names: Collection[str] = ()) -> tuple[Outcome, ...]:
    """The same from the records and no tables but the named ones, for those who look at many runs."""
    return tuple(_read(run, trial, names) for trial in run.info.plan)


def trial_table(outcomes: tuple[Outcome, ...], epochs: pd.DataFrame) -> pd.DataFrame:
    """One row a planned trial, whatever became of it; accuracies are fractions, times are in seconds."""
    table = pd.DataFrame([_row(outcome) for outcome in outcomes])
    table = table.merge(curve_facts(epochs), how="left", on=["label", "seed"])
    return table.reindex(columns=list(TRIAL_COLUMNS))


def epoch_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial and epoch, with what training has cost up to the end of it."""
    table = stacked(outcomes, "epochs.csv")
    curves = [outcome.tables["epochs.csv"] for outcome in outcomes if "epochs.csv" in outcome.tables]
    for total, column in (("cumulative_seconds", "train_seconds"), ("cumulative_flops", "train_flops")):
        sums = [curve[column].to_numpy().cumsum() for curve in curves]
        table[total] = np.concatenate(sums) if sums else []
    return table


def static_table(outcomes: tuple[Outcome, ...], name: str) -> pd.DataFrame:
    """`name` of each architecture, for example layers.csv, from the first of its trials that left one."""
    first: dict[str, Outcome] = {}
    for outcome in outcomes:
        if len(outcome.tables.get(name, ())):
            first.setdefault(outcome.trial.label, outcome)
    return stacked(first.values(), name)[["label", *TABLES[name]]]


def _read(run: Run, trial: Trial, names: Collection[str] = tuple(TABLES)) -> Outcome:
    store = run.trial(trial)
    try:
        record = store.read_record(names)
        present = [name for name in names if record and name in record.files]
        tables = {name: read_cells(store.folder / name, TABLES[name]) for name in present}
    except StoreError as error:
        return Outcome(trial, None, {}, str(error).replace(f"{run.folder}{os.sep}", ""))
    return Outcome(trial, record, tables, is_taken=record is not None and store.is_taken)


def stacked(outcomes: Iterable[Outcome], name: str) -> pd.DataFrame:
    """The tables of that name one below the other, with label, seed and status of the trials."""
    left = [outcome for outcome in outcomes if name in outcome.tables]
    columns = ["label", "seed", "status", *TABLES[name]]
    if not left:
        return pd.DataFrame(columns=columns)
    table = pd.concat([outcome.tables[name] for outcome in left], ignore_index=True)
    rows = [len(outcome.tables[name]) for outcome in left]
    table["label"] = np.repeat(np.array([outcome.trial.label for outcome in left], dtype=object), rows)
    table["seed"] = np.repeat([outcome.trial.seed for outcome in left], rows)
    table["status"] = np.repeat(np.array([outcome.status for outcome in left], dtype=object), rows)
    return table[columns]


def _row(outcome: Outcome) -> dict[str, object]:
    trial, record = outcome.trial, outcome.record
    row: dict[str, object] = {
        "label": trial.label,
        "seed": trial.seed,
        "status": outcome.status,
        "reason": _reason(outcome),
        "log_tail": record.log_tail if record else "",
        "trial_id": trial.id,
        "folder": trial.folder,
        "epochs_planned": trial.recipe.epochs,
        "started_at": record.started_at if record else None,
        "finished_at": record.finished_at if record else None,
    }
    if record is None or record.training is None or record.data is None:
        return row
    training = record.training
    return row | {
        "epochs": training.epochs,
        **{name: getattr(training.last, name) for name in EPOCH_METRICS},
        **_chosen(training),
        **split_columns(record.splits),
        "seconds_per_epoch": record.data.train_images / training.train_images_per_second,
        "train_seconds": training.train_seconds,
        "evaluation_seconds": training.evaluation_seconds,
        "train_images_per_second": training.train_images_per_second,
        "train_flops": float(training.train_flops),
        "timing": training.certificate.verdict if training.certificate else None,
        "resumed": training.resumed,
    }


def _reason(outcome: Outcome) -> str | None:
    if outcome.ongoing:
        return ONGOING_REASONS[outcome.ongoing]
    return outcome.damage or (outcome.record.reason if outcome.record else "no record yet")


def _chosen(training: TrainingFacts) -> dict[str, object]:
    """Best and selected epoch, and how much the best flatters: above the selected one, else the last."""
    best, selected = training.best, training.selected
    honest = selected or training.last
    found: dict[str, object] = {
        "best_epoch": best.epoch,
        "best_test_accuracy": best.test_accuracy,
        "optimism": best.test_accuracy - honest.test_accuracy,
    }
    if selected:
        found |= {"selected_epoch": selected.epoch, "selected_test_accuracy": selected.test_accuracy}
    return found
