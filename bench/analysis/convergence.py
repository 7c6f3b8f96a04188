"""Cost to a target accuracy, with censoring: what never got there is shown as more than its budget."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from bench.analysis.frames import groups

AXES = ("epochs", "seconds", "flops")
"""What reaching a target costs: epochs, seconds of training alone, training FLOPs."""

JUDGED = ("done", "diverged")
"""Statuses that tell whether a target is reached; of a failed trial nothing is known."""

NO_EPOCH = pd.Series({"epoch": 0, "cumulative_seconds": 0.0, "cumulative_flops": 0.0})
"""What a trial has cost that diverged before its first evaluation."""

NEAR_BEST = 0.99
"""Share of its best test accuracy at which a trial is called converged."""

SEED_COLUMNS = ("label", "seed", "target", "reached", *AXES)
COLUMNS = (
    "label", "target", "seeds", "reached", "censored",
    *(f"{axis}_{what}" for axis in AXES for what in ("median", "mean", "budget")), "rank", "times_fastest",
)  # fmt: skip


def to_targets(trials: pd.DataFrame, epochs: pd.DataFrame, targets: Iterable[float]) -> pd.DataFrame:
    """Cost of each trial to each target: the first evaluation on the test set at or above it.

    Args:
        trials: Columns label, seed, status. Trials that ran to their end or diverged count; a diverged one
            will not get there, which is known, even if it never finished an epoch.
        epochs: Columns label, seed, epoch, test_accuracy, cumulative_seconds, cumulative_flops.
        targets: Accuracies as fractions.

    Returns:
        One row a trial and target; a censored one has `reached` False and its whole budget as cost.
    """
    rows: list[dict[str, object]] = []
    curves = dict(groups(epochs, "label", "seed"))
    for (label, seed), _ in groups(trials[trials["status"].isin(JUDGED)], "label", "seed"):
        curve = curves.get((label, seed), epochs.head(0))
        for target in targets:
            hits = curve[curve["test_accuracy"] >= target]
            at = hits.iloc[0] if len(hits) else curve.iloc[-1] if len(curve) else NO_EPOCH
            rows.append(
                {
                    "label": label,
                    "seed": seed,
                    "target": target,
                    "reached": bool(len(hits)),
                    "epochs": int(at["epoch"]),
                    "seconds": float(at["cumulative_seconds"]),
                    "flops": float(at["cumulative_flops"]),
                }
            )
    return pd.DataFrame(rows, columns=list(SEED_COLUMNS))


def over_seeds(by_seed: pd.DataFrame) -> pd.DataFrame:
    """Median and mean over seeds, one row per architecture and target.

    A censored trial stands above every trial that reached the target. The median is infinite where half
    of the trials or more are censored; the mean is infinite where any is, since dropping it would flatter.
    The budget is the largest cost a censored trial was given, NaN where none is censored. Ranks are those of
    the median seconds to the same target, as DAWNBench ranks; a censored median has none.
    """
    rows: list[dict[str, object]] = []
    for (label, target), group in groups(by_seed, "label", "target"):
        censored = ~group["reached"].astype(bool)
        row: dict[str, object] = {
            "label": label,
            "target": target,
            "seeds": len(group),
            "reached": int((~censored).sum()),
            "censored": int(censored.sum()),
        }
        for axis in AXES:
            cost = group[axis].astype(float).where(~censored, math.inf)
            row[f"{axis}_median"] = median(cost)
            row[f"{axis}_mean"] = float(cost.mean()) if not censored.any() else math.inf
            row[f"{axis}_budget"] = float(group.loc[censored, axis].max()) if censored.any() else math.nan
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    seconds = table["seconds_median"].astype(float).replace(math.inf, math.nan)
    table["rank"] = seconds.groupby(table["target"]).rank(method="min")
    table["times_fastest"] = seconds / seconds.groupby(table["target"]).transform("min")
    return table


def curve_facts(epochs: pd.DataFrame) -> pd.DataFrame:
    """One row a trial with a curve: its area, and the epochs that it took to converge."""
    table = [
        {
            "label": label,
            "seed": seed,
            "area_under_curve": area_under_curve(curve["test_accuracy"]),
            "epochs_to_converge": epochs_to_converge(curve),
        }
        for (label, seed), curve in groups(epochs, "label", "seed")
    ]
    return pd.DataFrame(table, columns=["label", "seed", "area_under_curve", "epochs_to_converge"])


def epochs_to_converge(curve: pd.DataFrame) -> float:
    """Epochs to the first evaluation within 1 % (relative) of the trial's own best test accuracy.

    Unlike a target it asks how soon a network is done, not how soon it is good. A network that still
    improves when its budget ends has not converged, and this number does not tell.
    """
    accuracy = curve["test_accuracy"]
    return float(curve.loc[accuracy >= NEAR_BEST * accuracy.max(), "epoch"].iloc[0])


def area_under_curve(accuracy: pd.Series) -> float:
    """Mean height of the accuracy curve over epochs by the trapezoidal rule, a fraction.

    It starts at the first evaluation, after epoch one; a single evaluation is its own area.
    """
    values = accuracy.to_numpy(dtype=float)
    if values.size < 2:
        return float(values[0]) if values.size else math.nan
    return float(np.mean((values[1:] + values[:-1]) / 2))


def median(cost: Iterable[float]) -> float:
    """Median that lets infinity stand for "later than the budget"; never the mean of it and a number."""
    ordered = np.sort(np.fromiter(cost, dtype=float))
    upper, lower = ordered[len(ordered) // 2], ordered[(len(ordered) - 1) // 2]
    return float(upper) if math.isinf(upper) else float((lower + upper) / 2)
