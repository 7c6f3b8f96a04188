"""Cost to a target accuracy, with censoring: what never got there is shown as more than its budget."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.analysis.frames import groups

AXES = ("epochs", "seconds", "flops")
"""What reaching a target costs: epochs, seconds of training alone, training FLOPs."""

JUDGED = ("done", "diverged")
"""Statuses that tell whether a target is reached; of a failed trial it is known only if it was before."""

Numbers: TypeAlias = NDArray[np.float64]

NO_CURVE: tuple[Numbers, Numbers] = (np.empty(0), np.empty((0, 3)))
NOTHING = (0.0, 0.0, 0.0)
"""What a trial has cost that diverged before its first evaluation."""

NEAR_BEST = 0.99
"""Share of its best test accuracy at which a trial is called converged."""

SEED_COLUMNS = ("label", "seed", "status", "target", "reached", *AXES)
COLUMNS = (
    "label", "target", "seeds", "reached", "censored",
    *(f"{axis}_{what}" for axis in AXES for what in ("median", "mean", "budget")), "rank", "times_fastest",
)  # fmt: skip


def to_targets(trials: pd.DataFrame, epochs: pd.DataFrame, targets: Iterable[float]) -> pd.DataFrame:
    """Cost of each trial to each target: the first evaluation on the test set at or above it.

    Args:
        trials: Columns label, seed, status. Trials that ran to their end or diverged count; a diverged one
            will not get there, which is known, even if it never finished an epoch. Of others, the targets
            that they had reached count: whatever came later, those are known, too.
        epochs: Columns label, seed, epoch, test_accuracy, cumulative_seconds, cumulative_flops.
        targets: Accuracies as fractions.

    Returns:
        One row a trial and target; a censored one has `reached` False and its whole budget as cost.
    """
    curves = curves_of(epochs)
    rows: list[tuple[object, ...]] = []
    each = trials[["label", "seed", "status"]].drop_duplicates(["label", "seed"])
    for label, seed, status in each.itertuples(index=False, name=None):
        accuracy, costs = curves.get((label, seed), NO_CURVE)
        for target in targets:
            hits = np.flatnonzero(accuracy >= target)
            if not len(hits) and status not in JUDGED:
                continue
            epoch, seconds, flops = costs[hits[0] if len(hits) else -1] if len(costs) else NOTHING
            rows.append((label, seed, status, target, bool(len(hits)), int(epoch), seconds, flops))
    return pd.DataFrame(rows, columns=list(SEED_COLUMNS))


def curves_of(epochs: pd.DataFrame) -> dict[Any, tuple[Numbers, Numbers]]:
    """By label and seed: test accuracies (E,), and what the training had cost by then (E, 3), see `AXES`."""
    accuracy = epochs["test_accuracy"].to_numpy(float)
    costs = epochs[["epoch", "cumulative_seconds", "cumulative_flops"]].to_numpy(float)
    # One look at all rows: a frame for each of thousands of trials would take a minute.
    places = epochs.groupby(["label", "seed"], sort=False).indices
    return {trial: (accuracy[at], costs[at]) for trial, at in places.items()}


def over_seeds(by_seed: pd.DataFrame) -> pd.DataFrame:
    """Median and mean over seeds, one row per architecture and target.

    A censored trial stands above every trial that reached the target. The median is infinite where half
    of the trials or more are censored; the mean is infinite where any is, since dropping it would flatter.
    The budget is what an infinite median is known to exceed, see `exceeded`; NaN beside a finite one. Ranks
    are those of the median seconds to the same target, as DAWNBench ranks; a censored median has none.
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
        never = censored & (group["status"] == "diverged")
        for axis in AXES:
            cost = group[axis].astype(float).where(~censored, math.inf)
            row[f"{axis}_median"] = middle = median(cost)
            row[f"{axis}_mean"] = float(cost.mean()) if not censored.any() else math.inf
            row[f"{axis}_budget"] = exceeded(group[axis], never) if math.isinf(middle) else math.nan
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    seconds = table["seconds_median"].astype(float).replace(math.inf, math.nan)
    table["rank"] = seconds.groupby(table["target"]).rank(method="min")
    table["times_fastest"] = seconds / seconds.groupby(table["target"]).transform("min")
    return table


def curve_facts(epochs: pd.DataFrame) -> pd.DataFrame:
    """One row a trial with a curve: its area, and the epochs that it took to converge."""
    table = [
        (*trial, area_under_curve(accuracy), epochs_to_converge(costs[:, 0], accuracy))
        for trial, (accuracy, costs) in curves_of(epochs).items()
    ]
    return pd.DataFrame(table, columns=["label", "seed", "area_under_curve", "epochs_to_converge"])


def epochs_to_converge(epochs: Numbers, accuracy: Numbers) -> float:
    """Epochs to the first evaluation within 1 % (relative) of the trial's own best test accuracy.

    Unlike a target it asks how soon a network is done, not how soon it is good. A network that still
    improves when its budget ends has not converged, and this number does not tell.
    """
    return float(epochs[np.argmax(accuracy >= NEAR_BEST * accuracy.max())])


def area_under_curve(accuracy: Numbers) -> float:
    """Mean height of the accuracy curve over epochs by the trapezoidal rule, a fraction.

    It starts at the first evaluation, after epoch one; a single evaluation is its own area.
    """
    if accuracy.size < 2:
        return float(accuracy[0]) if accuracy.size else math.nan
    return float(np.mean((accuracy[1:] + accuracy[:-1]) / 2))


def median(cost: Iterable[float]) -> float:
    """Median that lets infinity stand for "later than the budget"; never the mean of it and a number."""
    ordered = np.sort(np.fromiter(cost, dtype=float))
    upper, lower = ordered[len(ordered) // 2], ordered[(len(ordered) - 1) // 2]
    return float(upper) if math.isinf(upper) else float((lower + upper) / 2)


def exceeded(costs: Iterable[float], never: Iterable[bool]) -> float:
    """What an infinite median of costs is known to exceed: the middle one, be it paid or a budget.

    Args:
        costs: What each trial paid to reach the target, or else its budget.
        never: Whether it diverged, and no budget would have been enough. Where the middle one is such, the
            largest cost of any trial is told.
    """
    paid = np.fromiter(costs, dtype=float)
    least = np.sort(np.where(np.fromiter(never, dtype=bool), math.inf, paid))
    middle = float(least[len(least) // 2])
    return middle if math.isfinite(middle) else float(paid.max())
