"""Which architectures are worth their cost: nobody is surely more accurate for the same or less."""

from __future__ import annotations

import math

import pandas as pd

from bench.analysis.frames import rows

COSTS = ("params", "macs", "seconds_per_epoch", "train_seconds", "train_flops", "train_peak_bytes")
"""Columns of the summary against which accuracy is set; less is better."""

TIMES = frozenset({"seconds_per_epoch", "train_seconds"})
"""Those that were timed."""

COLUMNS = ("label", "cost", "value", "on_front", "dominated_by", "doubtful")


def pareto_table(summary: pd.DataFrame, differences: pd.DataFrame, costs: tuple[str, ...]) -> pd.DataFrame:
    """One row an architecture and cost: whether it belongs to the Pareto set.

    It does not when another costs no more and is more accurate by a paired interval that excludes zero. A
    lead that seeds cannot tell from chance removes nobody, so that with one seed everybody remains.

    Args:
        summary: One row an architecture; columns label, the costs (means over seeds) and timings_doubtful.
        differences: `difference_table` of the accuracy.
        costs: Columns of `summary`.

    Returns:
        `dominated_by` holds the labels of those that remove it, separated by commas; `doubtful` says whether
        the cost is a time that is. Architectures without a cost are left out.
    """
    better = {(row["first"], row["second"]) for row in rows(differences) if row["verdict"] == "first"}
    better |= {(row["second"], row["first"]) for row in rows(differences) if row["verdict"] == "second"}
    doubted = {row["label"] for row in rows(summary) if row["timings_doubtful"]}
    table: list[dict[str, object]] = []
    for cost in costs:
        values = {row["label"]: float(row[cost]) for row in rows(summary) if math.isfinite(row[cost])}
        for label, value in values.items():
            by = [other for other in values if values[other] <= value and (other, label) in better]
            table.append(
                {
                    "label": label,
                    "cost": cost,
                    "value": value,
                    "on_front": not by,
                    "dominated_by": ", ".join(by),
                    "doubtful": cost in TIMES and label in doubted,
                }
            )
    return pd.DataFrame(table, columns=list(COLUMNS))
