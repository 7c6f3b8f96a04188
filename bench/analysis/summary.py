"""One row per architecture: means over seeds with their intervals, counts, and speed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.statistics import mean_interval
from bench.analysis.trials import Outcome
from bench.records import StaticFacts

WITH_INTERVAL = (
    "test_accuracy", "best_test_accuracy", "selected_test_accuracy", "test_loss", "train_accuracy",
    "train_loss", "validation_accuracy", "validation_loss", "train_images_per_second", "seconds_per_epoch",
    "optimism", "area_under_curve", "epochs_to_converge",
)  # fmt: skip
"""Columns of the summary that come with `_low` and `_high`."""

MEANS = ("train_seconds", "evaluation_seconds", "train_flops", "best_epoch", "selected_epoch")

COUNTS = (
    "params", "params_frozen", "params_body", "buffers", "macs", "flops", "flops_train", "activations",
)  # fmt: skip


def summary_table(
    labels: tuple[str, ...],
    outcomes: tuple[Outcome, ...],
    trials: pd.DataFrame,
    throughput: pd.DataFrame,
) -> pd.DataFrame:
    """One row per architecture of the plan, in the order of the suite; only finished trials are averaged."""
    table = []
    for label in labels:
        planned = where(trials, label=label)
        done = where(planned, status="done")
        row: dict[str, object] = {"label": label, "seeds_planned": len(planned), "seeds_done": len(done)}
        for column in WITH_INTERVAL:
            interval = mean_interval(done[column].astype(float))
            row |= {column: interval.mean, f"{column}_low": interval.low, f"{column}_high": interval.high}
        row |= {column: done[column].astype(float).mean() for column in MEANS}
        row["timings_doubtful"] = int((done["timing"] == "doubtful").sum())
        static = static_facts(label, outcomes)
        row |= {name: getattr(static, name) if static else math.nan for name in COUNTS}
        row["lint"] = _lint(static)
        row |= _speeds(where(throughput, label=label))
        table.append(row)
    return pd.DataFrame(table)


def static_facts(label: str, outcomes: tuple[Outcome, ...]) -> StaticFacts | None:
    """Counts of an architecture, from the first of its trials that has them; the seed does not move them."""
    for outcome in outcomes:
        if outcome.trial.label == label and outcome.record and outcome.record.static:
            return outcome.record.static
    return None


def _lint(static: StaticFacts | None) -> str | None:
    """Names of the rules that found something, joined; None where the lint was not asked."""
    if static is None or static.findings is None:
        return None
    return ", ".join(finding.rule for finding in static.findings)


def _speeds(throughput: pd.DataFrame) -> dict[str, object]:
    """Speed at the largest batch size of each mode, milliseconds for one image, and how far to trust them."""
    speeds: dict[str, object] = {}
    for mode in ("train", "inference"):
        sizes = where(throughput, mode=mode).sort_values("batch_size")
        largest: dict[str, Any] = next(reversed(rows(sizes)), {})
        speeds[f"{mode}_throughput"] = largest.get("images_per_second", math.nan)
        speeds[f"{mode}_throughput_batch_size"] = largest.get("batch_size", math.nan)
        speeds[f"{mode}_throughput_verdict"] = largest.get("verdict")
    one: dict[str, Any] = next(iter(rows(where(throughput, mode="inference", batch_size=1))), {})
    speeds["inference_milliseconds"] = one.get("milliseconds", math.nan)
    speeds["inference_milliseconds_verdict"] = one.get("verdict")
    return speeds
